"""Days as reports write them. Where day and month could be either, somebody has to say which comes first."""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum


class DayOrder(StrEnum):
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class NotADay(ValueError):
    """Says in words what is wrong with a cell."""


_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(?::00(?:\.0+)?)?(?:Z|[+-]\d\d:?\d\d)?$")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
_MONTH_NAMED = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})")
_DAY_NAMED = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})\.?[ ,-] ?(\d{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ADVICE = "Write days as 2026-05-31."


def order_of(cell: str) -> DayOrder | None:
    """Which part a cell proves to come first; None where it proves nothing."""
    found = _YEAR_LAST.fullmatch(_without_time(cell))
    if found is None or found[2] == ".":
        return None
    first, second = int(found[1]), int(found[3])
    if first > 12 >= second:
        return DayOrder.DAY_FIRST
    return DayOrder.MONTH_FIRST if second > 12 >= first else None


def is_ambiguous(cell: str) -> bool:
    found = _YEAR_LAST.fullmatch(_without_time(cell))
    return found is not None and found[2] != "." and found[1] != found[3] and max(int(found[1]), int(found[3])) <= 12


def decided(orders: Iterable[DayOrder | None]) -> DayOrder | None:
    """What all cells agree on; None where they say nothing or contradict each other."""
    found = {order for order in orders if order is not None}
    return found.pop() if len(found) == 1 else None


def day(cell: str, order: DayOrder | None) -> date:
    """The day of a cell. With points between its parts the day comes first wherever people write so.

    Raises:
        NotADay: with words for the person who has the file before them.
    """
    text = _without_time(cell)
    try:
        return _read(text, order)
    except ValueError as error:
        words = str(error) if isinstance(error, NotADay) else f"{cell.strip()!r} is no day. {_ADVICE}"
        raise NotADay(words) from None


def _read(text: str, order: DayOrder | None) -> date:
    if found := _YEAR_FIRST.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _MONTH_NAMED.fullmatch(text):
        return date(int(found[3]), _month(found[1]), int(found[2]))
    if found := _DAY_NAMED.fullmatch(text):
        return date(int(found[3]), _month(found[2]), int(found[1]))
    found = _YEAR_LAST.fullmatch(text)
    if found is None:
        raise ValueError(text)
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    year += 2000 if year < 100 else 0
    if found[2] == "." or first == second or order is DayOrder.DAY_FIRST:
        return date(year, second, first)
    if order is None:
        raise NotADay(f"{text!r}: say whether the day or the month comes first.")
    return date(year, first, second)


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].casefold()) + 1


def _without_time(cell: str) -> str:
    return _MIDNIGHT.sub("", " ".join(cell.split()))
