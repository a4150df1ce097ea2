"""Sharing money out so that one more unit brings the same everywhere, inside limits, exact to the unit.

Results of an owner grow with its budget s like `rate * scale * log(1 + s / scale)`: concave, with a slope of `rate` at
nothing. The best split equalises slopes, and each amount is a clipped line in the reciprocal of that slope.
"""

from dataclasses import dataclass

import numpy as np

from optimizer.funnel2.layout import Floats, Ints, Layout

_STEPS = 60


@dataclass(frozen=True, slots=True)
class Curves:
    """`rate`: results per unit at the first unit; `scale`: units at which the slope has halved."""

    rate: Floats
    scale: Floats

    def results(self, amounts: Floats | Ints) -> Floats:
        return np.asarray(self.rate * self.scale * np.log1p(np.maximum(amounts, 0) / self.scale), dtype=np.float64)

    def slope(self, amounts: Floats | Ints) -> Floats:
        return np.asarray(self.rate / (1 + np.maximum(amounts, 0) / self.scale), dtype=np.float64)


def allocate(curves: Curves, low: Ints, high: Ints, totals: Ints, layout: Layout) -> Ints:
    """Whole units, per owner between `low` and `high`, that add up to `totals` of each pool.

    Where the limits do not allow the total, the nearest to it that they do.
    """
    wanted = np.clip(totals, layout.total(low).astype(np.int64), layout.total(high).astype(np.int64))
    exact = _exact(curves, low, high, wanted.astype(np.float64), layout)
    return _whole(exact, low, high, wanted, layout)


def _exact(curves: Curves, low: Ints, high: Ints, wanted: Floats, layout: Layout) -> Floats:
    """Newton's method on the reciprocal of the slope, kept inside a bracket: the sum is a rising chain of lines."""
    gain = np.maximum(curves.rate * curves.scale, 1e-300)
    floor, ceiling = low.astype(np.float64), high.astype(np.float64)
    rises = (floor + curves.scale) / gain
    below = np.minimum.reduceat(rises, layout.first)
    above = np.maximum.reduceat((ceiling + curves.scale) / gain, layout.first)
    level = (wanted + layout.total(curves.scale)) / layout.total(gain)
    level = np.clip(level, below, above)
    amounts = floor
    for _ in range(_STEPS):
        line = layout.spread(level) * gain - curves.scale
        amounts = np.clip(line, floor, ceiling)
        missing = wanted - layout.total(amounts)
        if np.all(np.abs(missing) <= 1e-9 * np.maximum(wanted, 1.0)):
            break
        below, above = np.where(missing > 0, level, below), np.where(missing > 0, above, level)
        slope = layout.total(np.where((line > floor) & (line < ceiling), gain, 0.0))
        step = level + missing / np.maximum(slope, 1e-300)
        inside = (step > below) & (step < above) & (slope > 0)
        level = np.where(inside, step, (below + above) / 2)
    return amounts


def _whole(exact: Floats, low: Ints, high: Ints, wanted: Ints, layout: Layout) -> Ints:
    """The largest fractions are rounded up until the sum is right; what numbers lost goes where there is room."""
    amounts = np.clip(np.floor(exact + 1e-9).astype(np.int64), low, high)
    missing = wanted - layout.total(amounts).astype(np.int64)
    order = np.lexsort((amounts - exact, layout.of))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - layout.first[layout.of[order]]
    amounts += (rank < missing[layout.of]) & (amounts < high)
    left = wanted - layout.total(amounts).astype(np.int64)
    for pool in np.flatnonzero(left):
        _settle(amounts, low, high, np.flatnonzero(layout.of == pool), int(left[pool]))
    return amounts


def _settle(amounts: Ints, low: Ints, high: Ints, places: Ints, left: int) -> None:
    for place in places:
        room = high[place] - amounts[place] if left > 0 else low[place] - amounts[place]
        part = min(left, int(room)) if left > 0 else max(left, int(room))
        amounts[place] += part
        left -= part
