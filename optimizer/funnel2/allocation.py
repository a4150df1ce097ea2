"""Sharing money out so that one more unit brings the same everywhere, inside limits, exact to the unit.

Results of an owner grow with its budget s like `rate * scale * log(1 + s / scale)`: concave, with a slope of `rate` at
nothing. The best split equalises slopes, and each amount is a clipped line in the reciprocal of that slope.
"""

from dataclasses import dataclass

import numpy as np

from optimizer.funnel2.layout import Floats, Ints, Layout

_STEPS = 60
_CLOSE = 0.1
"""Of a unit: rounding settles the rest."""


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
    return _whole(share_out(curves, low, high, wanted, layout), low, high, wanted, layout)


def share_out(curves: Curves, low: Ints, high: Ints, totals: Ints, layout: Layout) -> Floats:
    """Before rounding; sums are right to a fraction of a unit.

    Newton's method on the reciprocal of the slope, kept inside a bracket: the sum is a rising chain of lines.
    """
    gain = np.maximum(curves.rate * curves.scale, 1e-300)
    floor, ceiling = low.astype(np.float64), high.astype(np.float64)
    wanted = np.clip(totals.astype(np.float64), layout.total(floor), layout.total(ceiling))
    below = np.minimum.reduceat((floor + curves.scale) / gain, layout.first)
    above = np.maximum.reduceat((ceiling + curves.scale) / gain, layout.first)
    level = np.clip((wanted + layout.total(curves.scale)) / layout.total(gain), below, above)
    amounts = floor
    for _ in range(_STEPS):
        line = level[layout.of] * gain - curves.scale
        amounts = np.minimum(np.maximum(line, floor), ceiling)
        missing = wanted - layout.total(amounts)
        if (np.abs(missing) <= _CLOSE).all():
            break
        short = missing > 0
        below, above = np.where(short, level, below), np.where(short, above, level)
        slope = layout.total(np.where(amounts == line, gain, 0.0))
        step = level + missing / np.maximum(slope, 1e-300)
        inside = (step > below) & (step < above) & (slope > 0)
        level = np.where(inside | (np.abs(missing) <= _CLOSE), np.where(inside, step, level), (below + above) / 2)
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
