"""Whether a rate rises or falls over days, beyond what chance in counting makes of it; many ad sets at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.domain.states import Trend

Floats = NDArray[np.float64]

WEEK = 7.0
MATURE = 0.5
"""A day counts once this share of its results is reported; what is missing then is corrected for."""
SURE = 0.99
"""Probability from which a direction is told."""
STEADY_WITHIN = 0.10
"""A week: an interval inside it is called steady."""
_LEAST_DAYS, _LEAST_COUNT = 6, 20.0
_USUAL_SLOPE = 0.25
"""Standard deviation of true weekly changes, of the logarithm: larger ones need more evidence."""
_DISPERSION_WORTH = 4.0
_SEASON_WORTH = 100.0
_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Days:
    """[ad set, day], oldest first. `counts` are results, or clicks, with NaN where nothing was told; `share` is how
    much of each day's count is reported by now. `weekday` is [day], 0 to 6. What is bought counts by `spend`."""

    spend: Floats
    counts: Floats
    share: Floats
    weekday: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trends:
    """[ad set]. Change per week as a share (0.1: 10 % more), with an 80 % interval; NaN where nothing can be said."""

    kinds: list[Trend]
    per_week: Floats
    low: Floats
    high: Floats


def trend(days: Days) -> Trends:
    """Of counts per spend. The weekday is removed by what all ad sets together show; days that vary more than counting
    explains make intervals wider."""
    usable = (days.share >= MATURE) & np.isfinite(days.counts) & (days.spend > 0)
    exposure = np.where(usable, days.spend * days.share, 0.0)
    counts = np.where(usable, np.maximum(np.nan_to_num(days.counts), 0.0), 0.0)
    exposure = exposure * _season(exposure, counts, days.weekday)
    weeks = np.arange(days.spend.shape[1]) / WEEK
    enough = (usable.sum(axis=1) >= _LEAST_DAYS) & (counts.sum(axis=1) >= _LEAST_COUNT)
    slope, error = _slopes(exposure, counts, weeks, enough)
    shrunk = 1 / (1 + (error / _USUAL_SLOPE) ** 2)
    # Few days tell little of how much days vary, hence Student's t.
    spread = error * np.sqrt(shrunk)
    freedom = np.maximum(usable.sum(axis=1) - 2, 1) + _DISPERSION_WORTH
    wide = special.stdtrit(freedom, 0.9) * spread
    low, high = np.expm1(slope * shrunk - wide), np.expm1(slope * shrunk + wide)
    above = special.stdtr(freedom, slope * shrunk / np.maximum(spread, 1e-12))
    kinds = [
        _kind(float(chance), float(one), float(other)) if known else Trend.UNKNOWN
        for known, chance, one, other in zip(enough, above, low, high, strict=True)
    ]
    nothing = np.where(enough, 0.0, np.nan)
    return Trends(kinds, np.expm1(slope * shrunk) + nothing, low + nothing, high + nothing)


def _kind(above: float, low: float, high: float) -> Trend:
    if above >= SURE:
        return Trend.RISING
    if above <= 1 - SURE:
        return Trend.FALLING
    return Trend.STEADY if low >= -STEADY_WITHIN and high <= STEADY_WITHIN else Trend.UNKNOWN


def _season(exposure: Floats, counts: Floats, weekday: NDArray[np.int64]) -> Floats:
    """[day]: how the rate of its weekday compares with the others', over all ad sets, each by its own rate.

    Nothing is removed before each weekday was seen twice: it would take the trend away with it.
    """
    if np.bincount(weekday, minlength=7).min() < 2:
        return np.ones(len(weekday))
    own = counts.sum(axis=1, keepdims=True) / np.maximum(exposure.sum(axis=1, keepdims=True), 1e-12)
    expected, came = (exposure * own).sum(axis=0), counts.sum(axis=0)
    # Beside a common trend, which is not the weekdays' doing; a weekday without much behind it stays near one.
    of_day = np.eye(7)[weekday]
    table = np.column_stack([np.ones(len(weekday)), np.arange(len(weekday)) - len(weekday) / 2, of_day])
    lean = np.diag([0.0, 0.0] + [_SEASON_WORTH] * 7)
    apart = np.log((came + 1) / (expected + 1))
    found = np.linalg.lstsq(table.T @ (expected[:, None] * table) + lean, table.T @ (expected * apart), rcond=None)[0]
    return np.asarray(np.exp(of_day @ found[2:]))


def _slopes(exposure: Floats, counts: Floats, weeks: Floats, enough: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Poisson regression of each row on time by Newton's method: change of the log rate per week, standard error."""
    total = np.maximum(exposure.sum(axis=1, keepdims=True), 1e-12)
    rate = np.log(np.maximum(counts.sum(axis=1, keepdims=True), 0.5) / total)
    slope = np.zeros_like(rate)
    middle = weeks - (exposure @ weeks)[:, None] / total
    for _ in range(_ROUNDS):
        expected = exposure * np.exp(np.clip(rate + slope * middle, -60, 60))
        first, second, both = expected.sum(1), (expected * middle**2).sum(1), (expected * middle).sum(1)
        missing, leaning = (counts - expected).sum(1), ((counts - expected) * middle).sum(1)
        size = np.maximum(first * second - both**2, 1e-12)
        rate = rate + np.clip((second * missing - both * leaning) / size, -1, 1)[:, None]
        slope = np.clip(slope + np.clip((first * leaning - both * missing) / size, -1, 1)[:, None], -5, 5)
    expected = np.maximum(exposure * np.exp(np.clip(rate + slope * middle, -60, 60)), 1e-9)
    used = exposure > 0
    excess = np.where(used, (counts - expected) ** 2 / expected, 0.0).sum(axis=1)
    freedom = np.maximum(used.sum(axis=1) - 2, 1)
    varied = np.maximum((excess + _DISPERSION_WORTH) / (freedom + _DISPERSION_WORTH), 1.0)
    error = np.sqrt(varied / np.maximum((expected * middle**2).sum(axis=1), 1e-12))
    return np.where(enough, slope[:, 0], 0.0), np.where(enough, error, 1.0)
