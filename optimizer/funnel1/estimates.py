"""What each budget owner has shown so far: counts with older days weighing less, and rates pulled to their pool's own.

Arrays run over all owners of all pools, one after the other; `Layout` says where each pool begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from models.domain.account_days import account_day, day_start, hours_in_day
from optimizer.problem import Owner, Pool

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

WINDOW_DAYS = 14
HALF_LIFE_DAYS = 5.0
PRIOR_CLICKS = 100.0
"""The pool's own mean weighs as much as this many clicks of an owner."""
PRIOR_CONVERSIONS = (4.0, 100.0)
"""The same of conversions: least where a pool's owners clearly differ, most where chance explains what they show."""
USUAL_VARIANCE = 0.1
"""Of conversion rates within a pool, relative to their mean; it counts as much as one owner of the pool."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`first` is where each pool begins, `of` the pool of each owner. Pools here are never empty."""

    first: Ints
    of: Ints

    @classmethod
    def over(cls, pools: Sequence[Pool]) -> "Layout":
        sizes = np.array([len(pool.owners) for pool in pools], dtype=np.int64)
        return cls(np.cumsum(sizes) - sizes, np.repeat(np.arange(len(pools)), sizes))

    def total(self, values: NDArray[np.number]) -> Floats:
        """The sum over each pool."""
        return np.add.reduceat(np.asarray(values, dtype=np.float64), self.first)

    def spread(self, values: Floats) -> Floats:
        """A value of each pool, to each of its owners."""
        return np.asarray(values[self.of], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Estimates:
    """Per owner. `rate` is results per spend relative to its pool; `log_variance` is how uncertain its logarithm is.

    `daily_spend` and `recent_spend` (yesterday and today) are per day, in minor units. Per pool: raw `pool_clicks` and
    `pool_conversions` of the window (NaN where the platform gives none), and results per day.
    """

    clicks_per_spend: Floats
    conversions_per_click: Floats
    rate: Floats
    log_variance: Floats
    daily_spend: Floats
    recent_spend: Floats
    recent_days: Floats
    pool_clicks: Floats
    pool_conversions: Floats
    results_per_day: Floats


def estimate(pools: Sequence[Pool], layout: Layout, at: datetime, zone: str) -> Estimates:
    """From the days of the window as they were last read; `at` is when. Counts below zero are taken for none."""
    counts = _counts(pools, account_day(at, zone))
    spend, clicks, conversions, converting_clicks = np.maximum(counts[:4], 0.0)
    days = _exposure(pools, layout, counts[4], at, zone)
    weight = 0.5 ** (np.arange(WINDOW_DAYS) / HALF_LIFE_DAYS)
    spent, clicked, converted, could_convert, exposed = (
        (values * weight).sum(axis=1) for values in (spend, clicks, conversions, converting_clicks, days)
    )
    per_spend = _shrunk(layout, clicked, spent, PRIOR_CLICKS)
    prior = _prior(layout, converted, could_convert)
    per_click = _shrunk(layout, converted, could_convert, prior)
    known = layout.total(could_convert) > 0
    per_click = np.where(layout.spread(known.astype(float)) > 0, per_click, 1.0)
    results = per_spend * per_click * _value(pools, layout)
    pool_days = np.maximum.reduceat(exposed, layout.first)
    return Estimates(
        clicks_per_spend=per_spend,
        conversions_per_click=per_click,
        rate=results / np.maximum(layout.spread(_mean(layout, results, spent)), 1e-300),
        log_variance=1 / (clicked + PRIOR_CLICKS) + np.where(could_convert > 0, 1 / (converted + prior), 0),
        daily_spend=spent / np.maximum(exposed, 1e-9),
        recent_spend=spend[:, :2].sum(axis=1) / np.maximum(days[:, :2].sum(axis=1), 1e-9),
        recent_days=days[:, :2].sum(axis=1),
        pool_clicks=layout.total(clicks.sum(axis=1)),
        pool_conversions=np.where(known, layout.total(conversions.sum(axis=1)), np.nan),
        results_per_day=layout.total(np.where(known[layout.of], converted, clicked)) / np.maximum(pool_days, 1e-9),
    )


def _counts(pools: Sequence[Pool], today: date) -> Floats:
    """Spend, clicks, conversions, clicks of days with known conversions, and whether there was a row: [5, owner, age].

    Of two readings of one day the later one holds.
    """
    owners = [owner for pool in pools for owner in pool.owners]
    counts = np.zeros((5, len(owners), WINDOW_DAYS))
    for place, owner in enumerate(owners):
        for row in sorted(owner.days, key=lambda row: row.read_at):
            age = (today - row.day).days
            if 0 <= age < WINDOW_DAYS:
                known = row.conversions is not None
                told = (row.spend_minor, row.clicks, row.conversions or 0, row.clicks if known else 0, 1)
                counts[:, place, age] = told
    return counts


def _exposure(pools: Sequence[Pool], layout: Layout, seen: Floats, at: datetime, zone: str) -> Floats:
    """How much of each day each owner ran, as far as is known. A day without a row in the whole pool was not read."""
    today = account_day(at, zone)
    read = np.maximum.reduceat(seen, layout.first)[layout.of]
    starts = [_age_of(owner, today, zone) for pool in pools for owner in pool.owners]
    elapsed = (at - day_start(today, zone)).total_seconds() / 3600 / hours_in_day(today, zone)
    lengths = np.ones(WINDOW_DAYS)
    lengths[0] = min(max(elapsed, 0.02), 1.0)
    # An owner that began 2.25 days before the end of today ran for a quarter of the day before yesterday.
    ran = np.clip(np.array(starts)[:, None] - np.arange(WINDOW_DAYS), 0.0, 1.0)
    ran[:, 0] = np.clip(ran[:, 0] - (1 - lengths[0]), 0.0, 1.0)
    return np.asarray(np.minimum(ran, lengths) * read, dtype=np.float64)


def _age_of(owner: Owner, today: date, zone: str) -> float:
    """Days from its start to the end of today; long ago where nobody knows."""
    if owner.started_at is None:
        return float(WINDOW_DAYS)
    end = day_start(today + timedelta(days=1), zone)
    return max((end - owner.started_at).total_seconds() / 86_400, 0.02)


def _shrunk(layout: Layout, part: Floats, whole: Floats, prior: float | Floats) -> Floats:
    """part / whole of each owner, as if it had begun with `prior` parts at the rate of its pool."""
    mean = layout.spread(_rate(layout, part, whole))
    return np.asarray((part + prior) / (whole + prior / mean), dtype=np.float64)


def _rate(layout: Layout, part: Floats, whole: Floats) -> Floats:
    return np.asarray((layout.total(part) + 1e-12) / (layout.total(whole) + 1e-9), dtype=np.float64)


def _prior(layout: Layout, part: Floats, whole: Floats) -> Floats:
    """How many parts the pool's rate is worth: by how much its owners differ beyond chance (DerSimonian and Laird)."""
    expected = np.maximum(whole * layout.spread(_rate(layout, part, whole)), 1e-9)
    degrees, total = layout.total(np.ones_like(part)) - 1, layout.total(expected)
    beyond_chance = layout.total((part - expected) ** 2 / expected) - degrees
    variance = beyond_chance / np.maximum(total - layout.total(expected**2) / total, 1e-9)
    believed = (degrees * variance + USUAL_VARIANCE) / (degrees + 1)
    fewest, most = PRIOR_CONVERSIONS
    return layout.spread(np.clip(1 / np.maximum(believed, 1 / most), fewest, most))


def _mean(layout: Layout, values: Floats, weights: Floats) -> Floats:
    """Of each pool, weighed; a tiny weight for all keeps a pool that spent nothing defined."""
    heavy = weights + 1e-9
    return layout.total(values * heavy) / layout.total(heavy)


def _value(pools: Sequence[Pool], layout: Layout) -> Floats:
    """Value per conversion where every owner of the pool has one, otherwise each conversion counts the same."""
    worth = np.array([owner.value_per_conversion_minor or 0 for pool in pools for owner in pool.owners], dtype=float)
    complete = np.minimum.reduceat(worth, layout.first)[layout.of] > 0
    return np.where(complete, worth, 1.0)
