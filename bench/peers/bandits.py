"""Bandits that know neither budgets nor curves. A day's (or hour's) money goes by what they draw or to the winner."""

from abc import ABC, abstractmethod

import numpy as np

from bench.peers.seen import DAY, Message, Seen, pooled, shared
from bench.worlds.curves import Floats


class Bandit(ABC):
    """Counts since the start, new budgets every `every` hours."""

    every = DAY

    def reset(self, info: Message) -> None:
        shape = (int(info["n"]), int(info["k"]))
        self.rng = np.random.default_rng(0)
        self.spend, self.clicks, self.conversions = np.zeros(shape), np.zeros(shape), np.zeros(shape)

    def step(self, observation: Message) -> Message:
        seen = Seen(observation)
        self.spend = self.spend + seen.spend
        self.clicks = self.clicks + seen.clicks
        self.conversions = self.conversions + seen.conversions
        arrived = (seen.mask & (seen.budgets == 0)).any(axis=1, keepdims=True)
        due = arrived | (seen.hour % self.every == 0)
        if not due.any():
            return {"budgets": seen.budgets}
        weights = self.weights(seen) if seen.hour >= DAY else np.ones_like(seen.prior)
        return {"budgets": np.where(due, shared(seen, weights), seen.budgets)}

    @abstractmethod
    def weights(self, seen: Seen) -> Floats:
        """How the money is shared out."""


class ThompsonDaily(Bandit):
    """Conversions per spend are gamma-distributed around the campaign's own with the weight of two conversions."""

    prior_results = 2.0

    def weights(self, seen: Seen) -> Floats:
        rate = pooled(self.conversions, self.spend)
        return self.rng.gamma(self.conversions + self.prior_results) / (self.spend + self.prior_results / rate)


class ThompsonHourly(ThompsonDaily):
    every = 1


class BetaThompsonPerCost(Bandit):
    """As a bandit library does it: a beta draw per ad set for conversions per click, over the cost of a click."""

    def weights(self, seen: Seen) -> Floats:
        missed = np.maximum(self.clicks - self.conversions, 0)
        per_spend = (self.clicks + 1) / (self.spend + 1 / pooled(self.clicks, self.spend))
        return self.rng.beta(1 + self.conversions, 1 + missed) * per_spend


class _Winner(Bandit):
    share = 0.8

    def weights(self, seen: Seen) -> Floats:
        values = np.where(seen.mask, self.values(seen), -np.inf)
        best = np.arange(values.shape[1]) == values.argmax(axis=1)[:, None]
        arms = seen.mask.sum(axis=1, keepdims=True)
        return np.where(best, self.share, (1 - self.share) / np.maximum(arms - 1, 1))

    @abstractmethod
    def values(self, seen: Seen) -> Floats:
        """What each ad set is held to be worth."""

    def rate(self) -> Floats:
        return (self.conversions + 1) / (self.spend + 1 / pooled(self.conversions, self.spend))


class EpsilonGreedy(_Winner):
    """Most to the best rate so far; to one drawn by lot on one day of ten."""

    epsilon = 0.1

    def values(self, seen: Seen) -> Floats:
        lots = self.rng.random(self.spend.shape)
        explore = self.rng.random((self.spend.shape[0], 1)) < self.epsilon
        return np.where(explore, lots, self.rate())


class UpperConfidence(_Winner):
    """Most to the highest upper bound, by Poisson counts."""

    share = 0.8

    def values(self, seen: Seen) -> Floats:
        rate = self.rate()
        return np.asarray(rate * (1 + np.sqrt(2 * np.log(1 + seen.hour / DAY) / (1 + self.conversions))))
