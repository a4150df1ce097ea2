"""The working scale of a series, and what it owes to the hour of the day."""

import numpy as np
from numpy.typing import NDArray

from optimizer.detecting.history import Floats

_FINE = 0.02
_COMMON = 0.05


def scale_of(values: Floats) -> float | None:
    """The unit below which differences stop being ratios; None while every value is zero.

    Far above it the working scale is a logarithm. Where zeros or negative values are ordinary a ratio means nothing,
    and the scale stays straight up to the usual size.
    """
    sizes = np.abs(values[values != 0])
    if len(sizes) == 0:
        return None
    part = 1.0 if np.mean(values <= 0) > _COMMON else _FINE
    return float(np.median(sizes)) * part


def scaled(values: Floats, scale: float) -> Floats:
    return np.asarray(np.arcsinh(values / scale))


def profile(at: Floats, hours: NDArray[np.int64], scaled_values: Floats) -> Floats:
    """For each hour of the day how far values usually lie from the middle of their own 24 hours: [24].

    Medians, so that a spike leaves no trace; hours that were hardly seen stay near zero.
    """
    day = ((at[-1] - at) // 24).astype(np.int64)
    apart = scaled_values.copy()
    for number in np.unique(day):
        of_day = day == number
        apart[of_day] -= np.median(apart[of_day])
    usual = np.zeros(24)
    for hour in np.unique(hours):
        seen = apart[hours == hour]
        usual[hour] = np.median(seen) * len(seen) / (len(seen) + 1)
    return usual
