"""A campaign's performance page: figures, their age, the pace of the money, charts and tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from markupsafe import Markup

from api.figure_words import NO_FIGURES, comparison_words, pacing_words
from api.pages.charts import Curve, curves
from api.pages.views.age import AgeWords, age_words
from api.pages.views.figures import (
    MOST_COLUMNS,
    UNKNOWN,
    Chart,
    Words,
    amount,
    daily_charts,
    major,
    percent,
    short_day,
    times,
    whole,
    words_of,
)
from api.pages.views.forecast import ComparedWords, compared_words
from api.pages.views.words import STATUS, Badge, delivery_badge, money, zone_words
from api.performance import Line, Performance
from api.schemas.forecasts import ComparedView
from models.domain.account_days import account_day, day_start
from models.domain.pacing import planned_to_date
from models.domain.performance import Change, DayFigures, Trend

SPANS = (7, 28, 90)


@dataclass(frozen=True, slots=True)
class DayRow:
    """`was` says what was stated when the day ended, where that has changed since."""

    day: str
    figures: Words
    was: str
    running: bool


@dataclass(frozen=True, slots=True)
class LineRow:
    name: str
    parent: str
    gone: bool
    figures: Words


@dataclass(frozen=True, slots=True)
class TrendRow:
    what: str
    now: str
    before: str
    change: str
    verdict: str


@dataclass(frozen=True, slots=True)
class MoneyWords:
    words: str
    spent: str
    planned: str
    projected: str
    remaining: str
    total: str
    worst_day: str
    chart: Markup


@dataclass(frozen=True, slots=True)
class SpanLink:
    words: str
    query: str
    current: bool


@dataclass(frozen=True, slots=True)
class PerformancePage:
    id: UUID
    name: str
    status: Badge
    delivery: Badge | None
    age: AgeWords
    empty: str
    since: str
    until: str
    spans: list[SpanLink]
    clock: str
    total: Words
    leads: bool
    charts: list[Chart]
    days: list[DayRow]
    ad_sets: list[LineRow]
    ads: list[LineRow]
    trend: list[TrendRow]
    trend_words: str
    money: MoneyWords | None
    comparison: str
    compared: ComparedWords | None
    counted: str
    uploaded: bool


def performance_page(found: Performance, ads: Sequence[Line], forecast: ComparedView | None = None) -> PerformancePage:
    campaign, currency = found.campaign, found.currency or "USD"
    shown = [figures.day for figures in found.days]
    first = min(shown, default=found.span.first)
    return PerformancePage(
        id=campaign.id,
        name=campaign.name,
        status=STATUS[campaign.status],
        delivery=delivery_badge(campaign.status, campaign.delivery),
        age=age_words(found.age),
        empty=_empty(found),
        since=found.span.first.isoformat(),
        until=found.span.last.isoformat(),
        spans=_spans(found),
        clock=zone_words(found.zone, found.age.now),
        total=words_of(found.total, currency),
        leads=found.total is not None and found.total.leads is not None,
        charts=daily_charts(found.days, currency, first, min(found.span.last, found.today)),
        days=[_day_row(figures, found, currency) for figures in reversed(found.days)],
        ad_sets=[_line_row(found, line, currency) for line in found.lines],
        ads=[_line_row(found, line, currency) for line in ads],
        trend=[_trend_row(change, currency) for change in found.trend.changes] if found.trend else [],
        trend_words=_trend_words(found.trend),
        money=_money(found, currency),
        comparison=comparison_words(found.comparison) if found.whole else "",
        compared=compared_words(forecast, currency),
        counted=", ".join(found.attributions),
        uploaded=found.sources not in ([], ["platform"]),
    )


def _empty(found: Performance) -> str:
    if found.days:
        return ""
    if found.whole:
        return "There are no figures of these days. Choose others."
    return NO_FIGURES


def _spans(found: Performance) -> list[SpanLink]:
    links = []
    for days in SPANS:
        first = found.today - timedelta(days=days - 1)
        current = (found.span.first, found.span.last) == (first, found.today)
        links.append(SpanLink(f"{days} days", f"since={first}&until={found.today}", current))
    if found.whole:
        first = found.whole[0].day
        if (found.today - first).days > SPANS[0]:
            current = (found.span.first, found.span.last) == (first, found.today)
            links.append(SpanLink("Since the start", f"since={first}&until={found.today}", current))
    return links


def _day_row(figures: DayFigures, found: Performance, currency: str) -> DayRow:
    return DayRow(
        day=short_day(figures.day),
        figures=words_of(figures.counts, currency),
        was=_was(figures, currency),
        running=figures.day == found.today,
    )


def _was(figures: DayFigures, currency: str) -> str:
    closed, now = figures.at_close, figures.counts
    if closed is None:
        return ""
    told = []
    if closed.conversions != now.conversions:
        told.append(f"{whole(closed.conversions)} conversions")
    if closed.spend_minor != now.spend_minor:
        told.append(money(closed.spend_minor, currency))
    return f"{' and '.join(told)} when the day ended" if told else ""


def _line_row(found: Performance, line: Line, currency: str) -> LineRow:
    parent = found.names.get(line.named.parent_external_id or "")
    return LineRow(line.named.name, parent.name if parent else "", line.named.gone, words_of(line.total, currency))


TREND = {
    "spend": "Spend",
    "conversions": "Conversions",
    "cpa": "Cost per conversion",
    "ctr": "Click rate",
    "cpc": "Cost per click",
    "roas": "Return on spend",
}


def _trend_row(change: Change, currency: str) -> TrendRow:
    if change.percent is None:
        verdict = "Not enough to say"
    elif change.name == "spend":
        verdict = "Counted"
    elif change.clear:
        verdict = "Clear"
    else:
        verdict = "May be chance" if change.percent else "No change"
    return TrendRow(
        what=TREND[change.name],
        now=_trend_figure(change.name, change.now, currency),
        before=_trend_figure(change.name, change.before, currency),
        change=UNKNOWN if change.percent is None else f"{change.percent:+.0f} %",
        verdict=verdict,
    )


def _trend_figure(name: str, value: Decimal | None, currency: str) -> str:
    if name in ("spend", "cpa", "cpc"):
        return amount(value, currency)
    if name == "ctr":
        return percent(value)
    return times(value) if name == "roas" else whole(None if value is None else int(value))


def _trend_words(trend: Trend | None) -> str:
    if trend is None:
        return "A trend needs figures of two weeks."
    return (
        f"{short_day(trend.since)} to {short_day(trend.until)} against the seven days before. Conversions of the last "
        "days still come in, so young days look worse than they are."
    )


def _money(found: Performance, currency: str) -> MoneyWords | None:
    pace = found.pacing
    if pace is None:
        return None
    return MoneyWords(
        words=pacing_words(pace, currency, found.zone),
        spent=money(pace.spent_minor, currency),
        planned=money(pace.planned_minor, currency),
        projected=amount(pace.projected_minor, currency),
        remaining=money(pace.remaining_minor, currency),
        total=money(pace.total_minor, currency),
        worst_day=money(pace.worst_day_minor, currency),
        chart=_spent_and_planned(found, currency),
    )


def _spent_and_planned(found: Performance, currency: str) -> Markup:
    """Running totals over the flight, or its last part where it is long; the plan goes on to the end."""
    zone, schedule = found.zone, found.phases[-1].schedule
    first = account_day(found.phases[0].schedule.start, zone)
    last = account_day(schedule.last_moment - timedelta(seconds=1), zone)
    count = (last - first).days + 1
    # Of a long flight every so many days, so that the line stays a line.
    days = [first + timedelta(days=place) for place in range(0, count, -(-count // MOST_COLUMNS))]
    spent = _running_total(found, days, currency)
    planned = [major(planned_to_date(found.phases, day_start(day + timedelta(days=1), zone)), currency) for day in days]
    told = money(found.pacing.spent_minor if found.pacing else 0, currency)
    plan = money(found.pacing.planned_minor if found.pacing else 0, currency)
    span = f"from {short_day(days[0])} to {short_day(days[-1])}"
    words = f"Running totals {span}: spent so far {told}, planned so far {plan}."
    return curves(days, [Curve("planned", planned), Curve("spent", spent)], words)


def _running_total(found: Performance, days: Sequence[date], currency: str) -> list[float | None]:
    known = {figures.day: figures.counts.spend_minor for figures in found.whole}
    return [
        None if day > found.today else major(sum(minor for past, minor in known.items() if past <= day), currency)
        for day in days
    ]
