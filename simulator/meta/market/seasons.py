"""How much of a day's traffic falls on each hour and weekday; pacing follows it, as Meta's does.

Measured ad price series have a best hour of 1.8 to 4.3 times the worst; the curves here lie in that range.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from simulator.meta.market.hours import Hour

# Peak hour, strength of one and of two waves a day, and the factor of weekend days.
_KINDS = ((20, 0.50, 0.10, 1.10), (12, 0.55, 0.05, 0.65), (18, 0.35, 0.22, 1.0), (21, 0.30, 0.0, 1.2))
EVENING = 0
KINDS = len(_KINDS)


def _week(peak: int, once: float, twice: float, weekend: float) -> NDArray[np.float64]:
    hour = 2 * np.pi * (np.arange(24) - peak) / 24
    day = 1 + once * np.cos(hour) + twice * np.cos(2 * hour)
    week = np.array([weekend, 1, 1, 1, 1, 1, weekend])
    return np.outer(week / week.mean(), day / day.sum())


# [kind, weekday, hour]: share of an average day's traffic; a week sums to 7.
WEIGHTS = np.stack([_week(*kind) for kind in _KINDS])


def weights(hour: Hour) -> NDArray[np.float64]:
    """Per kind of season, this hour's share of an average day."""
    return np.asarray(WEIGHTS[:, hour.weekday, hour.hour] * hour.length)


def total(parts: Iterable[Hour]) -> NDArray[np.float64]:
    return sum((weights(hour) for hour in parts), np.zeros(KINDS))
