"""What is believed of each owner: clicks per spend times conversions per click, each pulled to what is like it.

Clicks per spend are measured well within hours and conversions per click are not, so the two are estimated apart.
Each owner is pulled to its pool, as hard as owners of all pools turn out to be alike; a pool is pulled to the account.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from optimizer.funnel2.history import WINDOW_DAYS, History
from optimizer.funnel2.layout import Floats, Ints, Layout


@dataclass(frozen=True, slots=True)
class Tuning:
    """What is assumed before anything was seen. Variances are of logarithms."""

    drift: float = 0.002
    """Variance that a rate gains in a day: what was seen long ago says less."""
    day_noise: float = 0.02
    """Of a day's clicks per spend beyond chance: no number of clicks makes one day certain."""
    spread: float = 0.35
    """Of clicks per spend, and of conversions per click, between the owners of a pool; measured as figures come."""
    score_weight: float = 0.25
    """By how much log results per spend differ for one unit of the logit of the score from before launch."""
    scale: float = 0.35
    """Where an owner's slope has halved, relative to an equal share of its pool."""
    pool_conversions: float = 10.0
    """The account's own rate weighs as much as this many conversions of a pool."""
    learning_cost: float = 0.2
    """The share of its results that an ad set loses while the platform learns it."""
    step: float = 0.19
    """The largest small step of a day."""
    caution: float = 1.0
    """How many times its cost a big step has to bring."""
    effort_days: float = 0.02
    """And beyond that, in days of a pool's results, for a big step of each of its owners."""


MEMORIES = np.array([2.0, 4.0, 7.0, 12.0, 25.0, 100.0])
"""Days after which what was seen weighs a third: the choice that each owner's figures are noisy enough for."""
# Half of all conversions are reported within a day, the rest over weeks; as shares of days after the click.
REPORTED_BY_DAY = np.array([0.42, 0.16, 0.07, 0.05, 0.04, 0.035, 0.03, 0.025, 0.02, 0.018, 0.016, 0.014, 0.012, 0.01])
_DAYS = np.arange(WINDOW_DAYS)
_FADED = np.exp(-_DAYS[:, None] / MEMORIES[None, :])
# A click of the day `age` may be reported on it or on any day since.
_REPORTED = (
    np.array([[REPORTED_BY_DAY[clicked - told] if told <= clicked else 0.0 for told in _DAYS] for clicked in _DAYS])
    @ _FADED
)
_SPREADS = np.exp(np.linspace(np.log(0.02), np.log(2.0), 14))
SCORE_DOUBT = 30.0
"""What scores are usually worth counts as much as this many owners with a score of one."""
_MOST_OWNERS = 20_000
"""As many tell how alike owners are; more would say the same."""


@dataclass(frozen=True, slots=True)
class Beliefs:
    """Per owner. `rate` is results per unit at the first unit; variances are of logarithms."""

    clicks_per_spend: Floats
    conversions_per_click: Floats
    rate: Floats
    variance: Floats
    click_variance: Floats
    conversion_variance: Floats
    scale: Floats


def believe(seen: History, layout: Layout, scale: Floats, score: Floats, tuning: Tuning) -> Beliefs:
    """`scale` in units; `score` is the logit of the score from before launch, 0 where there is none."""
    ahead = score - layout.mean(score, np.ones_like(score))
    # What is lost while the platform learns shows half in clicks per spend and half in conversions per click.
    whole = np.sqrt(1 - tuning.learning_cost * seen.learning) if seen.learning.any() else 1.0
    per_spend, click_variance = _clicks(seen, whole, layout, (scale, ahead), tuning)
    per_click, conversion_variance = _conversions(seen, whole, layout, ahead, tuning)
    return Beliefs(
        clicks_per_spend=per_spend,
        conversions_per_click=per_click,
        rate=per_spend * per_click,
        variance=click_variance + conversion_variance,
        click_variance=click_variance,
        conversion_variance=conversion_variance,
        scale=scale,
    )


