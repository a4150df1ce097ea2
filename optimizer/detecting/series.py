"""Alerts on one hourly series, point by point, from its past alone: spikes, collapses, and levels that shift."""

import math
from datetime import UTC, datetime

import numpy as np

from optimizer.detecting.history import Floats, History
from optimizer.detecting.season import profile, scale_of, scaled
from optimizer.detecting.surprise import Tail

STRETCHES = (1, 2, 4, 8)
"""Hours whose middle is held against what was before: one for a spike, more for a level that shifted."""
_NEAR, _FAR = 12.0, 14 * 24.0
_LEAST = 6
_RENEW = 3.0
_WARM_HOURS, _WARM_POINTS = 120.0, 72
_SECOND = 1 / 3600
_AGREEING = 0.15
"""What further stretches that agree add to the strongest."""


class Detector:
    """One per series. Values may have any unit and sign, hours may be missing; naive times are taken as UTC.

    A stretch is strange where it differs, in one direction, both from the hours before it and from the last two weeks:
    a return to the usual level is no second alert, nor is a slow drift.
    """

    def __init__(self) -> None:
        self._past = History(len(STRETCHES))
        self._began: float | None = None
        self._fitted_at = -math.inf
        self._scale: float | None = None
        self._usual = np.zeros(24)
        self._tails: list[Tail | None] = [None] * len(STRETCHES)

    def point(self, timestamp: datetime, value: float) -> float:
        """How strange: about -log10 of the probability by chance. 0 while less than five days are known, for what is
        not a number, and for usual values. A point that is not newer than the last is answered and not kept."""
        if not math.isfinite(value):
            return 0.0
        moment = timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC)
        at = moment.timestamp() / 3600
        self._began = at if self._began is None else self._began
        if at - self._fitted_at >= _RENEW or len(self._past) < _WARM_POINTS:
            self._fit(at)
        scale = self._scale or scale_of(np.array([value])) or 1.0
        level = float(np.arcsinh(value / scale)) - float(self._usual[timestamp.hour])
        evidence = np.array([self._evidence(at, level, hours) for hours in STRETCHES])
        if not len(self._past) or at > self._past.at[-1]:
            self._past.add(at, timestamp.hour, value, level, evidence)
        if len(self._past) < _WARM_POINTS or at - self._began < _WARM_HOURS:
            return 0.0
        return self._score(evidence)

    def _fit(self, at: float) -> None:
        """Scale, daily pattern and tails from what is known by now."""
        past = self._past
        self._fitted_at = at
        self._scale = scale_of(past.values)
        if self._scale is None:
            return
        values = scaled(past.values, self._scale)
        self._usual = profile(past.at, past.hours, values)
        past.levels[:] = values - self._usual[past.hours]
        self._tails = [Tail.of(column) for column in past.evidence.T]

    def _evidence(self, at: float, level: float, hours: int) -> float:
        """The distance of the last so many hours from what was before; NaN where there is too little to say."""
        before = at - hours + _SECOND
        last = np.append(self._past.between(before, at - _SECOND), level)
        near = self._past.between(before - max(_NEAR, 6.0 * hours), before)
        if len(near) < _LEAST or len(last) < hours / 2:
            return math.nan
        far = self._past.between(before - _FAR, before)
        return _apart(float(np.median(last)), near, far)

    def _score(self, evidence: Floats) -> float:
        found = [
            tail.surprise(float(strength)) if tail and math.isfinite(strength) else 0.0
            for tail, strength in zip(self._tails, evidence, strict=True)
        ]
        return max(found) + _AGREEING * (sum(found) - max(found))


def _apart(middle: float, near: Floats, far: Floats) -> float:
    """From the nearer of the two, and nothing where it lies between them."""
    one, other = middle - float(np.median(near)), middle - float(np.median(far))
    return min(abs(one), abs(other)) if one * other > 0 else 0.0
