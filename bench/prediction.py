"""How well ad sets are told apart that will bring more than their campaign: `python -m bench.prediction`.

Simulated panels of many kinds, those apart on which the built-in model was not fitted. The learners see campaigns on
their first days; judged are later days of these, and campaigns they never saw. The built-in model learns nothing here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import leather
import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bench.installation import FOLDER
from bench.panels import FAMILIES, HELD_BACK, Family, examples, simulate
from optimizer.scoring.arms import AHEAD, CONVERSIONS, SPEND
from optimizer.scoring.features import features
from optimizer.scoring.judging import Quality, quality, reliability
from optimizer.scoring.learning import Examples, fit
from optimizer.scoring.model import BUILT_IN, SMOOTHED

Floats = npt.NDArray[np.float64]
Guess = Callable[[Examples], Floats]
SEED, CAMPAIGNS, DAYS, EVERY = 61, 60, 110, 5
LATER = 80
PLOT = FOLDER.parent / "score-reliability.svg"


@dataclass(frozen=True, slots=True)
class Row:
    """Mean quality over the families of a group; `behind` counts those in which AUC or Brier is worse than smoothed."""

    group: str
    split: str
    name: str
    quality: dict[str, float]
    behind: int
    families: int


def measure() -> list[Row]:
    """Also draws the reliability of the built-in model on campaigns of families that it was not fitted on."""
    found: dict[tuple[str, str, str], list[Quality]] = {}
    said: list[tuple[Floats, npt.NDArray[np.bool_]]] = []
    for family in FAMILIES:
        group = "held-back worlds" if family.name in HELD_BACK else "worlds it was fitted on"
        train, tests = _splits(family)
        guesses = _guesses(train)
        for split, test in tests.items():
            for name, guess in guesses.items():
                found.setdefault((group, split, name), []).append(quality(guess(test), test))
        if family.name in HELD_BACK:
            said.append((guesses["ours, built in"](tests["unseen campaigns"]), tests["unseen campaigns"].above))
    _draw(reliability(*(np.concatenate(column) for column in zip(*said, strict=True))))
    return [_row(key, every, found[(*key[:2], "smoothed ratio")]) for key, every in found.items()]


def _row(key: tuple[str, str, str], every: list[Quality], baseline: list[Quality]) -> Row:
    mean = {name: float(np.mean([one.told()[name] for one in every])) for name in every[0].told()}
    pairs = zip(every, baseline, strict=True)
    behind = sum(one.auc < other.auc or one.brier > other.brier for one, other in pairs)
    return Row(*key, mean, behind, len(every))


def _splits(family: Family) -> tuple[Examples, dict[str, Examples]]:
    market = simulate(family, CAMPAIGNS, DAYS, SEED)
    every = examples(market, every=EVERY)
    known = every.campaign % 3 > 0
    train = every.of(known & (every.day <= LATER - 2 * AHEAD))
    late = every.day >= LATER
    return train, {"later weeks": every.of(known & late), "unseen campaigns": every.of(~known)}


def _guesses(train: Examples) -> dict[str, Guess]:
    own = fit(train, "own")
    share = float(train.above.mean())
    raw = LogisticRegression().fit(_raw(train), train.above)
    guesses: dict[str, Guess] = {
        "constant": lambda test: np.full(len(test.day), share),
        "last week's raw rate": lambda test: np.asarray(raw.predict_proba(_raw(test))[:, 1]),
        "smoothed ratio": lambda test: SMOOTHED.probability(features(test.panel)),
    }
    table = features(train.panel).table
    for name, learner in (
        ("logistic regression", make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))),
        ("random forest", RandomForestClassifier(150, min_samples_leaf=20, max_features=6, n_jobs=1, random_state=1)),
        (
            "gradient boosting",
            HistGradientBoostingClassifier(
                max_iter=80, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=40, random_state=1
            ),
        ),
    ):
        guesses[name] = _learnt(learner.fit(table, train.above))
    guesses["ours, built in"] = lambda test: BUILT_IN.probability(features(test.panel))
    guesses["ours, trained"] = lambda test: own.probability(features(test.panel))
    return guesses


def _learnt(learner: LogisticRegression) -> Guess:
    return lambda test: np.asarray(learner.predict_proba(features(test.panel).table)[:, 1])


def _raw(found: Examples) -> Floats:
    """Last week's conversions per spend against its campaign's, as it is; none counts as a hundredth."""
    week = found.panel.counts[:, -AHEAD:].sum(axis=1)
    rest = found.panel.together(week)
    due = week[:, SPEND] * rest[:, CONVERSIONS] / np.maximum(rest[:, SPEND], 1)
    ratio = np.divide(week[:, CONVERSIONS], due, out=np.ones_like(due), where=due > 0)
    return np.asarray(np.log(np.clip(ratio, 0.01, 100))[:, None])


def _draw(bins: list[dict[str, float]]) -> None:
    chart = leather.Chart("Built-in score, unseen campaigns: said, came")
    chart.add_x_scale(0, 1)
    chart.add_y_scale(0, 1)
    chart.add_line([(0, 0), (1, 1)], stroke_color="#bbbbbb", name="perfect")
    chart.add_dots([(part["predicted"], part["observed"]) for part in bins], name="tenths of the ad sets")
    PLOT.parent.mkdir(parents=True, exist_ok=True)
    chart.to_svg(str(PLOT), 480, 400)


def table(rows: list[Row]) -> Table:
    shown = Table("", "AUC", "Brier", "log-loss", "rank", "accuracy", "majority", "behind the smoothed ratio in")
    last = None
    for row in rows:
        if (row.group, row.split) != last:
            last = row.group, row.split
            shown.add_section()
            shown.add_row(f"[bold]{row.group}, {row.split}[/]")
        told = row.quality
        figures = (f"{told[name]:.3f}" for name in ("auc", "brier", "log_loss", "rank", "accuracy", "majority"))
        shown.add_row(row.name, *figures, f"{row.behind} of {row.families}")
    return shown


def main() -> list[Row]:
    rows = measure()
    Console().print(table(rows))
    Console().print(str(PLOT), soft_wrap=True)
    return rows


if __name__ == "__main__":
    main()
