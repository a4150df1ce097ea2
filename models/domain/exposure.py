"""What a campaign can cost at most, and by when it must be decided."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from models.domain.base import Currency, Document, Instant, ZoneName
from models.domain.diff import Change
from models.domain.schedule import BudgetPeriod, EntryKind, Schedule

# Meta may spend up to 175 % of a daily budget on a single day (its budget pages, 2026-09).
OVERSPEND_NUMERATOR, OVERSPEND_DENOMINATOR = 7, 4
PLATFORM_REVIEW = timedelta(hours=24)


class LaunchSummary(Document):
    """What a client sees first. Amounts in minor units; `publish_by` leaves the platform a day to review."""

    currency: Currency
    total_minor: int
    worst_day_minor: int
    start: Instant
    end: Instant | None
    zone: ZoneName
    publish_by: Instant
    ads: int
    changes: list[Change] = []


def worst_day(schedule: Schedule, spent_minor: int = 0) -> int:
    """The most that one day can cost, in minor units: 175 % of the day's budget, or what remains of the total."""
    remaining = max(schedule.total_cap_minor - spent_minor, 0)
    if schedule.budget_period is BudgetPeriod.LIFETIME:
        return remaining
    highest = max(schedule.daily_cap_minor or 0, *_daily_steps(schedule), 0)
    overspent = -(-highest * OVERSPEND_NUMERATOR // OVERSPEND_DENOMINATOR)
    return min(overspent, remaining)


def publish_by(schedule: Schedule) -> datetime:
    return schedule.start - PLATFORM_REVIEW


def launch_summary(schedule: Schedule, ads: int, changes: Sequence[Change] = ()) -> LaunchSummary:
    """`changes` are those since the reader last looked."""
    return LaunchSummary(
        currency=schedule.currency,
        total_minor=schedule.total_cap_minor,
        worst_day_minor=worst_day(schedule),
        start=schedule.start,
        end=schedule.end,
        zone=schedule.zone,
        publish_by=publish_by(schedule),
        ads=ads,
        changes=list(changes),
    )


def _daily_steps(schedule: Schedule) -> list[int]:
    """The pool after each planned step; a step of one owner replaces its part, a step without a target the pool."""
    parts = {part.plan_key: part.initial_minor for part in schedule.split}
    pools = []
    for entry in schedule.entries:
        if entry.kind is not EntryKind.BUDGET_STEP or entry.amount_minor is None:
            continue
        if entry.target is None:
            pools.append(entry.amount_minor)
        else:
            parts[entry.target] = entry.amount_minor
            pools.append(sum(parts.values()))
    return pools
