"""Which column of a file fills which field, and what a person still has to say before rows can be read."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

from models.domain.ad_reports import days, numbers
from models.domain.ad_reports.days import DayOrder
from models.domain.ad_reports.fields import (
    MONEY,
    REQUIRED,
    WHOLE,
    ReportField,
    currency_of,
    guessed,
    level_of,
)
from models.domain.ad_reports.numbers import DecimalMark
from models.domain.ad_reports.table import Layout, Row, UnreadableReport
from models.domain.base import Document

MAX_ROWS = 100_000
OBJECT = "object"
"""What a question is about where no column names what the rows tell of."""


class ReportMapping(Document):
    """Column by field. Order and mark are None where the file's own cells decide, or nothing needs deciding."""

    columns: dict[ReportField, str] = {}
    day_order: DayOrder | None = None
    decimal_mark: DecimalMark | None = None

    @classmethod
    def guessed(cls, layout: Layout) -> "ReportMapping":
        return cls(columns=guessed(layout.columns))


@dataclass(frozen=True, slots=True)
class Question:
    """Nothing can be applied while it is open. `about` is a field, `day_order` or `decimal_mark`."""

    about: str
    words: str


@dataclass(slots=True)
class Evidence:
    """What the cells of a file say about the way they are written."""

    rows: int = 0
    orders: set[DayOrder] = dataclasses.field(default_factory=set)
    marks: set[DecimalMark] = dataclasses.field(default_factory=set)
    open_day: str = ""
    open_number: str = ""


def settled(mapping: ReportMapping, found: Evidence) -> ReportMapping:
    """The mapping with order and mark as the file's cells decide them, where nobody has said."""
    order = days.decided(found.orders)
    mark = numbers.decided(found.marks)
    if not found.marks and not found.open_number:
        mark = DecimalMark.POINT
    return mapping.model_copy(
        update={"day_order": mapping.day_order or order, "decimal_mark": mapping.decimal_mark or mark}
    )


def questions(mapping: ReportMapping, layout: Layout, seen: Evidence, currency: str) -> list[Question]:
    """What is open after `settled`, each with what to do. `currency` is the ad account's."""
    found = [*_columns_missing(mapping, layout), *_wrong_money(mapping, currency)]
    if mapping.day_order is None and (seen.open_day or len(seen.orders) > 1):
        which = seen.open_day or "the days of this file"
        found.append(Question("day_order", f"Does the day or the month come first in {which}?"))
    if mapping.decimal_mark is None:
        which = seen.open_number or "the numbers of this file"
        found.append(Question("decimal_mark", f"Is it a point or a comma that comes before the decimals in {which}?"))
    return found


def _columns_missing(mapping: ReportMapping, layout: Layout) -> Iterable[Question]:
    columns = mapping.columns
    for field, column in columns.items():
        if column not in layout.columns:
            yield Question(field, f"The file has no column {column!r}.")
        elif list(columns.values()).count(column) > 1:
            yield Question(field, f"The column {column!r} cannot fill two fields.")
    level = level_of(columns)
    if level is None:
        yield Question(OBJECT, "Which column names the campaign, ad set or ad? Best is its ID.")
    if ReportField.DAY not in columns and not {ReportField.FROM, ReportField.UNTIL} <= columns.keys():
        yield Question(ReportField.DAY, "Which column holds the day? Export the report by day.")
    for field in REQUIRED:
        if field not in columns:
            yield Question(field, f"Which column holds the {field.value}? If none does, add it to the report.")


def _wrong_money(mapping: ReportMapping, currency: str) -> Iterable[Question]:
    for field in MONEY:
        stated = currency_of(mapping.columns.get(field, ""))
        if stated and stated != currency:
            yield Question(field, f"The column is in {stated}, the ad account in {currency}. Export it in {currency}.")


def evidence(mapping: ReportMapping, layout: Layout, rows: Iterable[Row]) -> Evidence:
    """Raises UnreadableReport where there are more rows than are taken at once."""
    places = {name: place for place, name in enumerate(layout.columns)}
    wanted = {field: places[column] for field, column in mapping.columns.items() if column in places}
    found = Evidence()
    for row in rows:
        found.rows += 1
        if found.rows > MAX_ROWS:
            raise UnreadableReport(f"The file has more than {MAX_ROWS:,} rows. Export a shorter time, or fewer ads.")
        for name, place in wanted.items():
            if place < len(row.cells):
                _note(found, name, row.cells[place])
    return found


def _note(found: Evidence, field: ReportField, cell: str) -> None:
    if field in (ReportField.DAY, ReportField.FROM, ReportField.UNTIL):
        if order := days.order_of(cell):
            found.orders.add(order)
        found.open_day = found.open_day or (cell.strip() if days.is_ambiguous(cell) else "")
    elif field in MONEY or field in WHOLE:
        mark = numbers.mark_of(cell, whole=field in WHOLE)
        if mark:
            found.marks.add(mark)
        elif numbers.is_ambiguous(cell):
            found.open_number = found.open_number or cell.strip()
