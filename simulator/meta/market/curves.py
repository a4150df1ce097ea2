"""Hidden response curves: what more money buys, ever less of it.

`u` is spend over the spend at which the ad set was sized; every curve is concave, 0 at 0 and 1 at 1. Families: those of
media-mix models (Hill with exponent 1, power, logarithm, saturating exponential); `bend` is their one free parameter.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Family(IntEnum):
    HILL = 0
    POWER = 1
    LOG = 2
    EXPONENTIAL = 3


# From which range the bend of each family is drawn; outside of it a curve is still concave, power below 1.
BENDS = {Family.HILL: (0.4, 2.5), Family.POWER: (0.45, 0.8), Family.LOG: (1.5, 12.0), Family.EXPONENTIAL: (0.7, 2.2)}


def response(family: NDArray[np.uint8], bend: Floats, u: Floats) -> Floats:
    """HILL (1+b)u/(b+u); POWER u^b; LOG ln(1+bu)/ln(1+b); EXPONENTIAL (1-e^(-bu))/(1-e^(-b))."""
    return np.choose(
        family,
        [
            (1 + bend) * u / (bend + u),
            u**bend,
            np.log1p(bend * u) / np.log1p(bend),
            np.expm1(-bend * u) / np.expm1(-bend),
        ],
    )


def spend_at_slope(family: NDArray[np.uint8], bend: Floats, slope: Floats) -> Floats:
    """The `u` at which a further unit brings `slope`: the inverse of the derivative. 0 where it never does."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        found = np.choose(
            family,
            [
                np.sqrt((1 + bend) * bend / slope) - bend,
                (slope / bend) ** (1 / np.minimum(bend - 1, -1e-9)),
                1 / (slope * np.log1p(bend)) - 1 / bend,
                -np.log(slope * -np.expm1(-bend) / bend) / bend,
            ],
        )
    return np.asarray(np.nan_to_num(np.maximum(found, 0), posinf=1e12))
