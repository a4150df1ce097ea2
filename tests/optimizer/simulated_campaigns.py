"""Campaigns whose true course is known: daily counts that vary more than independent events, drifting by themselves."""

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from optimizer.counting import Days
from optimizer.verdicts import BeforeAfter

VARIES = 1.4
"""Variance of daily counts over their mean."""
SPEND = 10_000.0


def days(rng: Generator, per_day: float, number: int, spend: float = SPEND) -> Days:
    """`per_day` results are expected of each day's spend."""
    shape = max(per_day, 1e-9) / (VARIES - 1)
    counts = rng.poisson(rng.gamma(shape, VARIES - 1, number))
    return Days([spend] * number, [int(count) for count in counts])


def before_after(rng: Generator, per_day: float, change: float, number: int = 6) -> BeforeAfter:
    """`change` is on the scale of logarithms."""
    return BeforeAfter(days(rng, per_day, number), days(rng, per_day * float(np.exp(change)), number))


def account(rng: Generator, sizes: Sequence[float], *, common: float = 0.2, own: float = 0.1) -> list[BeforeAfter]:
    """Campaigns that nothing was done to: they share one drift and each has some of its own."""
    shared = rng.normal(0, common)
    return [before_after(rng, size, shared + rng.normal(0, own)) for size in sizes]
