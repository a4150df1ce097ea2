"""Balancing marginal returns: smoothed rates, an assumed saturating curve, small steps. The best peer adds the funnel,
forgetting and one early large move.
"""

import numpy as np

from bench.peers.seen import DAY, Message, Seen, pooled, shared
from bench.worlds.curves import Bools, Family, Floats, split

STEP = 0.19
SILENT_HOURS = 6
RETRY_HOURS = 3 * DAY


class Balancing:
    """Conversions per spend shrunk to the campaign's, a power curve, at most 19 % a day, no money into dead ad sets."""

    half_life_days = 1000.0
    prior_results = 5.0
    exponent = 0.6
    early_move = False

    def reset(self, info: Message) -> None:
        self.shape = (int(info["n"]), int(info["k"]))
        self.spend, self.clicks, self.conversions = (np.zeros(self.shape) for _ in range(3))
        self.hours, self.silent, self.dead_for = (np.zeros(self.shape) for _ in range(3))
        self.keep = 0.5 ** (1 / (self.half_life_days * DAY))

    def step(self, observation: Message) -> Message:
        seen = Seen(observation)
        self._count(seen)
        if seen.hour == 0:
            return {"budgets": shared(seen, self.opening(seen))}
        new = seen.mask & (seen.budgets == 0) & (self.hours == 0)
        died = self.silent == SILENT_HOURS
        due = (seen.hour % DAY == 0) | new.any(axis=1, keepdims=True)
        kept = np.where(died, seen.minimum, seen.budgets)
        return {"budgets": np.where(due, self._balanced(seen, new), kept) if due.any() else kept}

    def opening(self, seen: Seen) -> Floats:
        return np.ones_like(seen.prior)

    def rate(self) -> Floats:
        """Conversions per spend."""
        campaign = pooled(self.conversions, self.spend)
        return (self.conversions + self.prior_results) / (self.spend + self.prior_results / campaign)

    def _count(self, seen: Seen) -> None:
        on = seen.budgets > 0
        self.spend = self.spend * self.keep + seen.spend
        self.clicks = self.clicks * self.keep + seen.clicks
        self.conversions = self.conversions * self.keep + seen.conversions
        self.hours = self.hours * self.keep + on
        # At night little is spent by ad sets that are well, hence a low bar.
        quiet = on & (seen.spend < 0.1 * seen.budgets / DAY) & (seen.hour > 0)
        self.silent = np.where(quiet, self.silent + 1, 0)
        self.dead_for = np.where(self.silent >= SILENT_HOURS, self.dead_for + 1, 0)

    def _balanced(self, seen: Seen, new: Bools) -> Floats:
        share = seen.total / seen.mask.sum(axis=1, keepdims=True)
        usual = np.where(self.hours > 0, self.spend / np.maximum(self.hours, 1e-9) * DAY, share)
        usual = np.maximum(usual, seen.minimum)
        dead = self.silent >= SILENT_HOURS
        free = self.early_move and seen.hour == DAY
        low = np.full(self.shape, 0.0) if free else seen.budgets * (1 - STEP)
        high = np.broadcast_to(seen.total, self.shape) if free else seen.budgets * (1 + STEP)
        low = np.where(new, 0.0, np.where(dead, seen.minimum, np.maximum(low, seen.minimum)))
        high = np.where(new, share, np.where(dead, seen.minimum, np.maximum(high, seen.minimum)))
        low, high = np.where(seen.mask, low, 0.0), np.where(seen.mask, high, 0.0)
        low = np.minimum(low, high)
        room = np.minimum(1.0, seen.total / np.maximum(low.sum(axis=1, keepdims=True), 1))
        family = np.full(self.shape, Family.POWER, dtype=np.int64)
        exponent = np.full(self.shape, self.exponent)
        wanted = split(family, exponent, self.rate() * usual, usual, (low * room, high), seen.total)
        return np.floor(wanted)


class BestPeer(Balancing):
    """Clicks per spend times shrunk conversions per click, forgotten by half in some days; the first day's end moves
    everything at once, while every ad set is still learning.
    """

    half_life_days = 7.0
    early_move = True
    prior_clicks = 20.0

    def opening(self, seen: Seen) -> Floats:
        return seen.prior

    def rate(self) -> Floats:
        per_spend = (self.clicks + self.prior_clicks) / (
            self.spend + self.prior_clicks / pooled(self.clicks, self.spend)
        )
        per_click = (self.conversions + self.prior_results) / (
            self.clicks + self.prior_results / pooled(self.conversions, self.clicks)
        )
        return per_spend * per_click
