"""What the optimizer is worth: campaigns that it steers against campaigns that were left alone by lot.

Each campaign is held against its own first days, so that good and bad ones count alike; the difference between the two
groups is the effect. The optimizer works in the first days too, so it is rather worth more than this says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import special

from optimizer.counting import Days, chance_in, log_change, spread_beyond_chance, weighted_mean

FEWEST_CAMPAIGNS = 5
"""Of each group."""
FEWEST_FIRST_RESULTS = 3
"""In its first days, below which a campaign says nothing. Later results may not choose, or luck would."""
COVERS = 0.9


class Enough(StrEnum):
    YES = "yes"
    TOO_FEW_HELD_OUT = "too_few_held_out"
    TOO_FEW_STEERED = "too_few_steered"


@dataclass(frozen=True, slots=True)
class Followed:
    """One campaign: its first days, and those that came later."""

    held_out: bool
    first: Days
    later: Days

    @property
    def tells(self) -> bool:
        return self.first.counted >= FEWEST_FIRST_RESULTS and self.first.exposed > 0 and self.later.exposed > 0


@dataclass(frozen=True, slots=True)
class Effect:
    """`effect` and its 90 % interval are shares of results for the same money; None unless `enough` is yes.

    `steered` and `held_out` count campaigns that tell something, `left_out` those with too few results.
    """

    enough: Enough
    steered: int
    held_out: int
    left_out: int
    effect: float | None = None
    low: float | None = None
    high: float | None = None


def effect_of(campaigns: Sequence[Followed]) -> Effect:
    telling = [campaign for campaign in campaigns if campaign.tells]
    steered = [campaign for campaign in telling if not campaign.held_out]
    alone = [campaign for campaign in telling if campaign.held_out]
    enough = _enough(len(steered), len(alone))
    seen = Effect(enough, len(steered), len(alone), len(campaigns) - len(telling))
    if enough is not Enough.YES:
        return seen
    middle, half = _difference(steered, alone)
    effect, low, high = (float(np.expm1(value)) for value in (middle, middle - half, middle + half))
    return Effect(enough, len(steered), len(alone), seen.left_out, effect, low, high)


def _enough(steered: int, held_out: int) -> Enough:
    if held_out < FEWEST_CAMPAIGNS:
        return Enough.TOO_FEW_HELD_OUT
    return Enough.TOO_FEW_STEERED if steered < FEWEST_CAMPAIGNS else Enough.YES


def _difference(steered: Sequence[Followed], alone: Sequence[Followed]) -> tuple[float, float]:
    """Of the groups' mean changes, with half of its interval. Campaigns count by what they tell; how far they differ
    by themselves is taken from how far they lie apart inside their group."""
    chance = chance_in([days for each in (*steered, *alone) for days in (each.first, each.later)])
    groups = [_changes(group, chance) for group in (steered, alone)]
    apart = spread_beyond_chance(groups)
    means, left = [], 0.0
    for values, variances in groups:
        total = [variance + apart for variance in variances]
        mean = weighted_mean(values, total)
        means.append(mean)
        left += sum((value - mean[0]) ** 2 / variance for value, variance in zip(values, total, strict=True))
    free = len(steered) + len(alone) - 2
    wider = max(1.0, left / free)
    reach = float(special.stdtrit(free, 0.5 + COVERS / 2))
    return means[0][0] - means[1][0], reach * float(np.sqrt(wider * (means[0][1] + means[1][1])))


def _changes(group: Sequence[Followed], chance: float) -> tuple[list[float], list[float]]:
    changes = [log_change(each.first, each.later, chance) for each in group]
    return [change for change, _ in changes], [variance for _, variance in changes]
