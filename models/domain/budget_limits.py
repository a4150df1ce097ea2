"""How far one budget may be moved today: the guard that engines decide under and the gate holds writes against.

Pure. Money in minor units; steps in basis points of what the budget was 24 hours and 7 days ago (platform time).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.domain.money import in_words

WHOLE = 10_000
FIRST_DAYS = timedelta(hours=48)
"""An ad set that is younger is learning anyway, so one larger change of its budget costs next to nothing."""


@dataclass(frozen=True, slots=True)
class BudgetLimits:
    """From the approved schedule. Amounts that the platform takes are multiples of `unit_minor`."""

    max_step: int
    max_week: int
    floor_minor: int
    ceiling_minor: int
    unit_minor: int = 1


def is_first_move(started_at: datetime | None, edited_at: datetime | None, now: datetime) -> bool:
    """Whether a move now would be the first of a budget whose owner is still in its first two days."""
    return started_at is not None and now - started_at < FIRST_DAYS and edited_at is None


def largest_step(max_step: int, first_step: int | None, *, first: bool) -> int:
    """In basis points of the value 24 hours ago; `first` as `is_first_move` says."""
    return max(max_step, first_step or 0) if first else max_step


@dataclass(frozen=True, slots=True)
class AllowedRange:
    """From `low_minor` to `high_minor`, both included; nothing at all where low is above high.

    `low_by` and `high_by` name what binds: day, week, floor or ceiling.
    """

    low_minor: int
    high_minor: int
    low_by: str
    high_by: str

    def __contains__(self, amount_minor: int) -> bool:
        return self.low_minor <= amount_minor <= self.high_minor


def allowed_range(limits: BudgetLimits, *, day_ago_minor: int, week_ago_minor: int) -> AllowedRange:
    """The values that a budget may take now; limits are rounded to whole units of the platform, to the safe side."""
    lows = {
        "day": _share(day_ago_minor, -limits.max_step),
        "week": _share(week_ago_minor, -limits.max_week),
        "floor": limits.floor_minor,
    }
    highs = {
        "day": _share(day_ago_minor, limits.max_step),
        "week": _share(week_ago_minor, limits.max_week),
        "ceiling": limits.ceiling_minor,
    }
    low_by = max(lows, key=lambda name: lows[name])
    high_by = min(highs, key=lambda name: highs[name])
    unit = limits.unit_minor
    return AllowedRange(-(-lows[low_by] // unit) * unit, highs[high_by] // unit * unit, low_by, high_by)


def _share(amount_minor: int, by: int) -> int:
    """`amount` changed by so many basis points, rounded towards `amount`."""
    if by < 0:
        return max(0, -(-amount_minor * (WHOLE + by) // WHOLE))
    return amount_minor * (WHOLE + by) // WHOLE


_WHY = {
    "day": "the approved step within 24 hours",
    "week": "the approved step within 7 days",
    "floor": "the approved floor",
    "ceiling": "the approved ceiling",
}


def objection(amount_minor: int, within: AllowedRange, currency: str) -> str | None:
    """Why a budget may not become `amount_minor`, in words; None where it may."""
    if amount_minor in within:
        return None
    too_high = amount_minor > within.high_minor
    bound, by = (within.high_minor, within.high_by) if too_high else (within.low_minor, within.low_by)
    direction = "above" if too_high else "below"
    return f"{in_words(amount_minor, currency)} is {direction} {in_words(bound, currency)}, {_WHY[by]}."
