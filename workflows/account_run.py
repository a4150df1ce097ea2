"""How far an hourly run is: what its steps brought, what failed in words, and how an operator sees it in Temporal."""

from dataclasses import dataclass, field
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

    from models.domain.states import RunOutcome


@dataclass
class RunProgress:
    """`outcome` stays open until a step settles it; the first one that does wins."""

    account: str
    logical_hour: datetime
    trigger: str
    outcome: RunOutcome | None = None
    problems: list[str] = field(default_factory=list)
    counts: dict[str, float] = field(default_factory=dict)

    def add(self, found: BaseModel, *names: str) -> None:
        for name in names:
            self.count(name, float(getattr(found, name)))

    def count(self, name: str, more: float) -> None:
        self.counts[name] = self.counts.get(name, 0.0) + more

    def settle(self, outcome: RunOutcome, problem: str | None = None) -> None:
        self.outcome = self.outcome or outcome
        if problem:
            self.problems.append(problem)

    @property
    def error(self) -> str | None:
        return " ".join(self.problems) or None

    def details(self) -> str:
        """Markdown."""
        hour = f"{self.logical_hour:%Y-%m-%d %H:00} UTC"
        state = self.outcome.value if self.outcome else "under way"
        lines = [f"**{self.account}**, hour of {hour} ({self.trigger}): *{state}*", ""]
        lines += [f"- {problem}" for problem in self.problems]
        if self.counts:
            lines += ["", "| what | how many |", "|---|---|"]
            lines += [f"| {name.replace('_', ' ')} | {value:g} |" for name, value in self.counts.items()]
        return "\n".join(lines)


def words_of(error: BaseException) -> str:
    """The innermost message: that of the platform or the database, below what Temporal says of the step around it."""
    while isinstance(error, FailureError) and error.cause is not None:
        error = error.cause
    return error.message if isinstance(error, FailureError) else str(error)
