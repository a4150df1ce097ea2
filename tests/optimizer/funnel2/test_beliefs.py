"""What is believed: pulled to the pool by as much as chance explains, and corrected for what hampers or comes late."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.funnel2.beliefs import Beliefs, Tuning, believe
from optimizer.funnel2.history import WINDOW_DAYS, History
from optimizer.funnel2.layout import Layout

POOLS, ARMS, BUDGET = 40, 4, 1_000.0


def accounts(seed: int, spread: float, conversions_a_day: float = 4.0) -> tuple[History, np.ndarray, Layout]:
    """Two weeks of owners whose conversions per click differ by `spread` (of the logarithm), and those rates."""
    rng = np.random.default_rng(seed)
    truth = 0.05 * np.exp(spread * rng.standard_normal(POOLS * ARMS))
    clicks = rng.poisson(conversions_a_day / 0.05, (POOLS * ARMS, WINDOW_DAYS)).astype(float)
    conversions = rng.poisson(clicks * truth[:, None]).astype(float)
    still, whole = np.zeros_like(clicks), np.ones_like(clicks)
    history = History(np.full_like(clicks, BUDGET), clicks, conversions, clicks, whole, still)
    return history, truth, Layout.over([ARMS] * POOLS)


def believed(history: History, layout: Layout, score: np.ndarray | None = None) -> Beliefs:
    count = len(history.spend)
    score = np.zeros(count) if score is None else score
    return believe(history, layout, np.full(count, BUDGET), score, Tuning())


def relative(rates: np.ndarray, layout: Layout) -> np.ndarray:
    logs = np.log(rates)
    return np.asarray(logs - layout.mean(logs, np.ones_like(logs)))


def test_chance_is_taken_out_where_owners_are_alike_and_left_where_they_differ() -> None:
    alike, _, layout = accounts(1, 0.02, 0.3)
    unlike, truth, _ = accounts(1, 0.8, 4.0)

    raw = relative((alike.conversions.sum(axis=1) + 0.5) / alike.clicks.sum(axis=1), layout)
    shrunk = relative(believed(alike, layout).conversions_per_click, layout)
    kept = relative(believed(unlike, layout).conversions_per_click, layout)

    assert shrunk.std() < 0.5 * raw.std()
    assert np.corrcoef(kept, relative(truth, layout))[0, 1] > 0.95
    assert kept.std() == pytest.approx(relative(truth, layout).std(), rel=0.15)


def test_beliefs_are_closer_to_the_truth_than_raw_rates() -> None:
    history, truth, layout = accounts(2, 0.4, 0.5)

    raw = relative((history.conversions.sum(axis=1) + 0.5) / history.clicks.sum(axis=1), layout)
    shrunk = relative(believed(history, layout).conversions_per_click, layout)

    wanted = relative(truth, layout)
    assert ((shrunk - wanted) ** 2).mean() < 0.8 * ((raw - wanted) ** 2).mean()


def test_what_ran_while_learning_is_not_held_against_it() -> None:
    history, _, layout = accounts(3, 0.0)
    hampered = history.conversions.copy()
    hampered[::ARMS] *= 0.8
    learning = np.zeros_like(history.learning)
    learning[::ARMS] = 1.0

    excused = believed(replace(history, conversions=hampered, learning=learning), layout)
    blamed = believed(replace(history, conversions=hampered), layout)

    assert excused.rate[::ARMS].mean() > 1.1 * blamed.rate[::ARMS].mean()


def test_a_score_from_before_launch_counts_until_figures_come_and_no_longer() -> None:
    history, _, layout = accounts(4, 0.3)
    nothing = History(*(np.zeros_like(history.spend) for _ in range(6)))
    score = np.tile([1.0, 0.0, 0.0, -1.0], POOLS)

    before, after = believed(nothing, layout, score).rate, believed(history, layout, score).rate

    assert before[0] > before[1] > before[3]
    assert np.log(before[0] / before[3]) == pytest.approx(0.5, rel=0.05)
    weight = np.polyfit(score, relative(after, layout), 1)[0]
    assert abs(weight) < 0.12


def test_more_figures_leave_less_doubt() -> None:
    few, _, layout = accounts(5, 0.3, 0.2)
    many, _, _ = accounts(5, 0.3, 20.0)

    assert believed(many, layout).variance.max() < believed(few, layout).variance.min()
