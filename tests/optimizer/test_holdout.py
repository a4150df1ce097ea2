"""The optimizer's own value: the interval holds the true effect nine times of ten, and little is not called much."""

import numpy as np
import pytest
from numpy.random import Generator

from optimizer.counting import Days
from optimizer.holdout import COVERS, Effect, Enough, Followed, effect_of
from tests.optimizer.simulated_campaigns import days

ROUNDS = 200


def campaigns(rng: Generator, steered: int, alone: int, effect: float) -> list[Followed]:
    """From one result a day to fifty; each drifts by itself, as campaigns do when they grow old."""
    found = []
    for number in range(steered + alone):
        held_out = number >= steered
        per_day = float(np.exp(rng.uniform(0.5, 4)))
        drift = rng.normal(-0.1, 0.25) + (0.0 if held_out else float(np.log1p(effect)))
        found.append(Followed(held_out, days(rng, per_day, 3), days(rng, per_day * float(np.exp(drift)), 14)))
    return found


def effects(steered: int, alone: int, effect: float) -> list[Effect]:
    rng = np.random.default_rng(11)
    return [effect_of(campaigns(rng, steered, alone, effect)) for _ in range(ROUNDS)]


@pytest.mark.parametrize(("steered", "alone"), [(8, 8), (40, 8), (80, 20)])
@pytest.mark.parametrize("effect", [0.0, 0.2])
def test_the_interval_holds_the_true_effect_nine_times_of_ten(steered: int, alone: int, effect: float) -> None:
    known = [one for one in effects(steered, alone, effect) if one.low is not None and one.high is not None]

    assert len(known) > ROUNDS * 0.9
    held = np.mean([one.low < effect < one.high for one in known if one.low is not None and one.high is not None])
    assert COVERS - 0.04 <= held <= 0.98


def test_many_campaigns_show_an_effect_of_a_third() -> None:
    found = effects(120, 40, 0.33)

    assert np.mean([one.low is not None and one.low > 0 for one in found]) > 0.8


@pytest.mark.parametrize(
    ("steered", "alone", "enough"), [(40, 4, Enough.TOO_FEW_HELD_OUT), (4, 40, Enough.TOO_FEW_STEERED)]
)
def test_too_few_campaigns_say_nothing(steered: int, alone: int, enough: Enough) -> None:
    first, later = Days([1e4] * 3, [5] * 3), Days([1e4] * 14, [5] * 14)
    found = effect_of([Followed(number >= steered, first, later) for number in range(steered + alone)])

    assert (found.enough, found.effect, found.steered, found.held_out) == (enough, None, steered, alone)


def test_campaigns_without_first_results_are_counted_as_left_out() -> None:
    silent = Followed(True, Days([1e4] * 3, [0] * 3), Days([1e4] * 14, [9] * 14))

    assert effect_of([silent] * 7).left_out == 7
