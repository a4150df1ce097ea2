"""What came in each hour, derived from cumulative readings of a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models.domain.metrics import Counts
from models.domain.performance import total


@dataclass(frozen=True, slots=True)
class Reading:
    """Counts of one object since its account day began, as read at a moment."""

    external_id: str
    read_at: datetime
    counts: Counts


@dataclass(frozen=True, slots=True)
class Interval:
    """What came between two readings; longer than an hour where one was missed or nothing changed.

    `later`: what the platform changed after the day had ended, which no hour of it can be given.
    """

    since: datetime
    until: datetime
    counts: Counts
    later: bool = False


def intervals(readings: Iterable[Reading], begins: datetime, ends: datetime) -> list[Interval]:
    """Of one account day, from `begins` to `ends`, for all objects together. The first reading after the end, which
    covers the last hour, still belongs to the day."""
    by_time: dict[datetime, list[Reading]] = {}
    for reading in readings:
        by_time.setdefault(reading.read_at, []).append(reading)
    latest: dict[str, Counts] = {}
    known, since, found = Counts(), begins, list[Interval]()
    for read_at in sorted(by_time):
        latest |= {reading.external_id: reading.counts for reading in by_time[read_at]}
        now = total(latest.values()) or Counts()
        found.append(Interval(since, read_at, now - known, later=since >= ends))
        known, since = now, read_at
    hours = [interval for interval in found if not interval.later]
    corrections = [interval for interval in found if interval.later]
    changed = total(interval.counts for interval in corrections)
    if changed is None:
        return hours
    return [*hours, Interval(corrections[0].since, corrections[-1].until, changed, later=True)]
