"""The report over campaigns: the figures of each in the days asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from api.pages.views.age import AgeWords, age_words
from api.pages.views.figures import Words, short_day, words_of
from api.pages.views.words import STATUS, Badge, lowered
from api.reports import Report, ReportLine
from api.schemas.reports import ReportFilter, SortBy
from models.domain.states import CampaignStatus

SORTS = {
    SortBy.SPEND: "Spend",
    SortBy.CONVERSIONS: "Conversions",
    SortBy.CPA: "Cost per conversion",
    SortBy.CPC: "Cost per click",
    SortBy.CTR: "Click rate",
    SortBy.ROAS: "Return on spend",
    SortBy.NAME: "Name",
}
STATUSES = (CampaignStatus.LIVE, CampaignStatus.PAUSED, CampaignStatus.SCHEDULED, CampaignStatus.ENDED)


@dataclass(frozen=True, slots=True)
class ReportRow:
    id: UUID
    name: str
    status: Badge
    figures: Words
    has_figures: bool


@dataclass(frozen=True, slots=True)
class ReportPage:
    since: str
    until: str
    rows: list[ReportRow]
    totals: list[tuple[str, Words]]
    currencies: list[str]
    statuses: list[tuple[str, str]]
    sorts: list[tuple[str, str]]
    about: str
    age: AgeWords | None


def report_page(
    report: Report, shown: Sequence[ReportLine], currencies: Sequence[str], wanted: ReportFilter
) -> ReportPage:
    return ReportPage(
        since=report.span.first.isoformat(),
        until=report.span.last.isoformat(),
        rows=[
            ReportRow(
                id=line.running.campaign.id,
                name=line.running.campaign.name,
                status=STATUS[line.running.campaign.status],
                figures=words_of(line.counts, line.running.currency or "USD"),
                has_figures=line.counts is not None,
            )
            for line in shown
        ],
        totals=[(currency, words_of(counts, currency)) for currency, counts in report.totals],
        currencies=list(currencies),
        statuses=[(status.value, STATUS[status].words) for status in STATUSES],
        sorts=[(sort.value, words) for sort, words in SORTS.items()],
        about=_about(report, wanted),
        age=_age(report),
    )


def _about(report: Report, wanted: ReportFilter) -> str:
    """What the report shows, for the line that opens its filter."""
    whose = " or ".join(lowered(STATUS[status].words) for status in wanted.status) or "all that ran"
    order = "largest first" if wanted.order == "desc" else "smallest first"
    days = f"{short_day(report.span.first)} to {short_day(report.span.last)} {report.span.last.year}"
    only = f", {wanted.currency} only" if wanted.currency else ""
    return f"{days}, {whose}{only}, by {lowered(SORTS[wanted.sort])}, {order}"


def _age(report: Report) -> AgeWords | None:
    """Of the account whose figures are the oldest; one whose reading failed comes before all others."""
    ages = [line.age for line in report.lines if line.age.expected]
    if not ages:
        return None
    oldest = max(ages, key=lambda age: (bool(age.problem), age.read_at is None, age.age or timedelta(0)))
    words = age_words(oldest)
    return (
        words if len({age.read_at for age in ages}) < 2 else replace(words, words=f"The oldest: {lowered(words.words)}")
    )
