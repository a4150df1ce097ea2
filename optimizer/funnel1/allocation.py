"""Sharing money out so that one more unit brings about the same everywhere, inside limits, to the last unit."""

from dataclasses import dataclass

import numpy as np

from optimizer.funnel1.estimates import Floats, Ints, Layout

CURVE = 0.5
"""Results are taken to grow with spend to this power: an assumed saturating curve, for nobody has measured one."""
_HALVINGS = 80


@dataclass(frozen=True, slots=True)
class Shares:
    """What there is to share, in units: what each owner has, may have at least and at most, and how much it draws.

    `low` ≤ `now` ≤ `high` everywhere, so leaving everything as it is is always possible. `scale` is the spend at which
    `rate` (results per spend, relative to the pool) was seen.
    """

    now: Ints
    low: Ints
    high: Ints
    rate: Floats
    scale: Floats

    def results(self, amounts: Ints | Floats) -> Floats:
        """Expected results of each owner with these amounts, in a unit of the pool's own."""
        return np.asarray(self.rate * self.scale ** (1 - CURVE) * np.maximum(amounts, 0) ** CURVE, dtype=np.float64)

    @property
    def draw(self) -> Floats:
        """Amounts in this proportion bring the same results for one unit more."""
        return np.maximum(self.scale * self.rate ** (1 / (1 - CURVE)), 1e-9)


@dataclass(frozen=True, slots=True)
class Allocation:
    """`amounts` add up to what `now` did in each pool. `price` is what one unit more would bring, per pool."""

    amounts: Ints
    price: Floats


def allocate(shares: Shares, layout: Layout) -> Allocation:
    wanted = np.add.reduceat(shares.now, layout.first)
    exact, level = _level(shares, layout, wanted.astype(np.float64))
    return Allocation(_whole(exact, shares, layout, wanted), CURVE * level ** (CURVE - 1))


def _level(shares: Shares, layout: Layout, wanted: Floats) -> tuple[Floats, Floats]:
    """Bisection on the level per pool: the sum of clip(level × draw) rises with it."""
    draw = shares.draw
    below = np.log(np.minimum.reduceat(np.maximum(shares.low, 0.5) / draw, layout.first)) - 1
    above = np.log(np.maximum.reduceat((shares.high + 1.0) / draw, layout.first)) + 1
    for _ in range(_HALVINGS):
        middle = (below + above) / 2
        amounts = np.clip(layout.spread(np.exp(middle)) * draw, shares.low, shares.high)
        too_little = layout.total(amounts) < wanted
        below, above = np.where(too_little, middle, below), np.where(too_little, above, middle)
    level = np.exp(above)
    return np.clip(layout.spread(level) * draw, shares.low, shares.high), level


def _whole(exact: Floats, shares: Shares, layout: Layout, wanted: Ints) -> Ints:
    """Whole units: the largest fractions are rounded up until the sum is right."""
    amounts = np.floor(exact).astype(np.int64)
    missing = wanted - np.add.reduceat(amounts, layout.first)
    order = np.lexsort((amounts - exact, layout.of))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - layout.first[layout.of[order]]
    amounts += (rank < missing[layout.of]) & (amounts < shares.high)
    left = wanted - np.add.reduceat(amounts, layout.first)
    for pool in np.flatnonzero(left):
        _settle(amounts, shares, layout.of == pool, int(left[pool]))
    return amounts


def _settle(amounts: Ints, shares: Shares, inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], left: int) -> None:
    """What rounding left over in one pool, to whoever has room for it."""
    for place in np.flatnonzero(inside):
        room = shares.high[place] - amounts[place] if left > 0 else shares.low[place] - amounts[place]
        part = min(left, int(room)) if left > 0 else max(left, int(room))
        amounts[place] += part
        left -= part
