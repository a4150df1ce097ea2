"""Exported reports as people have them, and how they are read."""

import io
from datetime import date
from uuid import UUID

from models.domain.ad_reports import mapping as mappings
from models.domain.ad_reports.mapping import Question, ReportMapping
from models.domain.ad_reports.matching import Directory, Known
from models.domain.ad_reports.report import Reading, Report
from models.domain.ad_reports.table import layout_of, rows
from models.domain.metrics import MetricLevel

TODAY = date(2026, 9, 20)
OURS = UUID(int=7)
SUMMER, RETARGET, TWIN_A, TWIN_B = (
    "120210000000000011",
    "120210000000000012",
    "120210000000000013",
    "120210000000000014",
)
ACCOUNT = Directory.of(
    [
        Known(MetricLevel.CAMPAIGN, "120210000000000001", "Tea"),
        Known(MetricLevel.CAMPAIGN, "120210000000000002", "Coffee"),
        Known(MetricLevel.AD_SET, SUMMER, "Summer", "120210000000000001"),
        Known(MetricLevel.AD_SET, RETARGET, "Retarget", "120210000000000001", OURS),
        Known(MetricLevel.AD_SET, TWIN_A, "Broad", "120210000000000001"),
        Known(MetricLevel.AD_SET, TWIN_B, "Broad", "120210000000000002"),
    ]
)
PLAIN = "Ad set ID,Ad set name,Day,Amount spent (USD),Impressions,Clicks (all)"


def csv(*lines: str, header: str = PLAIN, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO("\r\n".join((header, *lines, "")).encode(encoding))


def mapped(
    file: io.BytesIO, currency: str = "USD", said: ReportMapping | None = None
) -> tuple[ReportMapping, list[Question]]:
    """The mapping as far as the file decides it, and what is open."""
    layout = layout_of(file)
    wanted = said or ReportMapping.guessed(layout)
    seen = mappings.evidence(wanted, layout, rows(file, layout))
    settled = mappings.settled(wanted, seen)
    return settled, mappings.questions(settled, layout, seen, currency)


def read(file: io.BytesIO, currency: str = "USD", said: ReportMapping | None = None) -> Report:
    mapping, questions = mapped(file, currency, said)
    assert questions == []
    layout = layout_of(file)
    return Reading(mapping, layout, currency, TODAY, ACCOUNT).report(rows(file, layout))
