"""Whether a model of a workspace's own deserves to serve: fitted on some of the history, judged on the rest.

Judged twice: on later weeks of campaigns that it was fitted on, and on campaigns it never saw. Between the last day it
was fitted on and the first it is judged on lies a gap as long as what is predicted, beside the predicted week itself.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from optimizer.scoring.arms import AHEAD, Floats
from optimizer.scoring.features import Bools, features
from optimizer.scoring.judging import Quality, quality, reliability
from optimizer.scoring.learning import Examples, fit
from optimizer.scoring.model import BUILT_IN, SMOOTHED, Model

RECIPE = 1
"""Counts up whenever the same history would give another model or another verdict."""
LATER = 0.25
"""Share of the days looked at, the newest ones, on which known campaigns are judged."""
ROWS, TEST_ROWS, CAMPAIGNS, TEST_CAMPAIGNS = 400, 100, 9, 3
Split = Literal["unseen", "later"]
SPLITS: tuple[Split, ...] = ("unseen", "later")


@dataclass(frozen=True, slots=True)
class Compared:
    """One split: our candidate, what serves without it, and the smoothed ratio, on the same rows."""

    model: Quality
    built_in: Quality
    baseline: Quality
    surely_better: bool
    """Its Brier score is below the built-in model's by more than one standard error over campaigns."""


@dataclass(frozen=True, slots=True)
class Trial:
    """`model` is None where there was too little to learn from; `better` whether it is to serve. `words` say why."""

    better: bool
    words: str
    model: Model | None = None
    compared: dict[Split, Compared] = field(default_factory=dict)
    bins: list[dict[str, float]] = field(default_factory=list)
    """Reliability on campaigns that it never saw."""


def attempt(history: Examples, held_out: Bools, name: str) -> Trial:
    """`held_out`: rows of campaigns that are kept from the fit. Same history, same trial."""
    parts = _parts(history, held_out)
    if reason := _too_little(*parts):
        return Trial(better=False, words=f"Too little history to learn from: {reason} The built-in model serves.")
    train, unseen, later = parts
    model = fit(train, name)
    tests: dict[Split, Examples] = {"unseen": unseen, "later": later}
    compared = {split: _compared(model, test) for split, test in tests.items()}
    reasons = [reason for split in SPLITS if (reason := _not_better(split, compared[split]))]
    bins = reliability(model.probability(features(unseen.panel)), unseen.above)
    words = " ".join(reasons) + " What served before goes on." if reasons else _better_words(compared)
    return Trial(not reasons, words, model, compared, bins)


def _parts(history: Examples, held_out: Bools) -> tuple[Examples, Examples, Examples]:
    """What it is fitted on, unseen campaigns, later days of known ones."""
    days = np.unique(history.day)
    first_later = days[max(0, len(days) - max(1, round(len(days) * LATER)))] if len(days) else 0
    early = history.day + 2 * AHEAD <= first_later
    late = history.day >= first_later
    return history.of(~held_out & early), history.of(held_out), history.of(~held_out & late)


def _too_little(train: Examples, unseen: Examples, later: Examples) -> str:
    campaigns, others = (len(np.unique(part.campaign)) for part in (train, unseen))
    if campaigns < CAMPAIGNS or others < TEST_CAMPAIGNS:
        return (
            f"{campaigns} campaigns with several ad sets to learn from and {others} to judge by; "
            f"it takes {CAMPAIGNS} and {TEST_CAMPAIGNS}."
        )
    if len(train.day) < ROWS:
        return f"{len(train.day)} weeks of ad sets whose outcome is known; it takes {ROWS}."
    for part, what in ((unseen, "of campaigns that it would not have seen"), (later, "of the newest days")):
        if len(part.day) < TEST_ROWS or part.above.all() or not part.above.any():
            return f"{len(part.day)} weeks {what} to judge by; it takes {TEST_ROWS} of both outcomes."
    return "" if train.above.any() and not train.above.all() else "all ad sets came out alike."


def _compared(model: Model, test: Examples) -> Compared:
    seen = features(test.panel)
    ours, built_in, baseline = (one.probability(seen) for one in (model, BUILT_IN, SMOOTHED))
    return Compared(
        quality(ours, test), quality(built_in, test), quality(baseline, test), _surely(ours, built_in, test)
    )


def _surely(ours: Floats, theirs: Floats, test: Examples) -> bool:
    """Rows of one campaign are not independent, so the error of the difference is one over campaigns."""
    gain = (theirs - test.above) ** 2 - (ours - test.above) ** 2
    sums = np.bincount(test.campaign, gain)[np.unique(test.campaign)]
    error = float(np.sqrt(np.sum((sums - sums.mean()) ** 2)))
    return bool(sums.sum() > error)


_WHERE: dict[Split, str] = {"unseen": "On campaigns it never saw", "later": "On later weeks of known campaigns"}


def _not_better(split: Split, found: Compared) -> str:
    """The first reason against it, or nothing."""
    ours = found.model
    for other, name in ((found.baseline, "the smoothed ratio"), (found.built_in, "the built-in model")):
        if ours.auc <= other.auc:
            return f"{_WHERE[split]} it orders no better than {name} (AUC {ours.auc:.3f} against {other.auc:.3f})."
        if ours.brier >= other.brier:
            return f"{_WHERE[split]} it is further off than {name} (Brier {ours.brier:.4f} against {other.brier:.4f})."
    if not found.surely_better:
        return f"{_WHERE[split]} its gain over the built-in model is within what chance does."
    return ""


def _better_words(compared: dict[Split, Compared]) -> str:
    told = ", ".join(
        f"{_WHERE[split].lower()} AUC {one.model.auc:.3f} against {one.baseline.auc:.3f} "
        f"and Brier {one.model.brier:.4f} against {one.baseline.brier:.4f}"
        for split, one in compared.items()
    )
    return f"It beats the smoothed ratio and the built-in model: {told}."
