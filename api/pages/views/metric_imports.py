"""An exported report in words: its state, what is open, which column fills which field."""

from dataclasses import dataclass
from uuid import UUID

from api.pages.views.words import Badge, counted, money
from models.domain.ad_reports.days import DayOrder
from models.domain.ad_reports.fields import ReportField
from models.domain.ad_reports.mapping import OBJECT
from models.domain.ad_reports.numbers import DecimalMark
from models.domain.ad_reports.preview import Preview
from models.tables.ad_account import AdAccount
from models.tables.metrics import ImportState, MetricImport

STATES = {
    ImportState.PREVIEWED: Badge("Not taken over yet", "warn"),
    ImportState.APPLIED: Badge("Taken over", "good"),
    ImportState.DISCARDED: Badge("Discarded", "calm"),
}
F = ReportField
FIELDS = {
    F.DAY: "Day",
    F.FROM: "First day of the row",
    F.UNTIL: "Last day of the row",
    F.CAMPAIGN_ID: "Campaign ID",
    F.CAMPAIGN_NAME: "Campaign name",
    F.AD_SET_ID: "Ad set ID",
    F.AD_SET_NAME: "Ad set name",
    F.AD_ID: "Ad ID",
    F.AD_NAME: "Ad name",
    F.SPEND: "Amount spent",
    F.CURRENCY: "Currency",
    F.IMPRESSIONS: "Impressions",
    F.CLICKS: "Clicks (all)",
    F.REACH: "Reach",
    F.LINK_CLICKS: "Link clicks",
    F.LANDING_PAGE_VIEWS: "Landing page views",
    F.VIDEO_3S_VIEWS: "3-second video views",
    F.THRUPLAYS: "ThruPlays",
    F.CONVERSIONS: "Results",
    F.CONVERSION_VALUE: "Value of the results",
    F.LEADS: "Leads",
    F.ATTRIBUTION: "Attribution setting",
}
ORDERS = {DayOrder.DAY_FIRST: "Day first: 31/05/2026", DayOrder.MONTH_FIRST: "Month first: 05/31/2026"}
MARKS = {DecimalMark.POINT: "Point: 1,234.50", DecimalMark.COMMA: "Comma: 1.234,50"}
ABOUT = {OBJECT: "What the rows are about", "day_order": "Order of the dates", "decimal_mark": "Decimals"}


@dataclass(frozen=True, slots=True)
class ReportLine:
    id: UUID
    filename: str
    state: Badge
    rows: str


@dataclass(frozen=True, slots=True)
class ReportWords:
    """`problems` and `skipped` are the first of them, each a line of the file with words."""

    line: ReportLine
    open: bool
    applied: bool
    column_options: list[tuple[str, str]]
    mapping: dict[str, str]
    day_order: str
    decimal_mark: str
    questions: list[str]
    problems: list[str]
    problem_count: int
    skipped: list[str]
    sums: str
    stored: str
    sample: list[list[str]]


def report_line(row: MetricImport) -> ReportLine:
    return ReportLine(row.id, row.filename, STATES[row.state], f"{row.good_rows:,} of {row.rows:,} rows can be read")


def report_words(row: MetricImport, account: AdAccount) -> ReportWords:
    preview = Preview.model_validate({**row.found, "problems": row.problems})
    columns = row.mapping.get("columns")
    return ReportWords(
        line=report_line(row),
        open=row.state is ImportState.PREVIEWED,
        applied=row.state is ImportState.APPLIED,
        column_options=[(column, column) for column in row.columns],
        mapping={str(field): str(column) for field, column in columns.items()} if isinstance(columns, dict) else {},
        day_order=str(row.mapping.get("day_order") or ""),
        decimal_mark=str(row.mapping.get("decimal_mark") or ""),
        questions=[f"{_about(question.about)}: {question.words}" for question in preview.questions],
        problems=[_remark(remark.row, remark.field, remark.words) for remark in preview.problems],
        problem_count=preview.problem_count,
        skipped=[_remark(remark.row, remark.field, remark.words) for remark in preview.skipped],
        sums=_sums(preview, account.currency),
        stored="" if preview.stored is None else f"{counted(preview.stored, 'figure is', 'figures are')} new.",
        sample=[
            [found.name, found.day.isoformat(), money(found.spend_minor, account.currency), f"{found.impressions:,}"]
            for found in preview.sample
        ],
    )


def _about(about: str) -> str:
    return ABOUT.get(about) or FIELDS[ReportField(about)]


def _remark(row: int, field: ReportField | None, words: str) -> str:
    return f"Line {row}{f', {FIELDS[field]}' if field else ''}: {words}"


def _sums(preview: Preview, currency: str) -> str:
    if preview.first_day is None or preview.last_day is None or preview.level is None:
        return ""
    name = preview.level.value.replace("_", " ")
    objects = counted(preview.objects, name, f"{name}s")
    return f"{objects}, {preview.first_day} to {preview.last_day}, {money(preview.spend_minor, currency)} spent."
