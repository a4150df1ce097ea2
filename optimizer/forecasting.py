"""What a planned campaign will bring: ranges from the workspace's own past, else from the platform's estimate.

Ranges come from a few thousand simulated flights of the same plan: the rates are drawn as uncertain as they are, then
the counts as luck would have them. The same plan and past give the same ranges to the last digit. Pure; money in minor
units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.domain.forecast import (
    AdSetForecast,
    Evidence,
    Forecast,
    ForecastSource,
    Outcome,
    Range,
    Score,
    ScoreAgainst,
)
from optimizer.similar import Floats, Kind, PastAdSet, Rate, enough, rate_of

DRAWS = 2_000
SEED = 20_260_401
FARTHEST = 92
"""Days; of a longer flight the first ones."""
CAMPAIGNS, RESULTS, CLICKS = 2, 15, 100
"""Below these nothing is said of results, or of clicks."""
DAY_NOISE = 0.3
"""By how much one day's rate differs from the next, before looking; as a share."""
DAYS_BELIEVED = 20.0
PLATFORM_REACH, PLATFORM_RESULTS = 0.3, 0.45
"""How far the platform's estimates are off, as standard deviations of logarithms: ours, for it gives none itself."""
TAIL = 10

Draws = NDArray[np.float64]
Counted = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PlannedAdSet:
    """`daily_minor` is what it may spend a day."""

    key: str
    kind: Kind
    daily_minor: int


@dataclass(frozen=True, slots=True)
class Flight:
    """What is planned. `shared`: the platform shares one budget out, so nothing is said of single ad sets.

    `target_minor` is what a result may cost, where somebody said so.
    """

    currency: str
    first_day: date
    days: int
    ad_sets: Sequence[PlannedAdSet]
    target_minor: int | None = None
    shared: bool = False

    @property
    def spend_minor(self) -> int:
        return self.days * sum(each.daily_minor for each in self.ad_sets)


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What the platform expects of one ad set that spends so much on a day."""

    spend_minor: float
    impressions: float
    results: float


Curves = Mapping[str, Sequence[CurvePoint]]
"""By key of the ad set; each in the order of spend."""


@dataclass(frozen=True, slots=True)
class _Daily:
    """Expected counts of a day in each simulated flight: [draws, ad sets]; None where nothing can be said."""

    impressions: Draws | None
    clicks: Draws | None
    results: Draws | None
    noise: float


def forecast(flight: Flight, past: Sequence[PastAdSet], *, like: str = "", curves: Curves | None = None) -> Forecast:
    """From the past of similar ad sets where it is enough, else from the platform's curves, else nothing.

    `like` says in words what made the past similar.
    """
    flight = _within_reach(flight)
    known = [one for one in past if one.spend_minor > 0]
    if enough(known, campaigns=CAMPAIGNS, results=0) and _clicks(known) >= CLICKS:
        daily = _from_past(flight, known)
        usual = _usual(known)
        return _told(flight, daily, ForecastSource.HISTORY, evidence=_evidence(known, like), usual_minor=usual)
    if curves and all(_says_something(curves.get(each.key, ())) for each in flight.ad_sets):
        return _told(flight, _from_curves(flight, curves), ForecastSource.PLATFORM, evidence=_evidence(known, like))
    return Forecast(
        source=ForecastSource.NOTHING,
        currency=flight.currency,
        first_day=flight.first_day,
        days=flight.days,
        spend_minor=flight.spend_minor,
        evidence=_evidence(known, like),
        missing="Too few similar campaigns ran here before, and the platform gives no estimate for this audience.",
    )


def _within_reach(flight: Flight) -> Flight:
    if flight.days <= FARTHEST:
        return flight
    return Flight(
        flight.currency, flight.first_day, FARTHEST, flight.ad_sets, flight.target_minor, shared=flight.shared
    )


def _clicks(past: Sequence[PastAdSet]) -> int:
    return sum(day.clicks for one in past for day in one.days)


def _says_something(points: Sequence[CurvePoint]) -> bool:
    return any(point.spend_minor > 0 and point.impressions > 0 for point in points)


def _from_past(flight: Flight, past: Sequence[PastAdSet]) -> _Daily:
    rng = np.random.default_rng(SEED)
    kinds = [each.kind for each in flight.ad_sets]
    money = np.array([each.daily_minor for each in flight.ad_sets], float)
    spend, shown, clicks = (_sums(past, name) for name in ("spend_minor", "impressions", "clicks"))
    impressions = money * np.exp(rate_of(past, shown, spend).draws(rng, kinds, money, DRAWS))
    clicked = money * np.exp(rate_of(past, clicks, spend).draws(rng, kinds, money, DRAWS))
    counted = [one for one in past if any(day.results is not None for day in one.days) and _clicks([one]) > 0]
    results = None
    if enough(counted, campaigns=CAMPAIGNS, results=RESULTS):
        per_click = _flat(rate_of(counted, _sums(counted, "results"), _sums(counted, "clicks")))
        results = clicked * np.minimum(np.exp(per_click.draws(rng, kinds, money, DRAWS)), 1.0)
    return _Daily(impressions, clicked, results, _day_noise(counted or past))


def _flat(rate: Rate) -> Rate:
    """What a click is worth does not fall with spend beyond what its clicks do already; only the data may say so."""
    return Rate(
        rate.mean, rate.spread, rate.error, rate.freedom, rate.within, 0.0, rate.slope_sd / 2, rate.at, rate.groups
    )


def _sums(past: Sequence[PastAdSet], name: str) -> Floats:
    return np.array([sum(getattr(day, name) or 0 for day in one.days) for one in past], float)


def _day_noise(past: Sequence[PastAdSet]) -> float:
    """Coefficient of variation of a day's rate of clicks beyond chance, pulled to what was believed before."""
    more, weight = DAYS_BELIEVED * DAY_NOISE**2, DAYS_BELIEVED
    for one in past:
        spend = one.spend_minor
        rate = sum(day.clicks for day in one.days) / spend
        for day in one.days:
            expected = rate * day.spend_minor
            if expected >= 1:
                share = min(expected, 50.0) / 50
                more += share * (((day.clicks - expected) ** 2 - expected) / expected**2)
                weight += share
    return float(np.sqrt(np.clip(more / weight, 0.0025, 0.5)))


