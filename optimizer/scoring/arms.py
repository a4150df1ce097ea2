"""What is known of an ad set: up to fourteen daily rows of raw counts, checked at the door, laid out as one array."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WINDOW = 14
AHEAD = 7
"""Days that are looked back on, and days that are predicted: whole weeks, so that no weekday weighs more."""
SPEND, IMPRESSIONS, CLICKS, CONVERSIONS = range(4)
_MOST = 1e15


class Day(NamedTuple):
    """Counts of one account day as known when asked; money in minor units."""

    spend_minor: float
    impressions: float
    clicks: float
    conversions: float


Arm = Sequence[Day]
"""Daily rows of one ad set, oldest first, the last one the newest day; fewer than `WINDOW` where it is younger."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Ad sets of many campaigns: `counts` is [arm, day, count], `campaign` the place of each arm's campaign."""

    counts: Floats
    campaign: Ints
    campaigns: int

    def together(self, per_arm: Floats) -> Floats:
        """Sums over the arms of each campaign, given back to each arm. `per_arm` is [arm] or [arm, day]."""
        columns = per_arm.T.reshape(math.prod(per_arm.shape[1:]), len(per_arm))
        sums = np.stack([np.bincount(self.campaign, column, self.campaigns) for column in columns])
        return np.asarray(sums[:, self.campaign].T.reshape(per_arm.shape), dtype=np.float64)


def panel_of(campaigns: Sequence[Sequence[Arm]]) -> Panel:
    """Raises ValueError for counts that are not finite, negative or absurd, and for more than `WINDOW` rows."""
    sizes = [len(campaign) for campaign in campaigns]
    arms = list(chain.from_iterable(campaigns))
    counts = np.zeros((len(arms), WINDOW, 4))
    lengths = np.array([len(arm) for arm in arms], dtype=np.int64)
    if lengths.size and lengths.max() > WINDOW:
        raise ValueError(f"An ad set has {lengths.max()} daily rows; the score looks at the last {WINDOW}.")
    counts[np.arange(WINDOW) >= WINDOW - lengths[:, None]] = _rows(chain.from_iterable(arms), int(lengths.sum()))
    return checked(counts, np.repeat(np.arange(len(sizes)), sizes), len(sizes))


def _rows(days: Iterable[Day], count: int) -> Floats:
    try:
        return np.fromiter(chain.from_iterable(days), dtype=np.float64, count=count * 4).reshape(count, 4)
    except (TypeError, ValueError) as error:
        raise ValueError("Each daily row is four numbers: spend, impressions, clicks, conversions.") from error


def checked(counts: Floats, campaign: Ints, campaigns: int) -> Panel:
    """Raises ValueError as `panel_of` does."""
    if not np.isfinite(counts).all():
        raise ValueError("A count is not a number. Leave a day out that is not known.")
    if counts.size and (counts.min() < 0 or counts.max() > _MOST):
        raise ValueError("A count is negative or absurdly large.")
    return Panel(counts, campaign, campaigns)
