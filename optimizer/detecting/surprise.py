"""How improbable a piece of evidence is, by what the same series showed before: one scale for all series."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from optimizer.detecting.history import Floats

_USUAL = 0.9
_LEAST_START = 1.3
"""In robust standard deviations; below it nothing is in the tail."""
_HEAVINESS = 0.15
"""Shape of the tail beyond its start: heavier than exponential, so that no series calls everything impossible."""
_PRIOR_STEP, _PRIOR_SHARE, _PRIOR_WORTH = 0.7, 0.1, 20.0
_CUT = 4.0
_FLOOR = 0.03
"""Of the working scale, where it is three per cent: what varies less is no reason to look."""
ENOUGH = 24


@dataclass(frozen=True, slots=True)
class Tail:
    """Of evidence ≥ 0: a robust unit, where its tail starts, how much of it lies there, and how fast it thins out."""

    unit: float
    start: float
    share: float
    step: float

    @classmethod
    def of(cls, evidence: Floats) -> Self | None:
        """None while there is too little. Past anomalies are cut back, so that they do not hide the next one."""
        seen = evidence[np.isfinite(evidence)]
        if len(seen) < ENOUGH:
            return None
        unit = max(1.4826 * float(np.median(seen)), _FLOOR)
        start = max(float(np.quantile(seen / unit, _USUAL)), _LEAST_START)
        beyond = seen[seen > start * unit] / unit - start
        if len(beyond):
            beyond = np.minimum(beyond, _CUT * max(float(np.median(beyond)), 1.0))
        step = (float(beyond.sum()) + _PRIOR_WORTH * _PRIOR_STEP) / (len(beyond) + _PRIOR_WORTH)
        share = (len(beyond) + _PRIOR_WORTH * _PRIOR_SHARE) / (len(seen) + _PRIOR_WORTH)
        return cls(unit, start, share, step)

    def surprise(self, evidence: float) -> float:
        """-log10 of how often evidence is at least this strong; 0 inside the usual."""
        beyond = evidence / self.unit - self.start
        if beyond <= 0:
            return 0.0
        return float(-np.log10(self.share) + np.log10(1 + _HEAVINESS * beyond / self.step) / _HEAVINESS)
