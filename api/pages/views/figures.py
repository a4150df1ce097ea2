"""Figures as people read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from babel.numbers import format_decimal, get_currency_precision
from markupsafe import Markup

from api.pages.charts import columns
from api.pages.views.words import money
from models.domain.metrics import Counts
from models.domain.performance import DayFigures

UNKNOWN = "\N{EN DASH}"
# More columns than this are thinner than a finger is wide.
MOST_COLUMNS = 92


@dataclass(frozen=True, slots=True)
class Words:
    """One line of figures; what is not known is a dash."""

    spend: str = UNKNOWN
    impressions: str = UNKNOWN
    reach: str = UNKNOWN
    clicks: str = UNKNOWN
    ctr: str = UNKNOWN
    cpc: str = UNKNOWN
    cpm: str = UNKNOWN
    conversions: str = UNKNOWN
    cpa: str = UNKNOWN
    conversion_rate: str = UNKNOWN
    value: str = UNKNOWN
    roas: str = UNKNOWN
    leads: str = UNKNOWN
    cpl: str = UNKNOWN


def words_of(counts: Counts | None, currency: str) -> Words:
    if counts is None:
        return Words()
    return Words(
        spend=money(counts.spend_minor, currency),
        impressions=whole(counts.impressions),
        reach=whole(counts.reach),
        clicks=whole(counts.clicks),
        ctr=percent(counts.ctr()),
        cpc=amount(counts.cpc_minor(), currency),
        cpm=amount(counts.cpm_minor(), currency),
        conversions=whole(counts.conversions),
        cpa=amount(counts.cpa_minor(), currency),
        conversion_rate=percent(counts.conversion_rate()),
        value=amount(counts.conversion_value_minor, currency),
        roas=times(counts.roas()),
        leads=whole(counts.leads),
        cpl=amount(counts.cpl_minor(), currency),
    )


def whole(count: int | None) -> str:
    return UNKNOWN if count is None else str(format_decimal(count, locale="en"))


def amount(minor: Decimal | int | None, currency: str) -> str:
    return UNKNOWN if minor is None else money(round(minor), currency)


def percent(rate: Decimal | None) -> str:
    return UNKNOWN if rate is None else f"{rate * 100:.2f} %"


def times(rate: Decimal | None) -> str:
    return UNKNOWN if rate is None else f"{rate:.2f}"


def short_day(day: date) -> str:
    return f"{day.day} {day:%b}"


def major(minor: int, currency: str) -> float:
    return float(Decimal(minor).scaleb(-get_currency_precision(currency)))


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    svg: Markup


def daily_charts(days: Sequence[DayFigures], currency: str, first: date, last: date) -> list[Chart]:
    """Spend and conversions per day; days without figures stay empty. None of what nobody counted."""
    known = {figures.day: figures.counts for figures in days}
    span = [first + timedelta(days=place) for place in range((last - first).days + 1)][-MOST_COLUMNS:]
    spend = [major(known[day].spend_minor, currency) if day in known else None for day in span]
    conversions = [known[day].conversions if day in known else None for day in span]
    drawn = [
        Chart(
            f"Spend per day, {currency}",
            columns(span, spend, _message("Spend", span, [_money_at(known, day, currency) for day in span], spend)),
        ),
        Chart(
            "Conversions per day",
            columns(
                span,
                [None if count is None else float(count) for count in conversions],
                _message("Conversions", span, [whole(count) for count in conversions], conversions),
            ),
        ),
    ]
    return [chart for chart in drawn if chart.svg]


def _money_at(known: dict[date, Counts], day: date, currency: str) -> str:
    return money(known[day].spend_minor, currency) if day in known else UNKNOWN


def _message(what: str, days: Sequence[date], words: Sequence[str], values: Sequence[float | None]) -> str:
    """What a glance at the chart would tell."""
    told = [(value, place) for place, value in enumerate(values) if value is not None]
    if not told:
        return f"{what} per day: nothing"
    (_, top), (_, low), (_, last) = max(told), min(told), told[-1]
    return (
        f"{what} per day from {short_day(days[0])} to {short_day(days[-1])}: most {words[top]} on "
        f"{short_day(days[top])}, least {words[low]} on {short_day(days[low])}, latest {words[last]} on "
        f"{short_day(days[last])}. The same figures follow as a table."
    )
