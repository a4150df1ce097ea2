"""The rules of delivery: pacing, learning resets and what a budget brings, in expectation. Policies and the planner
are played by the same rules; arrays are [..., campaigns, arms], so that many plans run at once.
"""

from dataclasses import dataclass

import numpy as np

from bench.worlds.curves import Bools, Floats, Ints, response
from bench.worlds.market import DAY, Market

BIG_STEP = 0.2
_NEVER = -(10**6)


@dataclass(frozen=True)
class Hour:
    """Expected in one hour."""

    spend: Floats
    clicks: Floats
    results: Floats


class Delivery:
    """Budgets as they are applied, and the platform's learning phase. Begins before hour 0."""

    def __init__(self, market: Market, *plans: int) -> None:
        shape = (*plans, *market.scale.shape)
        self.market = market
        begun = market.exists(0) & (not market.world.from_nothing)
        share = np.floor(market.budget / market.exists(0).sum(axis=1))[:, None]
        self.budgets: Floats = np.broadcast_to(np.where(begun, share, 0.0), shape).copy()
        self._day = np.broadcast_to(self.budgets, (DAY, *shape)).copy()
        self._reset_hour: Ints = np.full(shape, _NEVER)
        self._reset_budget: Floats = np.zeros(shape)
        self._learnt_hours: Floats = np.zeros(shape)
        self._learnt_results: Floats = np.zeros(shape)
        self._begun: Bools = self.budgets > 0
        self.big_changes: Floats = np.zeros(shape)
        self.over: Floats = np.zeros(shape[:-1])
        self.learning: Bools = np.broadcast_to(market.exists(0), shape).copy()

    def reference(self, hour: int) -> Floats:
        """What a change is measured against: the budget 24 hours ago, or that of the last big change since then."""
        recent = hour - self._reset_hour < DAY
        return np.where(recent, self._reset_budget, self._day[hour % DAY])

    def apply(self, hour: int, requested: Floats) -> None:
        """Sets budgets in whole minor units; more than the campaign has is scaled down and counted in `over`.

        Raises:
            ValueError: a budget is negative or no number.
        """
        if not np.all(np.isfinite(requested)) or np.any(requested < 0):
            raise ValueError("A budget must be a number of at least 0")
        market = self.market
        budgets = np.where(market.exists(hour), np.floor(requested), 0.0)
        asked = budgets.sum(axis=-1)
        over = np.maximum(asked - market.budget, 0)
        self.over = self.over + over / market.budget
        fits = np.where(asked > market.budget, market.budget / np.maximum(asked, 1), 1.0)[..., None]
        budgets = np.floor(budgets * fits)
        budgets = np.where(budgets < market.minimum[:, None], 0.0, budgets)
        self._note(hour, budgets)
        self._day[hour % DAY] = budgets
        self.budgets = budgets

    def _note(self, hour: int, budgets: Floats) -> None:
        reference = self.reference(hour)
        first = ~self._begun & (budgets > 0)
        big = (np.abs(budgets - reference) > BIG_STEP * reference) & (budgets != self.budgets) & self._begun
        self.big_changes = self.big_changes + big
        reset = big | first
        self._reset_hour = np.where(reset, hour, self._reset_hour)
        self._reset_budget = np.where(reset, budgets, self._reset_budget)
        self._learnt_hours = np.where(reset, 0.0, self._learnt_hours)
        self._learnt_results = np.where(reset, 0.0, self._learnt_results)
        self._begun = self._begun | first

    def deliver(self, hour: int) -> Hour:
        """One hour at the budgets applied; moves the learning phase on."""
        market = self.market
        learnt = (self._learnt_hours >= market.learning_hours) | (self._learnt_results >= market.learning_results)
        self.learning = market.exists(hour) & ~learnt
        paced = market.pace[:, hour % DAY][:, None] * market.alive(hour) * (self.budgets > 0)
        x = self.budgets / market.scale
        curve = response(market.family, market.shape, x)
        hampered = np.where(self.learning, 1 - market.learning_cost, 1.0) * paced
        # What the curve takes off a straight line shows partly in dearer clicks, partly in worse ones.
        straightened = np.where(x > 0, x / np.maximum(curve, 1e-300), 1.0) ** market.bent_rate
        results = market.worth * curve * hampered * market.hourly_results[hour]
        clicks = market.click_worth * curve * straightened * np.sqrt(hampered * paced) * market.hourly_clicks[hour]
        self._learnt_hours = self._learnt_hours + (self.budgets > 0)
        self._learnt_results = self._learnt_results + results
        return Hour(self.budgets * paced, clicks, results)
