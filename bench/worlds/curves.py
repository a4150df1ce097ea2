"""Response curves: what a daily budget brings, for four families. All rise, bend down from the start and are 1 at 1.

`x` is a daily budget over the ad set's own scale. `shape` is the exponent of a power curve; the others have none.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

HILL_EXPONENT = 0.8
_STEPS = 36


class Family(IntEnum):
    POWER = 0
    LOG = 1
    EXPONENTIAL = 2
    HILL = 3


def response(family: Ints, shape: Floats, x: Floats) -> Floats:
    """Results per day in units of those at x = 1."""
    hill = x**HILL_EXPONENT
    return np.select(
        [family == Family.POWER, family == Family.LOG, family == Family.EXPONENTIAL],
        [x**shape, np.log1p(x) / np.log(2), -np.expm1(-x) / -np.expm1(-1.0)],
        2 * hill / (1 + hill),
    )


def inverse_slope(family: Ints, shape: Floats, slope: Floats) -> Floats:
    """The x at which one more unit brings `slope`; 0 where even the first brings less."""
    safe = np.maximum(slope, 1e-30)
    return np.select(
        [family == Family.POWER, family == Family.LOG, family == Family.EXPONENTIAL],
        [
            (shape / safe) ** (1 / (1 - shape)),
            np.maximum(1 / (safe * np.log(2)) - 1, 0),
            np.maximum(-np.log(safe * -np.expm1(-1.0)), 0),
        ],
        # Of a Hill curve only the slope has a closed form; it falls all the way, so a table inverts it.
        np.exp(np.interp(-np.log(safe), -_HILL_LOG_SLOPES, _HILL_LOG_X)),
    )


def split(
    family: Ints, shape: Floats, worth: Floats, scale: Floats, box: tuple[Floats, Floats], total: Floats
) -> Floats:
    """Budgets [..., arms] inside `box` with the most results, of those that spend at most `total` [..., 1].

    `worth` is the results per day at the ad set's scale.
    """
    low, high = box
    unit = np.maximum(worth, 1e-30) / scale
    # Between the slopes of a fortune and of a trifle, as logarithms.
    top = np.log(unit.max(axis=-1, keepdims=True))
    down, up = top - 40, top + 20
    for _ in range(_STEPS):
        middle = (down + up) / 2
        wanted = np.clip(inverse_slope(family, shape, np.exp(middle) / unit) * scale, low, high)
        over = wanted.sum(axis=-1, keepdims=True) > total
        down = np.where(over, middle, down)
        up = np.where(over, up, middle)
    return np.clip(inverse_slope(family, shape, np.exp(up) / unit) * scale, low, high)


_HILL_LOG_X = np.linspace(-20, 12, 4000)
_HILL_LOG_SLOPES = (
    np.log(2 * HILL_EXPONENT) + (HILL_EXPONENT - 1) * _HILL_LOG_X - 2 * np.log1p(np.exp(HILL_EXPONENT * _HILL_LOG_X))
)
