"""One look at an exported report: how it is written, what is still to be said, and what would be taken over."""

from datetime import date
from typing import BinaryIO

from models.domain.ad_reports import mapping as mappings
from models.domain.ad_reports.fields import ReportField, level_of
from models.domain.ad_reports.mapping import Question, ReportMapping
from models.domain.ad_reports.matching import Directory
from models.domain.ad_reports.report import Reading, Report, ReportRow, RowRemark
from models.domain.ad_reports.table import Layout, layout_of, rows
from models.domain.base import Document
from models.domain.metrics import MetricLevel

# Enough to see what is wrong; hundreds of rows with the same fault teach nothing more.
LISTED = 100
SHOWN = 10


class OpenQuestion(Document):
    """Nothing can be applied while it is open. `about` is a field, `object`, `day_order` or `decimal_mark`."""

    about: str
    words: str


class Remark(Document):
    """`field` is None where the row as a whole is meant."""

    row: int
    field: ReportField | None = None
    words: str


class SampleRow(Document):
    """A row as it would be taken over. Money in minor units of the account's currency."""

    row: int
    external_id: str
    name: str
    ours: bool
    day: date
    spend_minor: int
    impressions: int
    clicks: int
    conversions: int | None = None


class Preview(Document):
    """`problems` and `skipped` are the first of them; `problem_count` and `skipped_count` count all. While questions
    are open no row is read. `stored` is how many readings came of it when it was applied.
    """

    encoding: str
    separator: str
    level: MetricLevel | None = None
    questions: list[OpenQuestion] = []
    problems: list[Remark] = []
    problem_count: int = 0
    skipped: list[Remark] = []
    skipped_count: int = 0
    first_day: date | None = None
    last_day: date | None = None
    spend_minor: int = 0
    objects: int = 0
    sample: list[SampleRow] = []
    stored: int | None = None


class Look(Document):
    columns: list[str]
    mapping: ReportMapping
    rows: int
    good_rows: int
    preview: Preview


def report_of(
    file: BinaryIO, mapping: ReportMapping | None, currency: str, today: date, directory: Directory
) -> tuple[Look, Report | None]:
    """What a file holds by that mapping, or by the one that its titles suggest. No report while questions are open.

    Raises:
        UnreadableReport: the file as a whole cannot be read.
    """
    layout = layout_of(file)
    wanted = mapping or ReportMapping.guessed(layout)
    seen = mappings.evidence(wanted, layout, rows(file, layout))
    settled = mappings.settled(wanted, seen)
    questions = mappings.questions(settled, layout, seen, currency)
    if questions:
        return _look(layout, settled, seen.rows, questions, None), None
    report = Reading(settled, layout, currency, today, directory).report(rows(file, layout))
    return _look(layout, settled, report.rows, [], report), report


def _look(layout: Layout, mapping: ReportMapping, count: int, questions: list[Question], report: Report | None) -> Look:
    report = report or Report()
    days = [row.day for row in report.good]
    preview = Preview(
        encoding=layout.encoding,
        separator=layout.separator,
        level=level_of(mapping.columns),
        questions=[OpenQuestion(about=question.about, words=question.words) for question in questions],
        problems=_first(report.problems),
        problem_count=len(report.problems),
        skipped=_first(report.skipped),
        skipped_count=len(report.skipped),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        spend_minor=sum(row.counts.spend_minor for row in report.good),
        objects=len({row.known.platform_id for row in report.good}),
        sample=[_sample(row) for row in report.good[:SHOWN]],
    )
    return Look(columns=list(layout.columns), mapping=mapping, rows=count, good_rows=len(report.good), preview=preview)


def _first(remarks: list[RowRemark]) -> list[Remark]:
    return [Remark(row=remark.row, field=remark.field, words=remark.words) for remark in remarks[:LISTED]]


def _sample(row: ReportRow) -> SampleRow:
    return SampleRow(
        row=row.number,
        external_id=row.known.platform_id,
        name=row.known.name,
        ours=row.known.campaign_id is not None,
        day=row.day,
        spend_minor=row.counts.spend_minor,
        impressions=row.counts.impressions,
        clicks=row.counts.clicks,
        conversions=row.counts.conversions,
    )
