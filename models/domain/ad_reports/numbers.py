"""Numbers as people's spreadsheets write them: 1,234.50, 1.234,50, 1 234,50, 1'234.50, 1,23,456."""

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

LARGEST = 10**15


class DecimalMark(StrEnum):
    POINT = "."
    COMMA = ","

    @property
    def other(self) -> "DecimalMark":
        return DecimalMark.COMMA if self is DecimalMark.POINT else DecimalMark.POINT


class NotANumber(ValueError):
    """Says in words what is wrong with a cell."""


_NOTHING = frozenset({"", "-", "\N{EN DASH}", "\N{EM DASH}", "n/a", "null", "none"})
# Signs and codes of currencies, and whatever separates thousands beside comma and point.
_DECORATION = re.compile(r"[$€£¥₹\s'\N{RIGHT SINGLE QUOTATION MARK}]|^[A-Z]{3}(?=[\d\s-])|(?<=\d)\s*[A-Z]{3}$")
_SHORTENED = re.compile(r"^\d+(?:[.,]\d+)?[eE]\+?\d+$")
_GROUPS = {
    DecimalMark.POINT: re.compile(r"\d{1,3}((\.\d{3})+|(\.\d{2})*\.\d{3})"),
    DecimalMark.COMMA: re.compile(r"\d{1,3}((,\d{3})+|(,\d{2})*,\d{3})"),
}
"""By the mark that separates thousands, and lakhs where people count so."""


def bare(cell: str) -> str | None:
    """Digits, marks and sign of a cell; None where it says that there is no figure."""
    text = cell.strip()
    return None if text.casefold() in _NOTHING else _DECORATION.sub("", text)


def mark_of(cell: str, *, whole: bool) -> DecimalMark | None:
    """Which decimal mark a cell gives away; None where it could be either, or has none.

    `whole`: the column counts things, so that a mark before three digits separates thousands.
    """
    if "." not in cell and "," not in cell:
        return None
    text = (bare(cell) or "").lstrip("-+")
    marks = [letter for letter in text if letter in ".,"]
    if not marks or not set(text) <= set("0123456789.,"):
        return None
    last = DecimalMark(marks[-1])
    if len(set(marks)) == 2:
        return last if marks.count(last) == 1 else None
    if len(marks) > 1:
        return last.other
    return (last.other if whole else None) if could_be_thousands(text) else last


def could_be_thousands(text: str) -> bool:
    """One mark with three digits after it: 1,234 may be a thousand or one and a bit."""
    return re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", text) is not None


def is_ambiguous(cell: str) -> bool:
    return ("." in cell or "," in cell) and could_be_thousands((bare(cell) or "").lstrip("-+"))


def decided(marks: Iterable[DecimalMark | None]) -> DecimalMark | None:
    """The mark that all cells agree on; None where they say nothing or contradict each other."""
    found = {mark for mark in marks if mark is not None}
    return found.pop() if len(found) == 1 else None


def number(cell: str, mark: DecimalMark) -> Decimal | None:
    """The value of a cell; None where it is empty or a dash.

    Raises:
        NotANumber: with words for the person who has the file before them.
    """
    if cell.isascii() and cell.isdigit() and len(cell) < len(str(LARGEST)):
        return Decimal(cell)
    text = bare(cell)
    if text is None:
        return None
    if _SHORTENED.match(text):
        raise NotANumber(f"{cell.strip()!r} was shortened by a spreadsheet. Format the column as a number, save again.")
    if text.startswith("-"):
        raise NotANumber(f"{cell.strip()!r} is below zero, which no figure of an ad can be.")
    whole, _, part = text.lstrip("+").rpartition(mark) if mark in text else (text.lstrip("+"), "", "")
    grouped = _GROUPS[mark.other].fullmatch(whole) is not None
    if not (whole.isascii() and (whole.isdigit() or grouped)) or (part and not (part.isascii() and part.isdigit())):
        raise NotANumber(f"{cell.strip()!r} is no number with {mark.value!r} before the decimals.")
    value = Decimal(f"{whole.replace(mark.other, '')}.{part or '0'}")
    if value > LARGEST:
        raise NotANumber(f"{cell.strip()!r} is larger than anything an ad account can hold.")
    return value


def whole_number(cell: str, mark: DecimalMark) -> int | None:
    """Raises NotANumber, also for a fraction."""
    value = number(cell, mark)
    if value is None:
        return None
    if value != value.to_integral_value():
        raise NotANumber(f"{cell.strip()!r} is no whole number.")
    return int(value)
