"""The first page: what wants a person, what was spent and brought, and which campaigns run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from api.figure_words import NO_FIGURES
from api.overview import CampaignFigures, CurrencyFigures, Overview, Topic
from api.pages.views.age import AgeWords, age_words
from api.pages.views.figures import Chart, Words, daily_charts, short_day, words_of
from api.pages.views.words import STATUS, Badge, counted, delivery_badge
from models.domain.metrics import Counts
from models.domain.states import CampaignStatus

TOPIC = {
    Topic.STOP: Badge("Stopped", "bad"),
    Topic.ACCOUNT: Badge("Ad account", "bad"),
    Topic.PROBLEM: Badge("Needs you", "bad"),
    Topic.HELD: Badge("Paused by Greenlight", "warn"),
    Topic.ANOMALY: Badge("Looks wrong", "bad"),
    Topic.STALE: Badge("Old figures", "warn"),
    Topic.DRIFT: Badge("Changed on Meta", "warn"),
    Topic.SUGGESTION: Badge("Suggestion", "busy"),
}
WINDOWS = {1: "Today", 7: "Last 7 days", 30: "Last 30 days"}
ROW_WINDOWS = {1: "Today", 7: "Last 7 days"}


@dataclass(frozen=True, slots=True)
class PointRow:
    badge: Badge
    words: str
    path: str


@dataclass(frozen=True, slots=True)
class CurrencyCard:
    currency: str
    windows: list[tuple[str, Words]]
    charts: list[Chart]
    days: list[tuple[str, Words]]


@dataclass(frozen=True, slots=True)
class OnAirRow:
    id: UUID
    name: str
    status: Badge
    delivery: Badge | None
    figures: list[str]
    age: AgeWords


@dataclass(frozen=True, slots=True)
class OverviewPage:
    points: list[PointRow]
    statuses: list[tuple[Badge, str]]
    currencies: list[CurrencyCard]
    campaigns: list[OnAirRow]
    ages: list[tuple[str, AgeWords]]
    empty: str


def overview_page(found: Overview) -> OverviewPage:
    return OverviewPage(
        points=[PointRow(TOPIC[point.topic], point.words, point.path) for point in found.points],
        statuses=[
            (STATUS[status], counted(found.statuses[status], "campaign", "campaigns"))
            for status in CampaignStatus
            if found.statuses.get(status)
        ],
        currencies=[_card(one) for one in found.currencies],
        campaigns=_rows(found.campaigns),
        ages=[(account.name, age_words(age)) for account, age in found.ages],
        empty=NO_FIGURES if found.campaigns and not found.currencies else "",
    )


def _card(one: CurrencyFigures) -> CurrencyCard:
    last = one.days[-1].day
    return CurrencyCard(
        currency=one.currency,
        windows=[(words, words_of(one.windows.get(days), one.currency)) for days, words in WINDOWS.items()],
        charts=daily_charts(one.days, one.currency, last - timedelta(days=max(WINDOWS) - 1), last),
        days=[(short_day(figures.day), words_of(figures.counts, one.currency)) for figures in reversed(one.days)],
    )


def _rows(campaigns: Sequence[CampaignFigures]) -> list[OnAirRow]:
    """Running ones first, by what they spent in the last week."""
    ordered = sorted(campaigns, key=_weight)
    return [
        OnAirRow(
            id=line.running.campaign.id,
            name=line.running.campaign.name,
            status=STATUS[line.running.campaign.status],
            delivery=delivery_badge(line.running.campaign.status, line.running.campaign.delivery),
            figures=[_told(name, line.windows.get(days), line.running.currency) for days, name in ROW_WINDOWS.items()]
            if line.windows
            else [],
            age=age_words(line.age),
        )
        for line in ordered
    ]


def _told(name: str, counts: Counts | None, currency: str | None) -> str:
    if counts is None or currency is None:
        return f"{name} nothing yet"
    words = words_of(counts, currency)
    if counts.conversions is None:
        return f"{name} {words.spend}"
    each = f", {words.cpa} each" if counts.conversions else ""
    return f"{name} {words.spend}, {counted(counts.conversions, 'conversion', 'conversions')}{each}"


def _weight(line: CampaignFigures) -> tuple[bool, int, str]:
    week = line.windows.get(7)
    live = line.running.campaign.status is CampaignStatus.LIVE
    return not live, -(week.spend_minor if week else 0), line.running.campaign.name.casefold()
