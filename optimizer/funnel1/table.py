"""Everything that is known of the owners whose budgets are decided on, one row each, ready for the arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, sqrt

import numpy as np

from optimizer.funnel1.allocation import Shares
from optimizer.funnel1.estimates import Estimates, Flags, Floats, Ints, Layout, estimate
from optimizer.funnel1.limits import Limits, limits_of
from optimizer.problem import Owner, Pool, Problem

DEAD = 0.05
IDLE = 0.6
"""An owner that spends a smaller part of its budget counts as dead, or as unable to spend more."""
KNOWN_AFTER_DAYS = 0.5


@dataclass(frozen=True, slots=True)
class Table:
    """Amounts in units. A lifetime budget is shared out by what is left of it: `spent` is taken off and put back."""

    layout: Layout
    limits: list[Limits]
    seen: Estimates
    shares: Shares
    spent: Ints
    dead: Flags
    idle: Flags

    @classmethod
    def of(cls, problem: Problem, pools: Sequence[Pool]) -> "Table":
        layout = Layout.over(pools)
        owners = [(pool, owner) for pool in pools for owner in pool.owners]
        limits = [limits_of(pool, owner, problem.now) for pool, owner in owners]
        seen = estimate(pools, layout, problem.read_at or problem.now, problem.zone)
        units = np.array([pool.unit_minor for pool, _ in owners], dtype=np.int64)
        low = np.array([limit.low for limit in limits], dtype=np.int64) // units
        high = np.array([limit.high for limit in limits], dtype=np.int64) // units
        now = np.array([owner.now_minor for _, owner in owners], dtype=np.int64) // units
        spent = np.minimum(np.array([_gone(*row) for row in owners], dtype=np.int64), low)
        now, low, high = now - spent, low - spent, high - spent
        dead, idle = _lame(layout, seen, now * units, np.array([pool.daily for pool, _ in owners]))
        free = np.array([limit.held is None for limit in limits])
        shares = Shares(
            now=now,
            low=low,
            high=np.where(idle, now, high),
            rate=np.where(dead, 1e-6, seen.rate),
            scale=_scale(layout, seen, now),
        )
        return cls(layout, limits, seen, shares, spent, dead & free, idle & free)

    def confidence(self, change: Ints) -> Floats:
        """How probable it is, per pool, that those who get more do better than those who give."""
        weight = np.abs(change).astype(np.float64)
        log_rate = np.where(self.dead, -3.0, np.log(np.maximum(self.seen.rate, 1e-12)))
        moved = np.maximum(self.layout.total(weight) / 2, 1e-9)
        lead = self.layout.total(np.sign(change) * weight * log_rate) / moved
        spread = np.sqrt(self.layout.total(weight**2 * self.seen.log_variance)) / moved
        return np.array([(1 + erf(z / sqrt(2))) / 2 for z in lead / np.maximum(spread, 1e-9)])


def _gone(pool: Pool, owner: Owner) -> int:
    return 0 if pool.daily else owner.spent_minor // pool.unit_minor


def _lame(layout: Layout, seen: Estimates, now_minor: Ints, daily: Flags) -> tuple[Flags, Flags]:
    """Who spends next to nothing, and who spends too little to use more.

    Under lifetime budgets nobody knows what a day should cost: who is dead is seen by the others of the pool.
    """
    pace = layout.spread(layout.total(seen.recent_spend) / np.maximum(layout.total(now_minor), 1))
    expected = np.where(daily, now_minor, now_minor * pace)
    part = seen.recent_spend / np.maximum(expected, 1e-9)
    known = seen.recent_days >= KNOWN_AFTER_DAYS
    return known & (part < DEAD), known & (part < IDLE) & daily


def _scale(layout: Layout, seen: Estimates, now: Ints) -> Floats:
    """The spend at which each rate was seen. Who has shown little is taken to spend what it was given."""
    share = layout.spread(layout.total(now) / np.maximum(layout.total(seen.daily_spend), 1e-9))
    trust = np.minimum(seen.recent_days, 1.0)
    return np.maximum(trust * seen.daily_spend * share + (1 - trust) * now, 1e-6)
