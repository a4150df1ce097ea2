"""The last weeks of one series: what came when, what it was without its hour of day, how strange it looked."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

KEPT_HOURS = 28 * 24
_ROWS = 1024


class History:
    """Rows in order of time, oldest first; what is older than four weeks is forgotten.

    Columns: hour since 1970, hour of the day, value, value on the working scale without its hour of the day, and
    the evidence of each stretch (NaN where there was none).
    """

    def __init__(self, stretches: int) -> None:
        self._rows = np.empty((_ROWS, 4 + stretches))
        self._first = self._end = 0

    def __len__(self) -> int:
        return self._end - self._first

    @property
    def rows(self) -> Floats:
        return self._rows[self._first : self._end]

    @property
    def at(self) -> Floats:
        return self.rows[:, 0]

    @property
    def hours(self) -> NDArray[np.int64]:
        return self.rows[:, 1].astype(np.int64)

    @property
    def values(self) -> Floats:
        return self.rows[:, 2]

    @property
    def levels(self) -> Floats:
        return self.rows[:, 3]

    @property
    def evidence(self) -> Floats:
        return self.rows[:, 4:]

    def add(self, at: float, hour: int, value: float, level: float, evidence: Floats) -> None:
        self._forget(at)
        self._rows[self._end, :4] = at, hour, value, level
        self._rows[self._end, 4:] = evidence
        self._end += 1

    def between(self, after: float, until: float) -> Floats:
        """Levels of the rows with after < time ≤ until."""
        first, end = np.searchsorted(self.at, (after, until), side="right")
        return self.levels[first:end]

    def before(self, until: float, count: int) -> Floats:
        """Levels of the last so many rows up to a time."""
        end = int(np.searchsorted(self.at, until, side="right"))
        return self.levels[max(0, end - count) : end]

    def _forget(self, now: float) -> None:
        self._first += int(np.searchsorted(self.at, now - KEPT_HOURS))
        if self._end < len(self._rows):
            return
        kept = self.rows.copy()
        if 2 * len(kept) > len(self._rows):
            self._rows = np.empty((2 * len(self._rows), self._rows.shape[1]))
        self._first, self._end = 0, len(kept)
        self._rows[: len(kept)] = kept
