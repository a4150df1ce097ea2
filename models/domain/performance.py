"""Figures of days put together: totals, what was stated later, and how one week compares with the one before."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from math import log, sqrt

from models.domain.metrics import Counts, ratio

WEEK = timedelta(days=7)
# Below this many events a difference says nothing that a person should act on.
FEWEST_EVENTS = 10
Z_95 = 1.96


@dataclass(frozen=True, slots=True)
class DayFigures:
    """`at_close` is what the platform said first after the day had ended; None where it said nothing else since."""

    day: date
    counts: Counts
    at_close: Counts | None = None
    read_at: datetime | None = None

    @property
    def restated(self) -> bool:
        return self.at_close is not None and self.at_close != self.counts


def total(days: Iterable[Counts]) -> Counts | None:
    """Without reach, which cannot be added; None for nothing at all, which is not a total of zero."""
    found = list(days)
    return reduce(lambda one, other: one + other, found[1:], found[0] + Counts()) if found else None


def summed_by_day(objects: Iterable[DayFigures]) -> list[DayFigures]:
    """Of several objects, one line per day, oldest first. A single object keeps its reach."""
    by_day: dict[date, list[DayFigures]] = defaultdict(list)
    for figures in objects:
        by_day[figures.day].append(figures)
    return [_together(day, parts) for day, parts in sorted(by_day.items())]


def _together(day: date, parts: Sequence[DayFigures]) -> DayFigures:
    if len(parts) == 1:
        return parts[0]
    return DayFigures(
        day=day,
        counts=total(part.counts for part in parts) or Counts(),
        at_close=total(part.at_close or part.counts for part in parts) if any(p.restated for p in parts) else None,
        read_at=max((part.read_at for part in parts if part.read_at), default=None),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One figure in the last seven whole days and in the seven before. `clear`: more than chance would explain.

    `events` are the counts that the figure rests on, now and before; `percent` is None where nothing can be said.
    """

    name: str
    now: Decimal | None
    before: Decimal | None
    percent: Decimal | None
    events: tuple[int, int] | None
    clear: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """`since` to `until` are the last seven whole account days. Younger days still gain conversions."""

    since: date
    until: date
    now: Counts
    before: Counts
    changes: list[Change]


def trend(days: Sequence[DayFigures], today: date) -> Trend | None:
    """None where one of the two weeks has no figures at all."""
    since = today - WEEK
    now = total(figures.counts for figures in days if since <= figures.day < today)
    before = total(figures.counts for figures in days if since - WEEK <= figures.day < since)
    if now is None or before is None:
        return None
    return Trend(since, today - timedelta(days=1), now, before, _changes(now, before))


def _changes(now: Counts, before: Counts) -> list[Change]:
    conversions = _pair(now.conversions, before.conversions)
    clicks = (now.clicks, before.clicks)
    spends, shown = (now.spend_minor, before.spend_minor), (now.impressions, before.impressions)
    return [
        _change("spend", _decimal(now.spend_minor), _decimal(before.spend_minor), None, clear=True),
        _change(
            "conversions", _decimal(now.conversions), _decimal(before.conversions), conversions,
            clear=_differs(conversions, (1, 1)),
        ),
        _change("cpa", now.cpa_minor(), before.cpa_minor(), conversions, clear=_differs(conversions, spends)),
        _change("ctr", now.ctr(), before.ctr(), clicks, clear=_differs(clicks, shown)),
        _change("cpc", now.cpc_minor(), before.cpc_minor(), clicks, clear=_differs(clicks, spends)),
        _change("roas", now.roas(), before.roas(), conversions, clear=_differs(conversions, spends)),
    ]  # fmt: skip


def _change(
    name: str, now: Decimal | None, before: Decimal | None, events: tuple[int, int] | None, *, clear: bool
) -> Change:
    if now is None or before is None or not before:
        return Change(name, now, before, None, events, clear=False)
    percent = ((now - before) / before * 100).quantize(Decimal("0.1"))
    return Change(name, now, before, percent, events, clear=clear and percent != 0)


def _differs(events: tuple[int, int] | None, per: tuple[int, int]) -> bool:
    """Whether two rates of rare events differ beyond what 95 of 100 equal ones would (log ratio, Poisson counts)."""
    if events is None or min(events) < FEWEST_EVENTS or min(per) <= 0:
        return False
    distance = log(events[0] / per[0]) - log(events[1] / per[1])
    return abs(distance) > Z_95 * sqrt(1 / events[0] + 1 / events[1])


def _pair(now: int | None, before: int | None) -> tuple[int, int] | None:
    return None if now is None or before is None else (now, before)


def _decimal(count: int | None) -> Decimal | None:
    return ratio(count, 1)
