"""The score of an ad set: how likely its conversions per spend of the next week lie above its campaign's."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from optimizer.scoring.arms import Arm, Floats, Panel, panel_of
from optimizer.scoring.features import Bools, features
from optimizer.scoring.model import BUILT_IN, Model

# The ends of an 80 % interval, in standard errors; and what one of them is on the scale of log odds.
_ENDS, _LOGISTIC = 1.2816, 1.702
# Where next week brings few conversions its chance is near even whatever the rate is. The interval is to tell how well
# the rate is known, so it is that of a week with some eight conversions at least.
_AHEAD_AT_MOST = 0.35
_NOTHING_KNOWN = (0.5, 0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Score:
    """`value` is a probability, `low` and `high` the ends of what it would be if the true rate were known (80 %).

    `enough` is False where the figures say next to nothing: too little was spent or brought, or there is no other ad
    set to compare with. Such a score is for statistics, not for people or rules.
    """

    value: float
    low: float
    high: float
    scored_by: str
    enough: bool


@dataclass(frozen=True, slots=True)
class Scores:
    """The same per arm of a panel, as arrays."""

    value: Floats
    low: Floats
    high: Floats
    enough: Bools


def score(campaign: Sequence[Arm], model: Model | None = None) -> list[Score]:
    """Scores of a campaign's ad sets, in their order; by the built-in model where there is none.

    Raises:
        ValueError: a count is negative, not finite or absurd, or an ad set has more than 14 rows.
    """
    return score_many([campaign], model)[0]


def score_many(campaigns: Sequence[Sequence[Arm]], model: Model | None = None) -> list[list[Score]]:
    """As `score`, for many campaigns at once; no campaign's scores depend on the others."""
    found = score_panel(panel_of(campaigns), model)
    by = (model or BUILT_IN).name
    columns = (found.value.tolist(), found.low.tolist(), found.high.tolist(), found.enough.tolist())
    every = (Score(value, low, high, by, enough) for value, low, high, enough in zip(*columns, strict=True))
    return [[next(every) for _ in campaign] for campaign in campaigns]


def score_panel(panel: Panel, model: Model | None = None) -> Scores:
    seen = features(panel)
    odds = (model or BUILT_IN).log_odds(seen)
    around = _ENDS * _LOGISTIC * seen.known / np.minimum(seen.ahead, _AHEAD_AT_MOST)
    told = (special.expit(odds), special.expit(odds - around), special.expit(odds + around))
    value, low, high = (
        np.where(seen.asked, found, unknown) for found, unknown in zip(told, _NOTHING_KNOWN, strict=True)
    )
    return Scores(value, low, high, seen.enough)
