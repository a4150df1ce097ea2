"""What every peer reads out of an observation, and how shares become budgets."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from bench.worlds.curves import Bools, Floats

Message = Mapping[str, Any]
DAY = 24


class Seen:
    """One observation as arrays [campaigns, arms]; the campaign's own numbers are [campaigns, 1]."""

    def __init__(self, observation: Message) -> None:
        self.hour = int(observation["hour"])
        self.mask: Bools = np.asarray(observation["mask"], dtype=bool)
        self.total: Floats = np.asarray(observation["campaign_budget"], dtype=float)[:, None]
        self.minimum: Floats = np.asarray(observation["min_budget"], dtype=float)[:, None]
        self.prior: Floats = np.asarray(observation["prior"], dtype=float)
        self.budgets: Floats = np.asarray(observation["budgets"], dtype=float)
        self.spend: Floats = np.asarray(observation["last_spend"], dtype=float)
        self.clicks: Floats = np.asarray(observation["last_clicks"], dtype=float)
        self.conversions: Floats = np.asarray(observation["last_conversions"], dtype=float)


def shared(seen: Seen, weights: Floats) -> Floats:
    """The campaign's budget by weight in whole minor units, at least the platform's minimum for each ad set."""
    weights = np.where(seen.mask, weights, 0.0)
    arms = seen.mask.sum(axis=1, keepdims=True)
    left = seen.total - seen.minimum * arms
    part = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
    return np.where(seen.mask, np.floor(seen.minimum + left * part), 0.0)


def pooled(counts: Floats, per: Floats) -> Floats:
    """The campaign's own rate [campaigns, 1]; of one count more than there was, so that it is never 0."""
    rate = (counts.sum(axis=1, keepdims=True) + 1) / np.maximum(per.sum(axis=1, keepdims=True), 1)
    return np.asarray(rate)
