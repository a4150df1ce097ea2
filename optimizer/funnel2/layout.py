"""Which budget owner belongs to which pool: arrays run over all owners of all pools, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Layout:
    """`first` is where each pool begins, `of` the pool of each owner. No pool is empty."""

    first: Ints
    of: Ints

    @classmethod
    def over(cls, sizes: Sequence[int] | Ints) -> "Layout":
        counts = np.asarray(sizes, dtype=np.int64)
        return cls(np.cumsum(counts) - counts, np.repeat(np.arange(len(counts)), counts))

    def total(self, values: NDArray[np.number]) -> Floats:
        """The sum over each pool."""
        return np.add.reduceat(np.asarray(values, dtype=np.float64), self.first)

    def spread(self, values: Floats) -> Floats:
        """A value of each pool, to each of its owners."""
        return np.asarray(values[self.of], dtype=np.float64)

    def pooled(self, values: NDArray[np.number]) -> Floats:
        """The sum over its pool, for each owner."""
        return self.spread(self.total(values))

    def mean(self, values: Floats, weights: Floats) -> Floats:
        """The weighed mean of its pool, for each owner; weights are above zero."""
        return self.pooled(values * weights) / self.pooled(weights)
