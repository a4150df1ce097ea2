"""What the money of each hour would have brought if it had been divided otherwise: by a planner who knows, or equally.

Both get the very sums that the pool spent hour by hour, over all ad sets that had begun, also paused ones. Levels
(drift, fatigue) are those of the real run. Learning is paid once: neither reference ever edits a budget, so each ad set
leaves it after 50 expected results. What an equal share cannot buy, because the ad set is dead or its audience used up,
stays unspent; the planner leaves nothing unspent that could bring something.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.meta.market import learning
from simulator.meta.market.arms import Basis
from simulator.meta.market.curves import response, spend_at_slope
from simulator.meta.market.state import Records

Floats = NDArray[np.float64]
Pools = NDArray[np.int64]
BISECTIONS = 40


@dataclass(slots=True)
class Reference:
    """A way to divide money: expected conversions and results per ad set so far."""

    arms: Records
    conversions: Floats
    results: Floats

    def take(self, truth: Records, spend: Floats) -> None:
        """Adds an hour in which the ad sets of these rows spend so much."""
        arm, arms = truth["arm"], self.arms[truth["arm"]]
        burden = np.where(self.results[arm] >= learning.RESULTS, 0, arms["learning_cost"] / 2)
        clicks = clicks_of(truth, arms, spend) * (1 - burden)
        conversions = clicks * truth["rate"] * (1 - burden)
        np.add.at(self.conversions, arm, conversions)
        np.add.at(self.results, arm, np.where(arms["basis"] == Basis.CONVERSION, conversions, clicks))


def begin(arms: Records) -> Reference:
    return Reference(arms, np.zeros(len(arms)), np.zeros(len(arms)))


def clicks_of(truth: Records, arms: Records, spend: Floats) -> Floats:
    """Expected link clicks at this spend, learning apart."""
    scale = np.maximum(truth["scale"].astype(float), 1e-9)
    reach = np.minimum(spend / scale, arms["reachable"])
    return np.asarray(truth["clicks"] * response(arms["family"], arms["bend"], reach))


def expected(truth: Records, arms: Records) -> Floats:
    """Expected conversions of what was really spent, with the learning that it really had."""
    rows = arms[truth["arm"]]
    return np.asarray(clicks_of(truth, rows, truth["spend"].astype(float)) * truth["rate"] * truth["learning"])


def equal(truth: Records, pools: Pools) -> Floats:
    money = np.bincount(pools, truth["spend"])
    return np.asarray((money / np.maximum(np.bincount(pools), 1))[pools])


def clairvoyant(truth: Records, arms: Records, pools: Pools) -> Floats:
    """Equal marginal conversions per money in each pool: bisection on that margin, for all pools at once.

    The first-order condition of a concave split (water filling), within what each audience can take.
    """
    rows = arms[truth["arm"]]
    family, bend = rows["family"], rows["bend"]
    scale = np.maximum(truth["scale"].astype(float), 1e-9)
    worth = np.maximum((truth["clicks"] * truth["rate"]).astype(float), 0)
    most = np.where(worth > 0, rows["reachable"] * scale, 0)
    money = np.minimum(np.bincount(pools, truth["spend"]), np.bincount(pools, most))
    low, high = np.full(len(money), -60.0), np.full(len(money), 60.0)
    spend = np.zeros(len(truth))
    for _ in range(BISECTIONS):
        margin = (low + high) / 2
        slope = np.exp(margin)[pools] * scale / np.maximum(worth, 1e-300)
        spend = np.minimum(spend_at_slope(family, bend, slope) * scale, most)
        too_much = np.bincount(pools, spend, minlength=len(money)) > money
        low, high = np.where(too_much, margin, low), np.where(too_much, high, margin)
    total = np.bincount(pools, spend, minlength=len(money))
    return np.asarray(spend * (money / np.maximum(total, 1e-300))[pools])
