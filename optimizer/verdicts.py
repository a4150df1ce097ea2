"""What a move of money did to its campaign: better, worse, or not to be told from chance.

The campaign's results per unit of money after the move are held against the same weekdays before it. What other
campaigns of the account went through in the same days, without a move, is taken off. The interval holds the chance in
the counts, and that campaigns drift apart by themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import special

from models.domain.states import MoveVerdictKind
from optimizer.counting import Days, chance_in, log_change, spread_beyond_chance, weighted_mean

FEWEST_RESULTS = 10
"""Of both stretches together; with fewer nothing but chance is seen."""
FEWEST_OTHERS = 3
FEWEST_OF_OTHERS = 3
"""Results on each side, below which another campaign tells nothing of the common drift."""
DRIFT_APART = 0.10
"""Standard deviation, on the scale of logarithms, by which one campaign's week is believed to drift from the others',
at least; where too few others are there to show how far they drift."""
DRIFT_ALONE = 0.25
"""The same without other campaigns to compare with: weeks differ by so much without anybody's doing."""
COVERS = 0.8


class Enough(StrEnum):
    YES = "yes"
    NO_SPEND = "no_spend"
    TOO_FEW_RESULTS = "too_few_results"


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """The same weekdays of one campaign before and after."""

    before: Days
    after: Days

    @property
    def exposed(self) -> bool:
        return self.before.exposed > 0 and self.after.exposed > 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """`effect` and its 80 % interval are shares: 0.1 is 10 % more results for the same money. None where not enough.

    `others` is how many campaigns showed the common drift; 0: none did, and only chance and drift are allowed for.
    """

    kind: MoveVerdictKind
    enough: Enough
    others: int = 0
    effect: float | None = None
    low: float | None = None
    high: float | None = None


def judge(moved: BeforeAfter, others: Sequence[BeforeAfter] = ()) -> Verdict:
    """`others` are campaigns of the same account that nothing was moved in meanwhile."""
    if not moved.exposed:
        return Verdict(MoveVerdictKind.INCONCLUSIVE, Enough.NO_SPEND)
    if moved.before.counted + moved.after.counted < FEWEST_RESULTS:
        return Verdict(MoveVerdictKind.INCONCLUSIVE, Enough.TOO_FEW_RESULTS)
    telling = [other for other in others if _tells(other)]
    telling = telling if len(telling) >= FEWEST_OTHERS else []
    chance = chance_in([days for each in (moved, *telling) for days in (each.before, each.after)])
    change, variance = log_change(moved.before, moved.after, chance)
    drift, unsure, reach = _drift(telling, chance)
    middle, half = change - drift, reach * float(np.sqrt(variance + unsure))
    effect, low, high = (float(np.expm1(value)) for value in (middle, middle - half, middle + half))
    return Verdict(_kind(low, high), Enough.YES, len(telling), effect, low, high)


def _tells(other: BeforeAfter) -> bool:
    return other.exposed and min(other.before.counted, other.after.counted) >= FEWEST_OF_OTHERS


def _drift(others: Sequence[BeforeAfter], chance: float) -> tuple[float, float, float]:
    """The common drift, the variance of this campaign's own around it, and how many deviations the interval reaches."""
    if not others:
        return 0.0, DRIFT_ALONE**2, float(special.ndtri(0.5 + COVERS / 2))
    changes = [log_change(other.before, other.after, chance) for other in others]
    values, variances = [change for change, _ in changes], [variance for _, variance in changes]
    apart = max(spread_beyond_chance([(values, variances)]), DRIFT_APART**2)
    drift, unsure = weighted_mean(values, [variance + apart for variance in variances])
    return drift, unsure + apart, float(special.stdtrit(len(others) - 1, 0.5 + COVERS / 2))


def _kind(low: float, high: float) -> MoveVerdictKind:
    if low > 0:
        return MoveVerdictKind.IMPROVED
    return MoveVerdictKind.WORSE if high < 0 else MoveVerdictKind.INCONCLUSIVE