def _from_curves(flight: Flight, curves: Curves) -> _Daily:
    """Between two points of a curve it is straight; beyond the last one more money brings nothing more."""
    rng = np.random.default_rng(SEED)
    at = []
    for each in flight.ad_sets:
        points = [CurvePoint(0, 0, 0), *sorted(curves[each.key], key=lambda point: point.spend_minor)]
        spends = [point.spend_minor for point in points]
        at.append(
            [
                float(np.interp(each.daily_minor, spends, [getattr(point, name) for point in points]))
                for name in ("impressions", "results")
            ]
        )
    shown, results = np.array(at, float).T
    off = rng.standard_normal((DRAWS, 2))
    impressions = shown * np.exp(PLATFORM_REACH * off[:, :1])
    counted = results * np.exp(PLATFORM_RESULTS * off[:, 1:]) if results.all() else None
    return _Daily(impressions, None, counted, DAY_NOISE)


def _told(
    flight: Flight, daily: _Daily, source: ForecastSource, *, evidence: Evidence, usual_minor: int | None = None
) -> Forecast:
    rng = np.random.default_rng(SEED + 1)
    spend = flight.spend_minor
    paths = {
        name: _path(rng, rates, flight.days, daily.noise)
        for name, rates in (("impressions", daily.impressions), ("clicks", daily.clicks), ("results", daily.results))
    }
    results = _at(paths["results"], -1)
    return Forecast(
        source=source,
        currency=flight.currency,
        first_day=flight.first_day,
        days=flight.days,
        spend_minor=spend,
        total=_outcome({name: _at(path, -1) for name, path in paths.items()}, spend),
        per_day=_outcome({name: _at(path, 0) for name, path in paths.items()}, spend // flight.days),
        until=[
            _outcome({name: _at(path, day) for name, path in paths.items()}, spend * (day + 1) // flight.days)
            for day in range(flight.days)
        ],
        ad_sets=[] if flight.shared else _ad_sets(rng, flight, daily),
        score=_score(flight, results, usual_minor),
        evidence=evidence,
        missing=_missing(daily, source),
    )


def _missing(daily: _Daily, source: ForecastSource) -> str:
    if daily.results is None:
        return "There were too few results to say how many will come."
    return "The platform's estimate tells nothing of clicks." if source is ForecastSource.PLATFORM else ""


def _path(rng: np.random.Generator, rates: Draws | None, days: int, noise: float) -> Counted | None:
    """Counts until the end of each day: [draws, days]. Days of different ad sets are each other's luck."""
    if rates is None:
        return None
    whole = rates.sum(axis=1)
    alike = (rates**2).sum(axis=1) / np.maximum(whole, 1e-12) ** 2
    shape = 1 / np.maximum(noise**2 * alike, 1e-6)[:, None]
    expected = whole[:, None] * rng.gamma(shape, 1 / shape, size=(len(whole), days))
    return np.asarray(rng.poisson(np.minimum(expected, 1e12)).cumsum(axis=1))


def _at(path: Counted | None, day: int) -> Counted | None:
    return None if path is None else path[:, day]


def _ad_sets(rng: np.random.Generator, flight: Flight, daily: _Daily) -> list[AdSetForecast]:
    better = prior_scores(flight, daily.results)
    counts = (("impressions", daily.impressions), ("clicks", daily.clicks), ("results", daily.results))
    found = []
    for place, each in enumerate(flight.ad_sets):
        alone = {name: None if rates is None else rates[:, place] for name, rates in counts}
        own = {name: _sum_of_days(rng, rates, flight.days, daily.noise) for name, rates in alone.items()}
        weekly = _sum_of_days(rng, alone["results"], 7, daily.noise)
        found.append(
            AdSetForecast(
                key=each.key,
                spend_minor=each.daily_minor * flight.days,
                outcome=_outcome(own, each.daily_minor * flight.days),
                weekly_results=None if weekly is None else _range(weekly),
                prior_score=better.get(each.key),
            )
        )
    return found


def _sum_of_days(rng: np.random.Generator, rates: Draws | None, days: int, noise: float) -> Counted | None:
    """The same as the last day of `_path`, for one ad set."""
    if rates is None:
        return None
    shape = days / noise**2
    return rng.poisson(np.minimum(rates * days * rng.gamma(shape, 1 / shape, size=len(rates)), 1e12))


def prior_scores(flight: Flight, results: Draws | None) -> dict[str, float]:
    """How likely each ad set is to bring more for its money than the middle of its campaign, by key; never certain.

    `results` are expected ones a day in each simulated flight: [draws, ad sets]. Empty where nobody knows.
    """
    if results is None or results.shape[1] < 2:
        return {}
    money = np.array([max(each.daily_minor, 1) for each in flight.ad_sets], float)
    worth = np.log(np.maximum(results / money, 1e-15))
    shares = (worth > worth.mean(axis=1, keepdims=True)).mean(axis=0)
    return {each.key: float(np.clip(share, 0.05, 0.95)) for each, share in zip(flight.ad_sets, shares, strict=True)}


def _outcome(counts: Mapping[str, Counted | None], spend_minor: int) -> Outcome:
    known = {name: _range(values) for name, values in counts.items() if values is not None}
    results = counts.get("results")
    return Outcome(**known, cost_minor=None if results is None else _cost(results, spend_minor))


def _range(counts: Counted) -> Range:
    low, high = np.percentile(counts, [TAIL, 100 - TAIL])
    return Range(low=float(np.floor(low)), high=float(np.ceil(high)))


def _cost(results: Counted, spend_minor: int) -> Range:
    few, many = np.percentile(results, [TAIL, 100 - TAIL])
    return Range(low=round(spend_minor / max(many, 1)), high=round(spend_minor / few) if few >= 1 else None)


def _score(flight: Flight, results: Counted | None, usual_minor: int | None) -> Score | None:
    against = ScoreAgainst.TARGET if flight.target_minor else ScoreAgainst.USUAL
    cost = flight.target_minor or usual_minor
    if results is None or not cost:
        return None
    value = float((results * cost >= flight.spend_minor).mean())
    return Score(value=round(min(max(value, 0.01), 0.99), 2), against=against, cost_minor=cost)


def _usual(past: Sequence[PastAdSet]) -> int | None:
    """What a result cost in the middle one of the campaigns."""
    costs = []
    for campaign in {one.campaign for one in past}:
        members = [one for one in past if one.campaign == campaign]
        spend, results = sum(one.spend_minor for one in members), sum(one.results for one in members)
        costs.append(spend / results if results else np.inf)
    middle = float(np.median(costs)) if costs else np.inf
    return round(middle) if np.isfinite(middle) else None


def _evidence(past: Sequence[PastAdSet], like: str) -> Evidence:
    return Evidence(
        campaigns=len({one.campaign for one in past}),
        ad_sets=len(past),
        days=len({(one.campaign, place) for one in past for place in range(len(one.days))}),
        results=sum(one.results for one in past),
        like=like,
    )
