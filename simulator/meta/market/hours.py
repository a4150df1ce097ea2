"""Hours and days in an ad account's own time zone: days of 23 and 25 hours, zones off by half an hour."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Hour:
    """One local hour: unix seconds from `start` to `end`; `day` is a date's ordinal, `weekday` 0 is Sunday as in Meta.

    An hour that the clocks repeat comes twice with the same `hour`. Where they move by half an hour, one hour lasts 90
    minutes.
    """

    start: int
    end: int
    day: int
    weekday: int
    hour: int

    @property
    def length(self) -> float:
        """In hours."""
        return (self.end - self.start) / HOUR_S


def hour_start(zone: ZoneInfo, at: float) -> int:
    """The full local hour that `at` lies in."""
    local = datetime.fromtimestamp(at, zone)
    return int(at) - local.minute * 60 - local.second


def hours(zone: ZoneInfo, since: int, until: float) -> Iterator[Hour]:
    """Whole local hours from `since`, itself a full hour, that have ended at `until`."""
    start = since
    while True:
        local = datetime.fromtimestamp(start, zone)
        end = start + HOUR_S
        if late := datetime.fromtimestamp(end, zone).minute:
            end += (60 - late) * 60
        if end > until:
            return
        yield Hour(start, end, local.toordinal(), local.isoweekday() % 7, local.hour)
        start = end


def day_start(zone: ZoneInfo, day: int) -> int:
    return int(datetime.combine(date.fromordinal(day), datetime.min.time(), zone).timestamp())


@lru_cache(maxsize=512)
def hours_of_day(zone: ZoneInfo, day: int) -> tuple[Hour, ...]:
    return tuple(hours(zone, day_start(zone, day), day_start(zone, day + 1)))
