"""What the money would have brought, had it been split equally: an estimate, and how far it may be off.

Of each owner its conversions are observed at the money that it got. What it would have brought at another amount is
an assumption: conversions grow like spend to the power of something between `ELASTICITY`, that is with diminishing
returns, by the same law for all. The interval covers that assumption and the chance in the counts, which is as large
as the counts of the days show; it does not cover what else may differ, such as competition between the ad sets.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

FEWEST_DAYS = 3
FEWEST_CONVERSIONS = 20
ELASTICITY = (0.5, 1.0)
"""From "four times the money brings twice as much" to "twice the money brings twice as much"."""
INTERVAL = (0.05, 0.95)
# Shares that differ by less than this were as good as equal.
SAME_SHARE = 0.02
# An owner with few conversions is believed to be like the others, as if it had had this many as they would.
PRIOR_CONVERSIONS = 2.0
STEPS, DRAWS, SEED = 11, 400, 20_260_101


class Enough(StrEnum):
    """Whether anything can be said, and else why not."""

    YES = "yes"
    ONE_OWNER = "one_owner"
    TOO_FEW_DAYS = "too_few_days"
    TOO_FEW_CONVERSIONS = "too_few_conversions"
    SPLIT_EQUALLY = "split_equally"


@dataclass(frozen=True, slots=True)
class OwnerHistory:
    """Spend and conversions of each day, the same days for every owner of the pool."""

    key: str
    spend_minor: Sequence[int]
    conversions: Sequence[int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`equal_split` and its 90 % interval are conversions; None unless `enough` is yes."""

    enough: Enough
    days: int
    owners: int
    spend_minor: int
    conversions: int
    equal_split: float | None = None
    equal_split_low: float | None = None
    equal_split_high: float | None = None

    @property
    def clear(self) -> bool:
        """The whole interval lies on one side of what was observed."""
        if self.equal_split_low is None or self.equal_split_high is None:
            return False
        return not self.equal_split_low <= self.conversions <= self.equal_split_high


def compare(owners: Sequence[OwnerHistory]) -> Comparison:
    """Raises ValueError where the owners' days are not the same."""
    spend = np.array([owner.spend_minor for owner in owners], dtype=float, ndmin=2)
    conversions = np.array([owner.conversions for owner in owners], dtype=float, ndmin=2)
    used = spend.sum(axis=0) > 0
    spend, conversions = spend[:, used], conversions[:, used]
    seen = Comparison(
        enough=_enough(spend, conversions),
        days=spend.shape[1],
        owners=len(owners),
        spend_minor=int(spend.sum()),
        conversions=int(conversions.sum()),
    )
    if seen.enough is not Enough.YES:
        return seen
    ratios = _ratios(spend, conversions)
    low, middle, high = (float(seen.conversions * q) for q in np.quantile(ratios, (INTERVAL[0], 0.5, INTERVAL[1])))
    return Comparison(
        enough=seen.enough,
        days=seen.days,
        owners=seen.owners,
        spend_minor=seen.spend_minor,
        conversions=seen.conversions,
        equal_split=middle,
        equal_split_low=low,
        equal_split_high=high,
    )


def _enough(spend: NDArray[np.float64], conversions: NDArray[np.float64]) -> Enough:
    if (spend.sum(axis=1) > 0).sum() < 2:
        return Enough.ONE_OWNER
    if spend.shape[1] < FEWEST_DAYS:
        return Enough.TOO_FEW_DAYS
    if conversions.sum() < FEWEST_CONVERSIONS:
        return Enough.TOO_FEW_CONVERSIONS
    shares = spend.sum(axis=1) / spend.sum()
    return Enough.SPLIT_EQUALLY if np.ptp(shares) < SAME_SHARE else Enough.YES


def _ratios(spend: NDArray[np.float64], conversions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Conversions of the equal split per conversion of the real one, over the assumptions and the chance."""
    rng = np.random.default_rng(SEED)
    equal = np.broadcast_to(spend.sum(axis=0) / len(spend), spend.shape)
    chance, counts = _more_than_chance(spend, conversions), conversions.sum(axis=1)
    found = []
    for power in np.linspace(*ELASTICITY, STEPS):
        exposure, equally = (spend**power).sum(axis=1), (equal**power).sum(axis=1)
        pooled = counts.sum() / exposure.sum()
        strength = rng.gamma(
            (counts + PRIOR_CONVERSIONS) / chance,
            chance / (exposure + PRIOR_CONVERSIONS / pooled),
            size=(DRAWS, len(spend)),
        )
        found.append((strength @ equally) / (strength @ exposure))
    return np.concatenate(found)


def _more_than_chance(spend: NDArray[np.float64], conversions: NDArray[np.float64]) -> float:
    """How many times as much as independent events the daily counts vary (Pearson); at least once."""
    spent = spend.sum(axis=1, keepdims=True)
    expected = conversions.sum(axis=1, keepdims=True) * np.divide(
        spend, spent, out=np.zeros_like(spend), where=spent > 0
    )
    known = expected > 0
    free = known.sum() - known.any(axis=1).sum()
    if free <= 0:
        return 1.0
    return max(1.0, float(((conversions - expected)[known] ** 2 / expected[known]).sum() / free))
