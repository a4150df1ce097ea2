"""The rule layer that people write first: pause below 0.3, raise above 0.8, by a score in 0-1."""

from abc import ABC, abstractmethod

import numpy as np

from bench.peers.seen import DAY, Message, Seen, pooled
from bench.worlds.curves import Floats
from bench.worlds.market import Market

PAUSE, RAISE = 0.3, 0.8
RETEST_HOURS = DAY


class Rules(ABC):
    """Scores are an ad set's conversions per spend over that of its campaign: 0.5 is the campaign's own, 1 twice it.

    Paused ad sets come back with their old budget for a retest after two days. `capped` keeps the sum inside the
    campaign's budget by scaling; without it raises simply ask for more.
    """

    every = DAY
    raised_by = 0.2
    capped = True

    def reset(self, info: Message) -> None:
        shape = (int(info["n"]), int(info["k"]))
        self.budgets, self.paused_for = np.zeros(shape), np.zeros(shape)
        self.known = np.zeros(shape, dtype=bool)

    @abstractmethod
    def count(self, seen: Seen) -> None:
        """Keeps what the hour brought."""

    @abstractmethod
    def score(self, seen: Seen) -> Floats:
        """In 0-1."""

    def step(self, observation: Message) -> Message:
        seen = Seen(observation)
        self.count(seen)
        share = np.floor(seen.total / seen.mask.sum(axis=1, keepdims=True))
        arrived = seen.mask & ~self.known
        self.budgets = np.where(arrived, share, self.budgets)
        self.known = seen.mask
        self.paused_for = np.where(self.paused_for > 0, self.paused_for + 1, 0)
        self.paused_for = np.where(self.paused_for > RETEST_HOURS, 0, self.paused_for)
        if seen.hour >= DAY and seen.hour % self.every == 0:
            self._rule(seen)
        asked = np.where(self.paused_for > 0, 0.0, self.budgets)
        if self.capped:
            asked = asked * np.minimum(1.0, seen.total / np.maximum(asked.sum(axis=1, keepdims=True), 1))
        return {"budgets": np.floor(asked)}

    def _rule(self, seen: Seen) -> None:
        score = self.score(seen)
        on = seen.mask & (self.paused_for == 0)
        last = on.sum(axis=1, keepdims=True) <= 1
        self.paused_for = np.where(on & (score < PAUSE) & ~last, 1, self.paused_for)
        self.budgets = np.where(on & (score > RAISE), self.budgets * (1 + self.raised_by), self.budgets)
        self.budgets = np.minimum(self.budgets, seen.total)


class RulesOnRawRates(Rules):
    """Every hour, on the last 24 hours as reported."""

    every = 1

    def reset(self, info: Message) -> None:
        super().reset(info)
        self.spend_day, self.results_day = (np.zeros((DAY, int(info["n"]), int(info["k"]))) for _ in range(2))
        self.on_for = np.zeros((int(info["n"]), int(info["k"])))

    def count(self, seen: Seen) -> None:
        self.spend_day[seen.hour % DAY] = seen.spend
        self.results_day[seen.hour % DAY] = seen.conversions
        self.on_for = np.where(seen.budgets > 0, self.on_for + 1, 0)

    def score(self, seen: Seen) -> Floats:
        spend, results = self.spend_day.sum(axis=0), self.results_day.sum(axis=0)
        rate = results / np.maximum(spend, 1)
        score = np.minimum(rate / np.maximum(2 * pooled(results, spend), 1e-300), 1.0)
        # Without two hours since its start or retest, or without a single result in the campaign, there is no rate.
        return np.where((self.on_for >= 2) & (results.sum(axis=1, keepdims=True) > 0), score, 0.5)


class RulesOnRawRatesUncapped(RulesOnRawRates):
    raised_by = 0.5
    capped = False


class RulesOnSmoothedScores(Rules):
    """Once a day, on everything so far, shrunk to the campaign's rate with the weight of five conversions."""

    prior_results = 5.0

    def reset(self, info: Message) -> None:
        super().reset(info)
        self.spend, self.results = (np.zeros((int(info["n"]), int(info["k"]))) for _ in range(2))

    def count(self, seen: Seen) -> None:
        self.spend, self.results = self.spend + seen.spend, self.results + seen.conversions

    def score(self, seen: Seen) -> Floats:
        campaign = pooled(self.results, self.spend)
        rate = (self.results + self.prior_results) / (self.spend + self.prior_results / campaign)
        return np.minimum(rate / (2 * campaign), 1.0)


class RulesOnTrueScores(Rules):
    """Once a day, knowing for certain what each ad set brings per unit of money at an equal split: nobody can."""

    def __init__(self, hidden: Market) -> None:
        self.hidden = hidden

    def count(self, seen: Seen) -> None: ...

    def score(self, seen: Seen) -> Floats:
        hidden = self.hidden
        today = hidden.hourly_results[seen.hour : seen.hour + DAY].mean(axis=0)
        rate = np.where(seen.mask, hidden.worth * today * hidden.alive(seen.hour), 0.0)
        mean = rate.sum(axis=1, keepdims=True) / seen.mask.sum(axis=1, keepdims=True)
        return np.asarray(np.minimum(rate / (2 * mean), 1.0))
