"""Results per unit of money over a few days, and how far chance alone moves them: what verdicts are made from.

Exposure is spend times the share of its results that is reported by now, so that young days are not held to be bad.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ASSUMED_CHANCE, ASSUMED_WORTH = 1.5, 4.0
"""Daily counts vary more than independent events; so much is believed before any are seen, as if from four days."""
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Days:
    """Days of one campaign, in order; results are counts."""

    exposure: Sequence[float]
    results: Sequence[int]

    @property
    def exposed(self) -> float:
        return float(sum(self.exposure))

    @property
    def counted(self) -> int:
        return int(sum(self.results))


def chance_in(stretches: Sequence[Days]) -> float:
    """How many times as much as independent events the daily counts vary around each stretch's own rate; at least 1."""
    worth, free = ASSUMED_CHANCE * ASSUMED_WORTH, ASSUMED_WORTH
    for days in stretches:
        exposure = np.asarray(days.exposure, dtype=float)
        used = exposure > 0
        if used.sum() < 2 or days.counted == 0:
            continue
        counts = np.asarray(days.results, dtype=float)[used]
        expected = counts.sum() * exposure[used] / exposure[used].sum()
        worth += float(((counts - expected) ** 2 / expected).sum())
        free += float(used.sum() - 1)
    return max(1.0, worth / free)


def log_change(before: Days, after: Days, chance: float) -> tuple[float, float]:
    """Of results per exposure, as a difference of logarithms, with its variance. Both must have been exposed."""
    first, later = before.counted + _HALF, after.counted + _HALF
    change = np.log(later / after.exposed) - np.log(first / before.exposed)
    return float(change), chance * (1 / first + 1 / later)


def spread_beyond_chance(groups: Sequence[tuple[Sequence[float], Sequence[float]]]) -> float:
    """Variance of the true values inside the groups of (values, variances), each around its own mean; 0 where chance
    explains all of it (DerSimonian and Laird's estimate)."""
    excess, scale = 0.0, 0.0
    for values, variances in groups:
        if len(values) < 2:
            continue
        y, weight = np.asarray(values), 1 / np.asarray(variances)
        mean = (weight * y).sum() / weight.sum()
        excess += float((weight * (y - mean) ** 2).sum()) - (len(y) - 1)
        scale += float(weight.sum() - (weight**2).sum() / weight.sum())
    return max(0.0, excess / scale) if scale > 0 else 0.0


def weighted_mean(values: Sequence[float], variances: Sequence[float]) -> tuple[float, float]:
    """With its variance; the surer a value, the more it counts."""
    weight = 1 / np.asarray(variances)
    return float((weight * np.asarray(values)).sum() / weight.sum()), float(1 / weight.sum())
