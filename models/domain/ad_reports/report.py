"""Rows of a report turned into figures of an account's objects; each bad row is named with field and words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from models.domain.ad_reports import days, numbers
from models.domain.ad_reports.attribution import attribution_of
from models.domain.ad_reports.days import NotADay
from models.domain.ad_reports.fields import IDENTITY, MONEY, REQUIRED, WHOLE, ReportField, level_of
from models.domain.ad_reports.mapping import ReportMapping
from models.domain.ad_reports.matching import Directory, Known, NoMatch
from models.domain.ad_reports.numbers import DecimalMark, NotANumber
from models.domain.ad_reports.table import Layout, Row
from models.domain.base import Money
from models.domain.metrics import Counts, MetricLevel

# Meta keeps figures for 37 months (Insights API, read September 2026); what is older cannot be of an ads manager.
MAX_AGE_MONTHS = 37
_TOTALS = frozenset({"total", "totals", "grand total", "all"})


class BadCell(ValueError):
    """Why a row cannot be taken over. `field` is None where the row as a whole is meant."""

    def __init__(self, field: ReportField | None, words: str) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True)
class ReportRow:
    number: int
    known: Known
    day: date
    attribution: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class RowRemark:
    """Why a row is not taken over. `field` is None where the row as a whole is meant."""

    row: int
    field: ReportField | None
    words: str


@dataclass(slots=True)
class Report:
    """`skipped` are rows that nobody misses: totals of other rows."""

    rows: int = 0
    good: list[ReportRow] = field(default_factory=list)
    problems: list[RowRemark] = field(default_factory=list)
    skipped: list[RowRemark] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """How the rows of one file are read: `settled` and without open questions. `today` is the account's day."""

    mapping: ReportMapping
    layout: Layout
    currency: str
    today: date
    directory: Directory
    level: MetricLevel = field(init=False)
    places: dict[ReportField, int] = field(init=False)
    exponent: int = field(init=False)

    def __post_init__(self) -> None:
        level = level_of(self.mapping.columns)
        if level is None:
            raise ValueError("nothing can be read while it is open which objects the rows tell of")
        self.level = level
        self.exponent = Money(amount_minor=0, currency=self.currency).exponent()
        self.places = {name: self.layout.columns.index(column) for name, column in self.mapping.columns.items()}

    def report(self, rows: Iterable[Row]) -> Report:
        """All rows. Two that tell of the same object and day are both refused: each holds a part only."""
        report, seen = Report(), dict[tuple[str, date], int]()
        twice: dict[int, int] = {}
        for row in rows:
            report.rows += 1
            try:
                found = self._row(row)
            except BadCell as error:
                report.problems.append(RowRemark(row.number, error.field, str(error)))
                continue
            if isinstance(found, RowRemark):
                report.skipped.append(found)
                continue
            first = seen.setdefault((found.known.platform_id, found.day), row.number)
            if first != row.number:
                twice[row.number] = first
                twice.setdefault(first, row.number)
            report.good.append(found)
        _refuse_twice(report, twice)
        return report

    def _row(self, row: Row) -> ReportRow | RowRemark:
        width = len(self.layout.columns)
        if len(row.cells) < width or any(cell.strip() for cell in row.cells[width:]):
            raise BadCell(None, f"It has {len(row.cells)} cells where the header has {width}.")
        cells = {field: row.cells[place] for field, place in self.places.items()}
        level = self.level
        if _is_total(level, cells):
            return RowRemark(row.number, None, "Left out: it sums up other rows.")
        try:
            known = self.directory.find(level, cells)
        except NoMatch as error:
            raise BadCell(error.field, str(error)) from error
        self._check_currency(cells)
        attribution = attribution_of(cells.get(ReportField.ATTRIBUTION, ""))
        return ReportRow(row.number, known, self._day(cells), attribution, self._counts(cells))

    def _day(self, cells: Mapping[ReportField, str]) -> date:
        if ReportField.DAY in cells:
            found = self._one_day(ReportField.DAY, cells)
        else:
            found = self._one_day(ReportField.FROM, cells)
            until = self._one_day(ReportField.UNTIL, cells)
            if until != found:
                words = f"It covers {found} to {until}. Export the report by day."
                raise BadCell(ReportField.UNTIL, words)
        return found

    def _one_day(self, field: ReportField, cells: Mapping[ReportField, str]) -> date:
        try:
            found = days.day(cells.get(field, ""), self.mapping.day_order)
        except NotADay as error:
            raise BadCell(field, str(error)) from error
        if found > self.today:
            raise BadCell(field, f"{found} has not come yet in the ad account's time zone.")
        if _months(found, self.today) > MAX_AGE_MONTHS:
            raise BadCell(field, f"{found} is more than {MAX_AGE_MONTHS} months ago, for which Meta keeps no figures.")
        return found

    def _counts(self, cells: Mapping[ReportField, str]) -> Counts:
        mark = self.mapping.decimal_mark or DecimalMark.POINT
        values: dict[str, int | None] = {}
        for name in (*MONEY, *WHOLE):
            if name not in cells:
                continue
            try:
                value = self._minor(cells[name], mark) if name in MONEY else numbers.whole_number(cells[name], mark)
            except NotANumber as error:
                raise BadCell(name, str(error)) from error
            values[f"{name}_minor" if name in MONEY else name] = 0 if value is None and name in REQUIRED else value
        return Counts(**values)  # type: ignore[arg-type]

    def _minor(self, cell: str, mark: DecimalMark) -> int | None:
        value = numbers.number(cell, mark)
        if value is None:
            return None
        return int(value.scaleb(self.exponent).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))

    def _check_currency(self, cells: Mapping[ReportField, str]) -> None:
        stated = cells.get(ReportField.CURRENCY, "").strip()
        if stated and stated.upper() != self.currency:
            words = f"The row is in {stated}, the ad account in {self.currency}."
            raise BadCell(ReportField.CURRENCY, words)


def _is_total(level: MetricLevel, cells: Mapping[ReportField, str]) -> bool:
    """The sum over the file has neither number nor name; the sum over the days of an object says `All` for its day."""
    number, name = (cells.get(part, "").strip().casefold() for part in IDENTITY[level])
    day = cells.get(ReportField.DAY, "").strip().casefold()
    return day == "all" or (not day and not number and (not name or name in _TOTALS))


def _months(since: date, until: date) -> int:
    return 12 * (until.year - since.year) + until.month - since.month


def _refuse_twice(report: Report, twice: Mapping[int, int]) -> None:
    """A breakdown by age or placement splits one day of one object into several rows."""
    words = "Row {other} tells of the same day of the same object. Export without any breakdown but by day."
    report.problems += [RowRemark(row, None, words.format(other=other)) for row, other in twice.items()]
    report.problems.sort(key=lambda problem: problem.row)
    report.good = [row for row in report.good if row.number not in twice]
