"""A forecast in rows: beside the money that is asked for, and beside what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.pages.views.words import counted, money, readable, when
from api.schemas.forecasts import ComparedView
from models.domain.ads_plan import AdsPlan
from models.domain.forecast import Forecast, ForecastSource, Outcome, Range, basis_of
from models.domain.forecast_words import SURE, basis_words, cannot_learn, cost_words, range_words, score_words
from models.domain.schedule import Schedule
from models.tables.evidence import CampaignForecast


@dataclass(frozen=True, slots=True)
class Expected:
    """One line: results, what each may cost, clicks, impressions; in words, empty where nothing can be said."""

    name: str
    results: str
    cost: str
    clicks: str
    impressions: str


@dataclass(frozen=True, slots=True)
class ForecastCard:
    """`rows` are the whole flight, a day, then each ad set. `nothing` says why there is nothing to say."""

    made: str
    outdated: bool
    nothing: str
    rows: list[Expected]
    sure: str
    basis: str
    score: str
    missing: str
    learning: str


def forecast_card(
    rows: Sequence[CampaignForecast], schedule: Schedule, plan: AdsPlan | None, names: Mapping[str, str]
) -> ForecastCard | None:
    """Of `rows`, newest first, the one that was made for this plan, else the newest. None before the first."""
    if not rows:
        return None
    basis = basis_of(schedule, plan) if plan else None
    made = [(row, Forecast.model_validate(row.body)) for row in rows]
    row, told = next((each for each in made if each[1].basis == basis), made[0])
    nothing = told.source is ForecastSource.NOTHING
    return ForecastCard(
        made=when(row.made_at, schedule.zone),
        outdated=told.basis != basis,
        nothing=row.words if nothing else "",
        rows=[] if nothing else _rows(told, names),
        sure=SURE,
        basis=basis_words(told),
        score=score_words(told.score, told.currency) if told.score else "",
        missing=told.missing,
        learning=_learning(told, names),
    )


def _rows(told: Forecast, names: Mapping[str, str]) -> list[Expected]:
    whole = [
        _row(f"In {counted(told.days, 'day', 'days')}", told.total, told.currency),
        _row("A day", told.per_day, told.currency),
    ]
    return whole + [_row(names.get(each.key, readable(each.key)), each.outcome, told.currency) for each in told.ad_sets]


def _row(name: str, outcome: Outcome, currency: str) -> Expected:
    return Expected(
        name=name,
        results=_or_nothing(outcome.results),
        cost=cost_words(outcome.cost_minor, currency) if outcome.cost_minor else "",
        clicks=_or_nothing(outcome.clicks),
        impressions=_or_nothing(outcome.impressions),
    )


def _or_nothing(found: Range | None) -> str:
    return range_words(found) if found is not None else ""


def _learning(told: Forecast, names: Mapping[str, str]) -> str:
    """Which ad sets have too little money to ever leave the platform's learning phase."""
    keys = cannot_learn(told)
    if not keys:
        return ""
    named = ", ".join(names.get(key, readable(key)) for key in keys)
    said = "these are" if len(keys) > 1 else "this is"
    return (
        f"{named}: {said} unlikely to bring {told.results_to_learn} results within a week, "
        "which Meta's learning phase takes. Merge ad sets, give more money, or aim at what happens more often."
    )


@dataclass(frozen=True, slots=True)
class ComparedWords:
    """What was expected by now and what came, each in words; `verdict` says whether it lies inside."""

    words: str
    rows: list[tuple[str, str, str, str]]


def compared_words(found: ComparedView | None, currency: str) -> ComparedWords | None:
    if found is None:
        return None
    rows = [
        (name, range_words(expected), f"{came:,}", _verdict(expected, came))
        for name, expected, came in (
            ("Results", found.expected.results, found.results),
            ("Clicks", found.expected.clicks, found.clicks),
            ("Impressions", found.expected.impressions, found.impressions),
        )
        if expected is not None and came is not None
    ]
    if not rows:
        return None
    spent, planned = money(found.spent_minor, currency), money(found.planned_minor, currency)
    return ComparedWords(
        words=f"For {counted(found.days, 'whole day', 'whole days')}, made before it began. It spent {spent} of the "
        f"{planned} that the forecast took for granted.",
        rows=rows,
    )


def _verdict(expected: Range, came: int) -> str:
    if came < expected.low:
        return "below"
    return "above" if expected.high is not None and came > expected.high else "as expected"
