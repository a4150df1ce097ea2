"""Learning the score from what came of it: coefficients of a workspace's own, pulled to the built-in ones.

A logistic regression over features relative to the campaign, whose penalty is on the distance from the built-in
model. With little history it is the built-in model, with much it is whatever the history says. Trees gain nothing on
these features (`bench/prediction.py` compares), and coefficients are plain numbers.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from optimizer.scoring.arms import Floats, Ints, Panel
from optimizer.scoring.features import NAMES, Bools, features
from optimizer.scoring.model import BUILT_IN, Model

PENALTIES = (10.0, 100.0, 1000.0)
FOLDS = 4


@dataclass(frozen=True, slots=True)
class Examples:
    """Ad sets that were looked at on a day, and what came of them in the week after.

    `panel`'s groups are one campaign on one day each; `campaign` and `day` say which. `outcome` is the conversions per
    spend that came, relative to the campaign's; `above` where that is more than 1.
    """

    panel: Panel
    outcome: Floats
    campaign: Ints
    day: Ints

    @property
    def above(self) -> Bools:
        return np.asarray(self.outcome > 1)

    def of(self, rows: Bools) -> "Examples":
        """Those rows; the groups keep all arms that are chosen, so choose whole campaigns and days."""
        groups, places = np.unique(self.panel.campaign[rows], return_inverse=True)
        panel = Panel(self.panel.counts[rows], places.astype(np.int64), len(groups))
        return Examples(panel, self.outcome[rows], self.campaign[rows], self.day[rows])


def relative_outcome(spend: Floats, conversions: Floats, all_spend: Floats, all_conversions: Floats) -> Floats:
    """Conversions per spend over the campaign's; 0 where the campaign, or the ad set, brought none.

    Counts are whole, so equal ratios come out as exactly 1, which is not above.
    """
    due = spend * all_conversions
    return np.divide(conversions * all_spend, due, out=np.zeros_like(due), where=due > 0)


@dataclass(frozen=True, slots=True)
class _Task:
    """Standardised features, the built-in coefficients on that scale (intercept first), labels and campaigns."""

    table: Floats
    start: Floats
    above: Bools
    campaign: Ints


def fit(examples: Examples, name: str) -> Model:
    """Penalty and calibration are chosen on campaigns that were held out of the fit. Same examples, same model."""
    seen = features(examples.panel)
    middle, scale = seen.table.mean(axis=0), np.maximum(seen.table.std(axis=0), 1e-6)
    table = np.column_stack([np.ones(len(seen.table)), (seen.table - middle) / scale])
    task = _Task(table, _built_in(middle, scale), examples.above, examples.campaign)
    held_out = {penalty: _held_out(task, penalty) for penalty in PENALTIES}
    penalty = min(PENALTIES, key=lambda one: _loss(held_out[one], task.above))
    slope, shift = _calibration(held_out[penalty], task.above)
    found = _coefficients(task, penalty) * slope
    found[0] += shift
    weights = found[1:] / scale
    return Model(name, NAMES, tuple(weights.tolist()), float(found[0] - weights @ middle))


def _built_in(middle: Floats, scale: Floats) -> Floats:
    weights = np.zeros(len(NAMES))
    weights[[NAMES.index(name) for name in BUILT_IN.names]] = BUILT_IN.weights
    return np.concatenate([[BUILT_IN.intercept + weights @ middle], weights * scale])


def _coefficients(task: _Task, penalty: float, rows: Ints | None = None) -> Floats:
    table, above = (task.table, task.above) if rows is None else (task.table[rows], task.above[rows])
    sign = np.where(above, 1.0, -1.0)

    def loss(found: Floats) -> tuple[float, Floats]:
        odds = (table @ found) * sign
        away = found - task.start
        away[0] = 0.0
        slope = -table.T @ (sign * special.expit(-odds)) + penalty * away
        return float(np.logaddexp(0, -odds).sum() + penalty * (away @ away) / 2), slope

    return np.asarray(optimize.minimize(loss, task.start, jac=True, method="L-BFGS-B").x, dtype=np.float64)


def _held_out(task: _Task, penalty: float) -> Floats:
    """Log odds of each row by a fit that knows nothing of its campaign."""
    # Only a training needs it, and every worker that starts would wait a second for it.
    from sklearn.model_selection import GroupKFold

    odds = np.zeros(len(task.above))
    for rest, fold in GroupKFold(FOLDS).split(task.table, groups=task.campaign):
        odds[fold] = task.table[fold] @ _coefficients(task, penalty, rest)
    return odds


def _loss(odds: Floats, above: Bools) -> float:
    return float(np.logaddexp(0, -odds * np.where(above, 1.0, -1.0)).sum())


def _calibration(odds: Floats, above: Bools) -> tuple[float, float]:
    """Slope and shift of the log odds that fit what came; near (1, 0) unless the history is long enough to say so."""

    def loss(found: Floats) -> float:
        return _loss(found[0] * odds + found[1], above) + 50 * float((found[0] - 1) ** 2 + found[1] ** 2)

    slope, shift = optimize.minimize(loss, np.array([1.0, 0.0]), method="L-BFGS-B", bounds=[(0.2, 3), (-2, 2)]).x
    return float(slope), float(shift)
