"""How the money of a campaign goes against its plan: spent, planned to date, and where the present pace leads.

Days are account days in the schedule's zone. The plan spreads money evenly over the time in which ads may run; the
platform itself may spend more on some days and less on others.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from models.domain.account_days import account_day, day_start
from models.domain.exposure import worst_day
from models.domain.schedule import BudgetPeriod, Entry, EntryKind, Schedule

PACE_DAYS = 7
RANGE_FROM_DAYS = 3
ON_PLAN_BP = 1_000


class Pace(StrEnum):
    NOT_STARTED = "not_started"
    TOO_EARLY = "too_early"
    BEHIND = "behind"
    ON_PLAN = "on_plan"
    AHEAD = "ahead"
    STOPPED = "stopped"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Phase:
    """A schedule and from when on it held; an approved change of budgets or dates begins a new phase."""

    since: datetime
    schedule: Schedule


@dataclass(frozen=True, slots=True)
class Pacing:
    """Minor units. What cannot be said yet is None; `low` and `high` come from the slowest and fastest recent day.

    `off_plan_bp` is the difference to the plan in hundredths of a percent of the plan, below zero where less was
    spent. `total_reached_at` is when the present pace uses the total up, where that is before the end.
    """

    pace: Pace
    spent_minor: int
    planned_minor: int
    total_minor: int
    remaining_minor: int
    worst_day_minor: int
    off_plan_bp: int | None = None
    projected_minor: int | None = None
    projected_low_minor: int | None = None
    projected_high_minor: int | None = None
    total_reached_at: datetime | None = None


def pacing(
    phases: Sequence[Phase], spend_by_day: Mapping[date, int], as_of: datetime, *, stopped: bool = False
) -> Pacing:
    """`as_of` is when the spend was read. `stopped`: nothing is spent from here on, so nothing is projected further."""
    schedule = phases[-1].schedule
    spent, planned = sum(spend_by_day.values()), planned_to_date(phases, as_of)
    off = round(10_000 * (spent - planned) / planned) if planned else None
    figures = Pacing(
        pace=_pace(phases, as_of, off, stopped=stopped),
        spent_minor=spent,
        planned_minor=planned,
        total_minor=schedule.total_cap_minor,
        remaining_minor=max(0, schedule.total_cap_minor - spent),
        worst_day_minor=0 if as_of >= schedule.last_moment else worst_day(schedule, spent),
        off_plan_bp=off,
    )
    if stopped or as_of >= schedule.last_moment:
        return replace(figures, projected_minor=spent)
    return _projected(figures, schedule, _daily_paces(phases, spend_by_day, as_of), as_of)


def planned_to_date(phases: Sequence[Phase], now: datetime) -> int:
    planned = 0.0
    for place, phase in enumerate(phases):
        schedule = phase.schedule
        start = max(phase.since, schedule.start)
        until = min([now, schedule.last_moment, *(later.since for later in phases[place + 1 : place + 2])])
        if until <= start:
            continue
        if schedule.budget_period is BudgetPeriod.DAILY:
            planned += schedule.pool_minor * _days_between(start, until, schedule.zone)
        else:
            planned += (schedule.total_cap_minor - planned) * _share_of_time(schedule, start, until)
    return round(min(planned, phases[-1].schedule.total_cap_minor))


def active_seconds(schedule: Schedule, start: datetime, end: datetime) -> float:
    """Time in which ads may run, by the clocks of the account; owners with other day parts count by their budgets."""
    owners = _owners_by_hours(schedule)
    total = sum(owners.values())
    return sum(amount * _seconds(parts, start, end, schedule.zone) for parts, amount in owners.items()) / (total or 1)


def _pace(phases: Sequence[Phase], as_of: datetime, off_bp: int | None, *, stopped: bool) -> Pace:
    start = phases[0].schedule.start
    if as_of < start:
        return Pace.NOT_STARTED
    if as_of >= phases[-1].schedule.last_moment:
        return Pace.ENDED
    if stopped:
        return Pace.STOPPED
    if off_bp is None or as_of - start < timedelta(days=1):
        return Pace.TOO_EARLY
    if abs(off_bp) <= ON_PLAN_BP:
        return Pace.ON_PLAN
    return Pace.AHEAD if off_bp > 0 else Pace.BEHIND


def _daily_paces(phases: Sequence[Phase], spend_by_day: Mapping[date, int], as_of: datetime) -> list[tuple[int, float]]:
    """(spent, seconds in which ads could run) of each of the last whole days, the latest first."""
    schedule, start = phases[-1].schedule, phases[0].schedule.start
    found: list[tuple[int, float]] = []
    day = account_day(as_of, schedule.zone) - timedelta(days=1)
    while len(found) < PACE_DAYS and (begins := day_start(day, schedule.zone)) >= start:
        seconds = active_seconds(schedule, begins, day_start(day + timedelta(days=1), schedule.zone))
        if seconds:
            found.append((spend_by_day.get(day, 0), seconds))
        day -= timedelta(days=1)
    return found


def _projected(figures: Pacing, schedule: Schedule, days: Sequence[tuple[int, float]], as_of: datetime) -> Pacing:
    if not days:
        return figures
    left = active_seconds(schedule, max(as_of, schedule.start), schedule.last_moment)
    rate = sum(spent for spent, _ in days) / sum(seconds for _, seconds in days)

    def at_end(pace: float) -> int:
        return min(round(figures.spent_minor + pace * left), max(figures.total_minor, figures.spent_minor))

    paces = [spent / seconds for spent, seconds in days] if len(days) >= RANGE_FROM_DAYS else []
    return replace(
        figures,
        projected_minor=at_end(rate),
        projected_low_minor=at_end(min(paces)) if paces else None,
        projected_high_minor=at_end(max(paces)) if paces else None,
        total_reached_at=_used_up(figures, schedule, rate, as_of) if rate * left > figures.remaining_minor else None,
    )


def _used_up(figures: Pacing, schedule: Schedule, rate: float, as_of: datetime) -> datetime:
    """The hour in which the money ends, found by halving since ads do not run at all hours."""
    early, late = as_of, schedule.last_moment
    while late - early > timedelta(hours=1):
        middle = early + (late - early) / 2
        enough = rate * active_seconds(schedule, as_of, middle) >= figures.remaining_minor
        early, late = (early, middle) if enough else (middle, late)
    return late.replace(minute=0, second=0, microsecond=0)


def _share_of_time(schedule: Schedule, start: datetime, until: datetime) -> float:
    whole = active_seconds(schedule, start, schedule.last_moment)
    return active_seconds(schedule, start, until) / whole if whole else 1.0


def _days_between(start: datetime, end: datetime, zone: str) -> float:
    """A day on which clocks change counts as one, although it has 23 or 25 hours."""
    return sum(
        (min(end, until) - max(start, begin)).total_seconds() / (until - begin).total_seconds()
        for begin, until in _days(start, end, zone)
    )


def _days(start: datetime, end: datetime, zone: str) -> Iterator[tuple[datetime, datetime]]:
    day = account_day(start, zone)
    while (begin := day_start(day, zone)) < end:
        day += timedelta(days=1)
        yield begin, day_start(day, zone)


Hours = tuple[int, int, int]
"""Weekday (0 = Monday), first full hour, hour after the last."""


def _owners_by_hours(schedule: Schedule) -> dict[frozenset[Hours], int]:
    """Budgets by the hours in which they may be spent; empty: all of them."""
    keys = {part.plan_key for part in schedule.split}
    owners: dict[frozenset[Hours], int] = defaultdict(int)
    for part in schedule.split:
        # Under campaign budgets a day part may name an ad set, which owns no budget of its own.
        entries = [
            entry
            for entry in schedule.entries
            if entry.kind is EntryKind.DAYPART and (entry.target == part.plan_key or entry.target not in keys)
        ]
        owners[frozenset(hours for entry in entries for hours in _hours(entry))] += part.initial_minor
    return owners


def _hours(entry: Entry) -> list[Hours]:
    first = 0 if entry.from_hour is None else entry.from_hour
    last = 24 if entry.to_hour is None else entry.to_hour
    return [(weekday, first, last) for weekday in entry.weekdays or range(7)]


def _seconds(parts: frozenset[Hours], start: datetime, end: datetime, zone: str) -> float:
    if not parts:
        return max(0.0, (end - start).total_seconds())
    total = 0.0
    for begin, _ in _days(start, end, zone):
        day = account_day(begin, zone)
        spans = sorted((first, last) for weekday, first, last in parts if weekday == day.weekday())
        for first, last in _joined(spans):
            opens, closes = _clock(day, first, zone), _clock(day, last, zone)
            total += max(0.0, (min(end, closes) - max(start, opens)).total_seconds())
    return total


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, last in spans:
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _clock(day: date, hour: int, zone: str) -> datetime:
    if hour == 24:
        return day_start(day + timedelta(days=1), zone)
    return datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)
