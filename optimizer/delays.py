"""How late conversions are reported: the share of a cohort's that is known by the age of its clicks.

A platform restates the days of four weeks. The share is learnt from account days that were read several times, pooled
over an account, and leans on a prior while there are few. Ages are hours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

EDGES: Floats = np.array([0, 1, 3, 6, 12, 24, 48, 96, 168, 336, 672], dtype=np.float64)
"""Ages between which conversions are taken to be reported evenly; none comes after the last."""
PRIOR_WORTH = 30.0
"""Conversions: so many seen ones weigh as much as the prior does."""
_ROUNDS = 60
_DAY = 24


@dataclass(frozen=True, slots=True)
class DelayCurve:
    """`shares[i]` of all conversions are known at age `EDGES[i]`: rises from 0 to 1."""

    shares: tuple[float, ...]


# Published display data: a third within an hour, more than half within a day, the rest over weeks. Where the platform
# counts a conversion under its own day instead of the click's, most is known sooner; this stands between the two.
PRIOR = DelayCurve((0.0, 0.45, 0.53, 0.58, 0.64, 0.73, 0.80, 0.87, 0.93, 0.97, 1.0))


@dataclass(frozen=True, slots=True)
class Cohort:
    """One account day as it was read over time: `hours` since the day began, rising, and what was counted by then."""

    hours: Floats
    clicks: Floats
    conversions: Floats


def reported_share(age_hours: ArrayLike, curve: DelayCurve = PRIOR) -> Floats:
    """Of the conversions that clicks of this age will ever bring, the share that is reported: 0 to 1, any shape."""
    return np.asarray(np.interp(np.asarray(age_hours, dtype=np.float64), EDGES, curve.shares))


def share_of_day(hours: ArrayLike, curve: DelayCurve = PRIOR) -> Floats:
    """The same for a whole account day, so many hours after it began, its clicks so far being spread evenly over it."""
    since = np.asarray(hours, dtype=np.float64)
    part = (np.arange(_DAY) + 0.5) / _DAY
    clicked = np.minimum(np.maximum(since, 0.0), _DAY)[..., None] * part
    return np.asarray(reported_share(since[..., None] - clicked, curve).mean(axis=-1))


def estimate(cohorts: Sequence[Cohort], prior: DelayCurve = PRIOR) -> DelayCurve:
    """The most likely curve, by expectation maximisation over the ages at which conversions may have come.

    Days that are still young say nothing of ages that they have not reached, which keeps them from making delays look
    short. What the platform took back counts as never said.
    """
    seen = [(_exposure(cohort), _news(cohort)) for cohort in cohorts if _is_usable(cohort)]
    before = np.diff(prior.shares)
    share = before
    for _ in range(_ROUNDS if seen else 0):
        came, asked = PRIOR_WORTH * before, np.full(len(before), PRIOR_WORTH)
        for exposure, news in seen:
            likely = exposure * share
            total = likely.sum(axis=1)
            known = total > 0
            came = came + (news[known, None] * likely[known] / total[known, None]).sum(axis=0)
            asked = asked + exposure.sum(axis=0) * news[known].sum() / max(float(total.sum()), 1e-12)
        share = came / asked
        share = share / share.sum()
    rising = np.concatenate([[0.0], np.minimum(np.cumsum(share), 1.0)])
    rising[-1] = 1.0
    return DelayCurve(tuple(float(part) for part in rising))


def _is_usable(cohort: Cohort) -> bool:
    return len(cohort.hours) > 0 and bool(cohort.clicks[-1] > 0) and bool(cohort.conversions[-1] > 0)


def _news(cohort: Cohort) -> Floats:
    """Conversions that each reading told of first."""
    lasting = np.minimum.accumulate(cohort.conversions[::-1])[::-1]
    return np.diff(np.maximum(lasting, 0.0), prepend=0.0)


def _exposure(cohort: Cohort) -> Floats:
    """[reading, bin]: clicks whose age passed through how much of each bin since the reading before."""
    counted = np.maximum.accumulate(np.maximum(cohort.clicks, 0.0))
    grid = np.arange(_DAY + 1, dtype=np.float64)
    by_hour = np.interp(grid, np.minimum(np.concatenate([[0.0], cohort.hours]), _DAY), np.concatenate([[0.0], counted]))
    clicks, clicked = np.diff(by_hour), grid[:-1] + 0.5
    age = np.concatenate([[0.0], cohort.hours])[:, None] - clicked
    inside = np.clip(age[..., None] - EDGES[:-1], 0.0, np.diff(EDGES)) / np.diff(EDGES)
    return np.asarray((np.diff(inside, axis=0) * clicks[:, None]).sum(axis=1))
