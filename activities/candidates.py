"""Another way of deciding: another engine with the rules of then, or the engine of then with other rules."""

from collections.abc import Callable

from activities.run_blobs import RunBlob, decided
from models.domain.rules import Rule
from models.tables.base import JsonObject
from optimizer.engines import ENGINES
from optimizer.problem import Decision

Candidate = Callable[[RunBlob], Decision]
"""What it would have decided from exactly what a run knew."""


def candidate_of(asked: JsonObject) -> Candidate:
    """`asked` is what a what-if stores: {"engine": name} or {"rules": […]}.

    Raises:
        ValueError: this version has no such engine, or does not understand a rule.
    """
    rules = asked.get("rules")
    if isinstance(rules, list):
        others = [Rule.model_validate(rule) for rule in rules]
        return lambda blob: decided(blob.problem, others)[0]
    name = asked.get("engine")
    if not isinstance(name, str) or name not in ENGINES:
        raise ValueError(f"There is no engine “{name}” in this version; it has {', '.join(ENGINES)}.")
    return lambda blob: decided(blob.problem.model_copy(update={"engine": name}), blob.rules)[0]
