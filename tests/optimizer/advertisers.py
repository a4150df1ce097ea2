"""Advertisers whose truth is known, to hold forecasts against: campaigns that differ, saturate, drift and get tired."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from optimizer.forecasting import Flight, PlannedAdSet
from optimizer.similar import Kind, PastAdSet, PastDay


@dataclass(frozen=True, slots=True)
class Ran:
    """One campaign: what was planned and what came."""

    ad_sets: list[PastAdSet]
    days: int

    @property
    def flight(self) -> Flight:
        planned = [
            PlannedAdSet(f"a{place}", Kind(one.stage, one.language), one.spend_minor // self.days)
            for place, one in enumerate(self.ad_sets)
        ]
        return Flight("USD", date(2026, 10, 1), self.days, planned)

    def total(self, name: str, until: int | None = None) -> int:
        return sum(getattr(day, name) for one in self.ad_sets for day in one.days[:until])


def advertiser(rng: np.random.Generator, campaigns: int) -> list[Ran]:
    """Rates, spread and the worth of retargeting are the advertiser's own."""
    rates = rng.uniform(0.004, 0.03), rng.uniform(0.01, 0.08), rng.uniform(0.008, 0.02)
    spread, warm = rng.uniform(0.1, 0.55), rng.uniform(0, 0.8)
    return [_campaign(rng, str(number), rates, (spread, warm)) for number in range(campaigns)]


def _campaign(
    rng: np.random.Generator, name: str, rates: tuple[float, float, float], world: tuple[float, float]
) -> Ran:
    (per_spend, per_click, per_view), (spread, warm) = rates, world
    own = np.exp(rng.normal(0, spread, 2))
    days, count = int(rng.integers(5, 35)), int(rng.integers(1, 6))
    ad_sets = []
    for place in range(count):
        stage = "retargeting" if place and place == count - 1 else "prospecting"
        worth = per_click * own[1] * np.exp(rng.normal(0, 0.35) + (warm if stage == "retargeting" else 0))
        clicks = per_spend * own[0] * np.exp(rng.normal(0, 0.3))
        ad_sets.append(PastAdSet(name, _days(rng, days, (clicks, min(worth, 0.5), per_view)), stage, "en"))
    return Ran(ad_sets, days)


def _days(rng: np.random.Generator, days: int, rates: tuple[float, float, float]) -> list[PastDay]:
    per_spend, per_click, per_view = rates
    budget, bend, drift = rng.lognormal(np.log(8_000), 0.6), rng.uniform(0.7, 2.5), 0.0
    sized, family = budget * rng.lognormal(0, 0.5), int(rng.integers(3))
    found = []
    for _ in range(days):
        drift = 0.87 * drift + rng.normal(0, 0.08)
        spend = int(budget * rng.uniform(0.92, 1.04))
        expected = sized * per_spend * _curve(family, bend, spend / sized) * np.exp(drift) * rng.lognormal(0, 0.15)
        clicks = int(rng.poisson(expected))
        found.append(
            PastDay(spend, int(rng.poisson(expected / per_view)), clicks, int(rng.binomial(clicks, per_click)))
        )
    return found


def _curve(family: int, bend: float, u: float) -> float:
    """What more money brings, ever less of it; 1 at 1."""
    if family == 0:
        return (1 + bend) * u / (bend + u)
    return float(u ** (bend / (1 + bend)) if family == 1 else np.log1p(bend * u) / np.log1p(bend))
