"""The counts of each account day of a budget owner, from the readings of the ad sets below it."""

from collections.abc import Sequence
from datetime import date

from models.domain.results import result_of
from optimizer.problem import DayCounts
from records.readings import DayReading


def days_of(objective: str | None, readings: Sequence[Sequence[DayReading]]) -> list[DayCounts]:
    """All ad sets below the owner together. Results are told under one attribution setting only."""
    every = sorted((day for days in readings for day in days), key=lambda day: (day.account_day, day.read_at))
    by_day: dict[date, DayCounts] = {}
    for day in every:
        told = _counts(objective, day, comparable=day.attribution == every[-1].attribution)
        before = by_day.get(day.account_day)
        by_day[day.account_day] = told if before is None else _together(before, told)
    return list(by_day.values())


def values_told(readings: Sequence[Sequence[DayReading]]) -> bool:
    """Whether the platform reports what results are worth: it names no value where nobody sends one."""
    return any(day.counts.conversion_value_minor for days in readings for day in days)


def _counts(objective: str | None, day: DayReading, *, comparable: bool) -> DayCounts:
    counts = day.counts
    return DayCounts(
        day=day.account_day,
        read_at=day.read_at,
        spend_minor=counts.spend_minor,
        impressions=counts.impressions,
        clicks=counts.clicks if counts.link_clicks is None else counts.link_clicks,
        conversions=result_of(objective, counts) if comparable else None,
        value_minor=counts.conversion_value_minor if comparable else None,
    )


def _together(one: DayCounts, other: DayCounts) -> DayCounts:
    return DayCounts(
        day=one.day,
        read_at=max(one.read_at, other.read_at),
        spend_minor=one.spend_minor + other.spend_minor,
        impressions=one.impressions + other.impressions,
        clicks=one.clicks + other.clicks,
        conversions=_sum(one.conversions, other.conversions),
        value_minor=_sum(one.value_minor, other.value_minor),
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
