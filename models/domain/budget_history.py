"""What one budget was when, whoever set it: what steps are measured against. Pure; times are platform time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

DAY = timedelta(hours=24)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class BudgetValue:
    """The budget became `amount_minor` (minor units) at `at`; not `daily` means a lifetime budget."""

    at: datetime
    amount_minor: int
    daily: bool
    ours: bool = True


@dataclass(frozen=True, slots=True)
class BudgetHistory:
    """Every known value of one budget in order of time; what it was before the first one is not known."""

    values: tuple[BudgetValue, ...] = ()

    @property
    def now_minor(self) -> int | None:
        return self.values[-1].amount_minor if self.values else None

    def at(self, moment: datetime) -> int | None:
        """What it was then, or at first where nothing is known of that time; None without any value."""
        known = [value for value in self.values if value.at <= moment] or list(self.values[:1])
        return known[-1].amount_minor if known else None

    def edits(self) -> list[BudgetValue]:
        """The values that differed from the one before; a value that was only seen again is no edit."""
        return [
            new for old, new in pairwise(self.values) if (new.amount_minor, new.daily) != (old.amount_minor, old.daily)
        ]

    @property
    def edited_at(self) -> datetime | None:
        """The last change by anybody; None while it has its first known value."""
        edits = self.edits()
        return edits[-1].at if edits else None

    def edits_since(self, moment: datetime) -> int:
        return sum(edit.at > moment for edit in self.edits())

    def highest_since(self, moment: datetime) -> int | None:
        """The highest value that it had at `moment` or after: what Meta's ceiling of a day follows."""
        return max(
            (v for v in (self.at(moment), *(v.amount_minor for v in self.values if v.at > moment)) if v is not None),
            default=None,
        )
