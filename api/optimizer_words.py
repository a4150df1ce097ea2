"""What the optimizer's runs, moves and modes come to, in words: the same for programs and on the page."""

from typing import Literal

from models.contracts.optimizing import MoveResult
from models.domain.states import OptimizerMode, RunOutcome
from models.tables.optimization import OptimizerRun

Holder = Literal["workspace", "campaign", "envelope"]

MODES = {
    OptimizerMode.OFF: "off",
    OptimizerMode.SUGGEST: "suggest and wait for a person",
    OptimizerMode.AUTO: "move money by itself, inside what is approved",
}
HOLDERS: dict[Holder, str] = {
    "workspace": "the workspace's setting",
    "campaign": "this campaign's own setting",
    "envelope": "the approved schedule, which would need a new approval",
}
OUTCOMES = {
    RunOutcome.NOTHING_LIVE: "Nothing of this account was live.",
    RunOutcome.STOPPED: "Everything on this account was stopped, so nothing was decided.",
    RunOutcome.STALE: "The figures were too old to decide on, so nothing was moved.",
    RunOutcome.UNREACHABLE: "Meta could not be reached, so nothing was moved.",
    RunOutcome.FAILED: "The run did not get to its end.",
}


def run_words(run: OptimizerRun) -> str:
    if run.outcome is None:
        return "It ended without a word." if run.finished_at else "It is under way."
    if run.outcome is not RunOutcome.DECIDED:
        return " ".join(part for part in (OUTCOMES[run.outcome], run.error) if part)
    count = {name: int(value) for name, value in run.counts.items() if isinstance(value, int | float)}
    parts = [
        f"moved money in {count['moved']}" if count.get("moved") else "",
        f"proposed a move in {count['proposed']}" if count.get("proposed") else "",
        f"left {count['left_alone']} as they are" if count.get("left_alone") else "",
    ]
    decided = ", ".join(part for part in parts if part) or "decided nothing"
    looked = count.get("campaigns", 0)
    words = f"Looked at {looked} campaign{'' if looked == 1 else 's'}: {decided}."
    return f"{words} {run.error}" if run.error else words


def result_words(result: MoveResult) -> str:
    """What became of a person's wish; what was refused or dropped is said, never left out."""
    parts = [
        f"{result.applied} applied" if result.applied else "",
        f"{result.dropped} not done, since something had changed or a limit stood in the way" if result.dropped else "",
        f"{result.failed} refused by Meta or not confirmed" if result.failed else "",
    ]
    done = ", ".join(part for part in parts if part)
    words = f"{done[:1].upper()}{done[1:]}." if done else "Nothing was changed."
    return " ".join([words, *result.refused])


def mode_words(mode: OptimizerMode, held_by: list[Holder]) -> str:
    words = f"The optimizer may {MODES[mode]}." if mode is not OptimizerMode.OFF else "The optimizer is off."
    if not held_by:
        return words
    return f"{words} Held there by {' and '.join(HOLDERS[holder] for holder in held_by)}."
