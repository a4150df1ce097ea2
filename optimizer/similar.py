"""What similar ad sets did, as rates that a new campaign can be expected to have, and how far they differ.

Each rate is a count per exposure (clicks per spend, results per click). Campaigns differ by more than chance, ad sets
of one campaign by less; small counts say little. All of it on logarithms, so that effects multiply. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SPREAD = 0.35
"""How far campaigns of one advertiser differ in a rate, as standard deviation of its logarithm, before looking."""
SPREAD_WEIGHT = 4.0
"""How many campaigns that belief is worth."""
WITHIN = 0.3
"""The same among ad sets of one campaign."""
GROUP = 0.25
"""By how much stages, or languages, are expected to differ from their campaign."""
SATURATION, SATURATION_SD = -0.15, 0.12
"""More money in an ad set brings less per unit: slope of the log rate over log spend, before looking."""
LEAST_SPREAD = 0.1
ROUNDS = 40


@dataclass(frozen=True, slots=True)
class PastDay:
    """`results` is None where the platform gives none."""

    spend_minor: int
    impressions: int
    clicks: int
    results: int | None


@dataclass(frozen=True, slots=True)
class PastAdSet:
    """An ad set that ran. Stage and language are None where nobody planned it here."""

    campaign: str
    days: Sequence[PastDay]
    stage: str | None = None
    language: str | None = None

    @property
    def spend_minor(self) -> int:
        return sum(day.spend_minor for day in self.days)

    @property
    def results(self) -> int:
        return sum(day.results or 0 for day in self.days)


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of an ad set before it runs."""

    stage: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """The log rate of a new campaign: `mean` plus something of spread `spread`, `error` of which is our ignorance.

    `slope` says how it falls with log daily spend around `at`; `groups` are effects (mean, sd) of stages and languages.
    """

    mean: float
    spread: float
    error: float
    freedom: float
    within: float
    slope: float
    slope_sd: float
    at: float
    groups: dict[tuple[str, str | None], tuple[float, float]] = field(default_factory=dict)

    def effect(self, kind: Kind) -> tuple[float, float]:
        """Of an ad set against its campaign, with a standard deviation of what is not known of it."""
        parts = [self.groups.get(("stage", kind.stage)), self.groups.get(("language", kind.language))]
        known = [part for part in parts if part is not None]
        return sum(mean for mean, _ in known), float(np.sqrt(sum(sd**2 for _, sd in known)))

    def draws(self, rng: np.random.Generator, kinds: Sequence[Kind], daily: Floats, count: int) -> Floats:
        """Log rates of a new campaign's ad sets: [count, ad sets]. `daily` is money a day for each."""
        wide = np.sqrt(self.spread**2 + self.error**2)
        campaign = self.mean + wide * rng.standard_t(self.freedom, size=(count, 1))
        slope = self.slope + self.slope_sd * rng.standard_normal((count, 1))
        size = np.log(np.maximum(daily, 1.0)) - self.at
        effects = np.array([self.effect(kind) for kind in kinds]).reshape(len(kinds), 2)
        own = np.sqrt(self.within**2 + effects[:, 1] ** 2) * rng.standard_normal((count, len(kinds)))
        return np.asarray(campaign + slope * size + effects[:, 0] + own)


def rate_of(past: Sequence[PastAdSet], counts: Floats, exposure: Floats) -> Rate:
    """From one count and exposure per ad set, all above zero exposure. Needs two campaigns."""
    names = sorted({one.campaign for one in past})
    campaign = np.array([names.index(one.campaign) for one in past], np.int64)
    pooled = float(counts.sum() + 0.5) / float(exposure.sum())
    logs, noise = _logs(counts, exposure, pooled)
    tops, top_noise = _logs(_per(campaign, counts), _per(campaign, exposure), pooled)
    spends = np.array([one.spend_minor / max(len(one.days), 1) for one in past], float)
    sizes = _per(campaign, np.log(np.maximum(spends, 1.0))) / np.bincount(campaign)
    groups, within = _within(past, logs - tops[campaign], noise)
    slope, slope_sd, spread = SATURATION, SATURATION_SD, SPREAD
    at = float(sizes.mean())
    mean = error = 0.0
    for _ in range(ROUNDS):
        weights = 1 / (top_noise + spread**2)
        straight = tops - slope * (sizes - at)
        mean, error = float((weights * straight).sum() / weights.sum()), float(weights.sum() ** -0.5)
        slope, slope_sd = _slope(tops - mean, sizes - at, weights)
        spread = _spread(straight - mean, top_noise, spread)
    # How far campaigns lie apart holds what their own ad sets average out to; that part is drawn for each ad set.
    apart = max(spread**2 - within**2 * len(names) / len(past), LEAST_SPREAD**2) ** 0.5
    freedom = SPREAD_WEIGHT + len(names) - 1
    return Rate(mean, apart, error, freedom, within, slope, slope_sd, at, groups)


def _per(campaign: Ints, values: Floats) -> Floats:
    return np.asarray(np.bincount(campaign, values), float)


def _logs(counts: Floats, exposure: Floats, pooled: float) -> tuple[Floats, Floats]:
    """Log rates with half a count more at the common rate, and the variances that chance gives them."""
    return np.log((counts + 0.5) / (exposure + 0.5 / pooled)), 1 / (counts + 0.5)


def _spread(off: Floats, noise: Floats, spread: float) -> float:
    """One step of expectation and maximisation, held by what was believed before."""
    kept = spread**2 / (spread**2 + noise)
    expected = (kept * off) ** 2 + kept * noise
    return float(np.sqrt((SPREAD_WEIGHT * SPREAD**2 + expected.sum()) / (SPREAD_WEIGHT + max(len(off) - 1, 1))))


def _slope(off: Floats, sizes: Floats, weights: Floats) -> tuple[float, float]:
    precision = float((weights * sizes**2).sum()) + SATURATION_SD**-2
    mean = (float((weights * sizes * off).sum()) + SATURATION * SATURATION_SD**-2) / precision
    return min(mean, 0.0), precision**-0.5


def _within(
    past: Sequence[PastAdSet], off: Floats, noise: Floats
) -> tuple[dict[tuple[str, str | None], tuple[float, float]], float]:
    """Effects of stage, then of language on what is left, each pulled to none; and how far ad sets differ besides."""
    groups: dict[tuple[str, str | None], tuple[float, float]] = {}
    left, weights = off.copy(), 1 / (noise + WITHIN**2)
    for name in ("stage", "language"):
        labels = [getattr(one, name) for one in past]
        for label in sorted({label for label in labels if label is not None}):
            members = np.array([each == label for each in labels])
            if members.all():
                continue
            precision = float(weights[members].sum()) + GROUP**-2
            effect = float((weights * left)[members].sum()) / precision
            groups[name, label] = (effect, precision**-0.5)
            left[members] -= effect
    kept = WITHIN**2 / (WITHIN**2 + noise)
    expected = (kept * left) ** 2 + kept * noise
    return groups, float(np.sqrt((SPREAD_WEIGHT * WITHIN**2 + expected.sum()) / (SPREAD_WEIGHT + len(left))))


def enough(past: Sequence[PastAdSet], *, campaigns: int, results: int) -> bool:
    """Whether they are that many campaigns, and together brought that many results."""
    return len({one.campaign for one in past}) >= campaigns and sum(one.results for one in past) >= results
