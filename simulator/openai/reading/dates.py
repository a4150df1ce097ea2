"""Calendar days as people write them in six languages, and the flight made of them."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from babel.dates import get_month_names

from simulator.openai.reading.finding import Finding, over, sentence_at, speaks_of

_LOCALES = ("en", "ar", "es", "de", "fr")
_ENDS = re.compile(
    r"(?:until|till|\bto|between[^.\n]{4,24}and|through|\bends?|ending|by|bis|zum|jusqu.?au|hasta(?: el)?|\bal|\bau"
    r"|إلى|حتى|[-\u2013—〜~])\s*\w{0,4}\s*$",
    re.I,
)
_STARTS = re.compile(
    r"(?:from|between|starts?(?: on)?|starting|begins?|beginning|launch\w*|as of|\bab|vom|von|desde(?: el)?|\bdel|\bdu"
    r"|من|ابتداء)\s*\w{0,4}\s*$",
    re.I,
)
_OFFER = re.compile(r"%|٪|\uff05|\boff\b|discount|offer|خصم|عرض|割引|オフ|Rabatt|descuento|réduction|remise", re.I)
_WEEKS = re.compile(r"\bfor (?P<count>\d+|one|two|three|four|six) (?P<unit>day|week)s?\b", re.I)
_COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "six": 6}


def days(text: str, today: date) -> list[Finding]:
    """Every day named, in order; one without a year is the next to come."""
    found = [finding for pattern in _patterns() for finding in _matches(pattern, text, today)]
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or finding.start >= kept[-1].end:
            kept.append(finding)
    return kept


def flight(text: str, today: date) -> Finding | None:
    """First and last day of the campaign; days in a sentence about the offer belong to the offer."""
    own = [day for day in days(text, today) if not is_about_offer(text, day)]
    start = next(
        (day for day in own if _STARTS.search(text, max(0, day.start - 20), day.start) or _follows(text, day, "から")),
        None,
    )
    end = next((day for day in own if _ends(text, day)), None)
    if start is None and end is not None:
        start = next((day for day in own if day.end <= end.start <= day.end + 12), None)
    parts = [part for part in (start, end) if part]
    if start and not end and (length := _WEEKS.search(text)):
        count = _COUNTS.get(length["count"].lower()) or int(length["count"])
        last = start.value + timedelta(days=count * (7 if length["unit"].lower() == "week" else 1) - 1)
        end = Finding(last, *length.span())
        parts.append(end)
    if not parts:
        return None
    value = {"start": start and start.value.isoformat(), "end": end and end.value.isoformat()}
    return over(value, parts)


def last_day_in(text: str, start: int, end: int, today: date) -> Finding | None:
    """The day until which something in this passage holds."""
    inside = [day for day in days(text, today) if start <= day.start < end]
    return next((day for day in reversed(inside) if _ends(text, day)), None)


def is_about_offer(text: str, day: Finding) -> bool:
    return speaks_of(_OFFER, text, *sentence_at(text, day.start))


def _ends(text: str, day: Finding) -> bool:
    return bool(_ENDS.search(text, max(0, day.start - 40), day.start)) or _follows(text, day, "まで")


def _follows(text: str, day: Finding, word: str) -> bool:
    return text.startswith(word, day.end)


@cache
def _months() -> dict[str, int]:
    names = {}
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            names.update(
                {name.casefold().rstrip("."): number for number, name in get_month_names(width, locale=locale).items()}
            )
    return names


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    month = "|".join(sorted((re.escape(name) for name in _months()), key=len, reverse=True))
    named = rf"(?P<name>{month})\b"
    year = r"(?:\.?,?\s+(?:de )?(?P<y>\d{4}))?"
    between = r"\s?(?:-|\u2013|to|until|bis|au|al|إلى)\s?"
    return (
        re.compile(r"(?<!\d)(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)"),
        re.compile(r"(?<!\d)(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})(?!\d)"),
        re.compile(r"(?:(?P<y>\d{4})年)?(?P<m>\d{1,2})月(?P<d>\d{1,2})日"),
        re.compile(rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of |de |من )?{named}{year}", re.I),
        re.compile(rf"\b{named}\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b{year}(?!\d)", re.I),
        # The first day of "1 to 14 December" has no month of its own.
        re.compile(rf"(?<!\d)(?P<d>\d{{1,2}})\.?(?={between}\d{{1,2}}\.?\s+(?:de )?{named}{year})", re.I),
    )


def _matches(pattern: re.Pattern[str], text: str, today: date) -> Iterator[Finding]:
    for match in pattern.finditer(text):
        parts = match.groupdict()
        month = _months()[parts["name"].casefold().rstrip(".")] if parts.get("name") else int(parts["m"])
        try:
            day = date(int(parts["y"] or today.year), month, int(parts["d"]))
            if not parts["y"] and day < today:
                day = day.replace(year=today.year + 1)
        except ValueError:
            continue
        yield Finding(day, match.start(), match.end())