def _clicks(
    seen: History, whole: Floats | float, layout: Layout, of: tuple[Floats, Floats], tuning: Tuning
) -> tuple[Floats, Floats]:
    """Clicks per unit at the first unit: what was spent counts as what it is worth on the curve."""
    scale, ahead = of
    ran = np.maximum(seen.ran, 1e-3)
    worth = scale[:, None] * np.log1p(seen.spend / (ran * scale[:, None])) * ran * whole
    daily = seen.clicks.sum(axis=1) / np.maximum(seen.days, 1e-3)
    certain = 1 / (1 + tuning.day_noise * daily)
    memory = _memory(tuning.day_noise + 1 / np.maximum(daily, 1e-3), tuning.drift)
    clicks = _of(seen.clicks @ _FADED, memory) * certain
    spent = _of(worth @ _FADED, memory) * certain
    pool = layout.pooled(clicks) / np.maximum(layout.pooled(spent), 1e-12)
    rate = _Rate(clicks, spent, np.where(pool > 0, pool, 1e-9), layout)
    return rate.believed(ahead, tuning, tuning.score_weight / 2)


def _conversions(
    seen: History, whole: Floats | float, layout: Layout, ahead: Floats, tuning: Tuning
) -> tuple[Floats, Floats]:
    daily = layout.pooled(seen.conversions.sum(axis=1)) / np.maximum(layout.pooled(seen.days), 1e-3)
    memory = _memory(1 / np.maximum(daily, 1e-3), tuning.drift)
    could = _of((seen.converting * whole) @ _REPORTED, memory)
    converted = _of(seen.conversions @ _FADED, memory)
    account = (converted.sum() + 1e-9) / (could.sum() + 1e-9)
    known = tuning.pool_conversions
    pool = (layout.pooled(converted) + known) / (layout.pooled(could) + known / account)
    return _Rate(converted, could, pool, layout, known).believed(ahead, tuning, tuning.score_weight / 2)


def _memory(noise: Floats, drift: float) -> Ints:
    """The noisier a day, the longer days are worth remembering: the square root is that of a steady Kalman filter."""
    return np.searchsorted(np.sqrt(MEMORIES[1:] * MEMORIES[:-1]), np.sqrt(noise / drift))


def _of(values: Floats, memory: Ints) -> Floats:
    return np.take_along_axis(values, memory[:, None], axis=1)[:, 0]


@dataclass(frozen=True, slots=True)
class _Rate:
    """Counts, what they came from, and the rate of each owner's pool."""

    counts: Floats
    whole: Floats
    pool: Floats
    layout: Layout
    known: float = 0.1

    def believed(self, ahead: Floats, tuning: Tuning, weight: float) -> tuple[Floats, Floats]:
        """The mean of a gamma distribution around what is expected of the owner, and its relative variance."""
        spread = self._spread(tuning.spread)
        # Owners with many counts must not speak for their whole pool.
        fair = 1 / (1 + self.whole * self.pool * spread)
        known = self.known * fair.mean()
        pool = (self.layout.pooled(self.counts * fair) + known) / (
            self.layout.pooled(self.whole * fair) + known / self.pool
        )
        expected = pool * np.exp(self._weight(ahead, spread, pool, weight) * ahead)
        prior = 1 / spread
        return expected * (self.counts + prior) / (self.whole * expected + prior), 1 / (self.counts + prior)

    def _spread(self, usual: float) -> float:
        """The most likely variance between owners of a pool (negative binomial), beside what is usual."""
        mean = self.whole * self.pool
        usable = np.flatnonzero(mean > 0.05)
        usable = usable[:: max(1, len(usable) // _MOST_OWNERS)]
        counts, mean = self.counts[usable], mean[usable]
        prior = 1 / _SPREADS[:, None]
        told = gammaln(counts + prior) - gammaln(prior) + prior * np.log(prior / (prior + mean))
        told += counts * np.log(mean / (prior + mean))
        likely = told.sum(axis=1) - np.log(_SPREADS / usual) ** 2
        weights = np.exp(likely - likely.max())
        return float((weights * _SPREADS).sum() / weights.sum())

    def _weight(self, ahead: Floats, spread: float, pool: Floats, usual: float) -> float:
        """How much of a lead turned out to be one, over all pools together."""
        mean = np.maximum(self.whole * pool, 1e-9)
        certain = 1 / (spread + 1 / mean)
        ratio = np.clip(self.counts / mean - 1, -1, 3)
        held = SCORE_DOUBT / spread
        return float(((certain * ahead * ratio).sum() + held * usual) / ((certain * ahead**2).sum() + held))
