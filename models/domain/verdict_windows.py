"""Which days tell what a move did: the days after it, each beside the same weekday before it. Pure; account days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MOST_PAIRS = 6
"""The day of the move itself belongs to neither side, so a week leaves six."""
FEWEST_PAIRS = 3
_WEEK = timedelta(days=7)


class Cut(StrEnum):
    """What keeps a move from being seen by itself."""

    MOVED_AGAIN = "moved_again"
    TAKEN_BACK = "taken_back"
    CHANGED = "changed"
    TOO_YOUNG = "too_young"


@dataclass(frozen=True, slots=True)
class Event:
    """Something else that was done to the campaign on a day: `what` it would cut a window by."""

    day: date
    what: Cut


@dataclass(frozen=True, slots=True)
class Window:
    """`pairs` are (day before, day after), in order. With `cut` there are too few to tell, and this is why."""

    pairs: list[tuple[date, date]]
    cut: Cut | None = None

    @property
    def last_day(self) -> date | None:
        return self.pairs[-1][1] if self.pairs else None


def window_of(moved: tuple[date, date], ran_from: date, events: Sequence[Event]) -> Window:
    """`moved` are the days on which the first and the last of its budgets were changed; `ran_from` is the first whole
    day of the campaign. Days on the far side of another event tell of that one too, so they are left out."""
    first, last = moved
    earlier = max((event for event in events if event.day < first), key=lambda event: event.day, default=None)
    later = min((event for event in events if event.day >= first), key=lambda event: event.day, default=None)
    begins = max(ran_from, earlier.day + timedelta(days=1)) if earlier else ran_from
    pairs = []
    for number in range(1, MOST_PAIRS + 1):
        after = last + timedelta(days=number)
        before = after - _WEEK
        if begins <= before < first and (later is None or after < later.day):
            pairs.append((before, after))
    if len(pairs) >= FEWEST_PAIRS:
        return Window(pairs)
    return Window(pairs, _cut(first, earlier, later))


def _cut(first: date, earlier: Event | None, later: Event | None) -> Cut:
    """What comes after a move keeps it from being judged for good; else what came before it."""
    for event in (later, earlier):
        if event is not None and abs((event.day - first).days) <= MOST_PAIRS + 1:
            return event.what
    return Cut.TOO_YOUNG
