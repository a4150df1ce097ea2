"""A game: one policy decides hour after hour in one market, seeing only what has been reported so far."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from bench.worlds.curves import Floats, Ints
from bench.worlds.delivery import Delivery, Hour
from bench.worlds.market import DAY, MAX_DELAY, Market

Message = Mapping[str, Any]
COUNTS = ("spend", "impressions", "clicks", "conversions")


class Policy(Protocol):
    """`reset` is told n, k, days, campaign_budget, min_budget, mask and prior; `step` answers {"budgets": [n][k]}.

    An observation holds hour, hour_of_day, weekday, mask, campaign_budget, min_budget, prior, budgets, learning, and
    the four counts since the start (`cum_`) and of the last hour (`last_`). Money is in minor units.
    """

    def reset(self, info: Message) -> object: ...

    def step(self, observation: Message) -> Message: ...


@dataclass(frozen=True)
class Played:
    """What came of a game; arrays are [campaigns]. `over` is what was asked for beyond the campaign's budget and `used`
    what was spent, as shares of it; `paused` a share of ad-set hours; `big_changes` a mean per ad set and week.
    """

    conversions: Floats
    big_changes: Floats
    over: Floats
    used: Floats
    paused: Floats
    seconds_per_step: float


class Game:
    def __init__(self, market: Market) -> None:
        self.market = market
        self._delivery = Delivery(market)
        self._hour = 0
        shape = market.scale.shape
        self._cum = {name: np.zeros(shape) for name in COUNTS}
        self._last = {name: np.zeros(shape) for name in COUNTS}
        self._due: Ints = np.zeros((market.hours + MAX_DELAY + 1, *shape), dtype=np.int64)
        self._rng = np.random.default_rng([market.seed, 1])

    @property
    def budgets(self) -> Floats:
        return self._delivery.budgets

    @property
    def due(self) -> Ints:
        """Conversions that were caused and are not reported yet, by ad set."""
        return np.asarray(self._due[self._hour :].sum(axis=0))

    @property
    def over(self) -> Floats:
        return self._delivery.over

    @property
    def big_changes(self) -> Floats:
        """Per ad set and week, as a mean over each campaign's ad sets."""
        weeks = (self.market.hours - np.minimum(self.market.appears, self.market.hours)) / (7 * DAY)
        return np.asarray(self._delivery.big_changes.sum(axis=1) / weeks.sum(axis=1))

    def info(self) -> Message:
        market = self.market
        n, k = market.scale.shape
        return {
            "type": "reset",
            "n": n,
            "k": k,
            "days": market.world.days,
            "campaign_budget": market.budget.astype(np.int64),
            "min_budget": market.minimum.astype(np.int64),
            "mask": market.exists(0),
            "prior": market.prior.copy(),
        }

    def observation(self) -> Message:
        market, hour = self.market, self._hour
        return {
            "type": "step",
            "hour": hour,
            "hour_of_day": hour % DAY,
            "weekday": (market.weekday_start + hour // DAY) % 7,
            "mask": market.exists(hour),
            "campaign_budget": market.budget.astype(np.int64),
            "min_budget": market.minimum.astype(np.int64),
            "prior": market.prior.copy(),
            "budgets": self._delivery.budgets.astype(np.int64),
            "learning": market.exists(hour) & self._delivery.learning,
            **{f"cum_{name}": self._cum[name].copy() for name in COUNTS},
            **{f"last_{name}": self._last[name].copy() for name in COUNTS},
        }

    def play(self, budgets: Floats) -> Hour:
        """One hour at these budgets. Returns what is expected of it, which no policy is told."""
        self._delivery.apply(self._hour, budgets)
        expected = self._delivery.deliver(self._hour)
        self._report(expected)
        self._hour += 1
        return expected

    def _report(self, expected: Hour) -> None:
        market, rng = self.market, self._rng
        shape = expected.spend.shape
        # One stroke of luck for an hour, shared by impressions and clicks; another for conversions.
        luck = rng.gamma(1 / market.noise, market.noise, (2, *shape))
        spend = np.round(expected.spend * rng.gamma(50, 1 / 50, shape))
        clicks = rng.poisson(expected.clicks * luck[0])
        views = rng.poisson(expected.spend * market.impressions_per_spend * luck[0])
        caused = rng.poisson(expected.results * luck[1])
        self._schedule(caused)
        counts = (spend, np.maximum(views, clicks), clicks, self._due[self._hour])
        for name, count in zip(COUNTS, counts, strict=True):
            self._last[name] = np.asarray(count, dtype=float)
            self._cum[name] = self._cum[name] + count

    def _schedule(self, caused: Ints) -> None:
        campaign, arm = np.nonzero(caused)
        times = caused[campaign, arm]
        campaign, arm = np.repeat(campaign, times), np.repeat(arm, times)
        chance = self._rng.random(campaign.size)
        wait = np.array([np.searchsorted(self.market.delays[c], u) for c, u in zip(campaign, chance, strict=True)], int)
        np.add.at(self._due, (self._hour + wait, campaign, arm), 1)


def play(market: Market, policy: Policy) -> Played:
    """A whole game."""
    game = Game(market)
    policy.reset(game.info())
    n = market.budget.size
    conversions, spend, paused, there, seconds = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), 0.0
    for hour in range(market.hours):
        observation = game.observation()
        began = time.perf_counter()
        answer = policy.step(observation)
        seconds += time.perf_counter() - began
        expected = game.play(np.asarray(answer["budgets"], dtype=float))
        conversions += expected.results.sum(axis=1)
        spend += expected.spend.sum(axis=1)
        there += market.exists(hour).sum(axis=1)
        paused += (market.exists(hour) & (game.budgets == 0)).sum(axis=1)
    return Played(
        conversions=conversions,
        big_changes=game.big_changes,
        over=game.over / market.hours,
        used=spend / (market.budget * market.world.days),
        paused=paused / there,
        seconds_per_step=seconds / market.hours,
    )
