"""Verdicts on moves: hardly any where nothing changed, none on small counts, and the right one on large effects."""

from collections import Counter

import numpy as np
import pytest

from models.domain.states import MoveVerdictKind
from optimizer.counting import Days
from optimizer.verdicts import BeforeAfter, Enough, Verdict, judge
from tests.optimizer.simulated_campaigns import account, before_after

ROUNDS = 300


def verdicts(per_day: float, effect: float, others: int, seed: int = 5) -> list[Verdict]:
    """Campaigns of an account whose own true effect is known; the others were left alone."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(ROUNDS):
        shared = rng.normal(0, 0.2)
        moved = before_after(rng, per_day, shared + rng.normal(0, 0.1) + float(np.log1p(effect)))
        rest = [before_after(rng, per_day, shared + rng.normal(0, 0.1)) for _ in range(others)]
        found.append(judge(moved, rest))
    return found


def share(found: list[Verdict], *kinds: MoveVerdictKind) -> float:
    return Counter(one.kind in kinds for one in found)[True] / len(found)


@pytest.mark.parametrize("others", [0, 3, 8])
@pytest.mark.parametrize("per_day", [3.0, 20.0, 100.0])
def test_where_nothing_changed_at_most_one_verdict_in_five_is_given(per_day: float, others: int) -> None:
    found = verdicts(per_day, effect=0.0, others=others)

    assert share(found, MoveVerdictKind.IMPROVED, MoveVerdictKind.WORSE) <= 0.2


def test_small_counts_say_hardly_anything() -> None:
    found = verdicts(1.5, effect=0.0, others=6) + verdicts(1.5, effect=0.2, others=6)

    assert share(found, MoveVerdictKind.INCONCLUSIVE) >= 0.8


@pytest.mark.parametrize(("effect", "kind"), [(0.8, MoveVerdictKind.IMPROVED), (-0.5, MoveVerdictKind.WORSE)])
def test_large_effects_are_found_and_their_size_lies_in_the_interval(effect: float, kind: MoveVerdictKind) -> None:
    found = verdicts(30.0, effect=effect, others=8)

    assert share(found, kind) >= 0.95
    assert np.mean([one.low < effect < one.high for one in found if one.low is not None and one.high]) >= 0.75


def test_what_all_campaigns_went_through_is_not_the_moves_doing() -> None:
    """A sale lifts the whole account by half; the moved campaign rose like the others."""
    rng = np.random.default_rng(3)
    lifted = float(np.log(1.5))
    moved = before_after(rng, 200.0, lifted)
    others = [before_after(rng, 200.0, lifted) for _ in range(6)]

    assert judge(moved).kind is MoveVerdictKind.IMPROVED
    compared = judge(moved, others)
    assert (compared.kind, compared.others) == (MoveVerdictKind.INCONCLUSIVE, 6)


def test_days_that_are_not_reported_in_full_are_not_held_to_be_bad() -> None:
    before = Days([10_000.0] * 6, [100] * 6)
    late = BeforeAfter(before, Days([8_000.0] * 6, [80] * 6))

    assert judge(late).effect == pytest.approx(0, abs=0.01)


def test_without_results_or_spend_it_says_so() -> None:
    nothing = Days([0.0] * 3, [0] * 3)
    few = Days([10_000.0] * 3, [1, 0, 2])

    assert judge(BeforeAfter(few, few)) == Verdict(MoveVerdictKind.INCONCLUSIVE, Enough.TOO_FEW_RESULTS)
    assert judge(BeforeAfter(nothing, few)) == Verdict(MoveVerdictKind.INCONCLUSIVE, Enough.NO_SPEND)


def test_all_results_gone_is_a_clear_loss() -> None:
    """Nothing at all after the move still gives an interval, not an infinity."""
    found = judge(BeforeAfter(Days([1e4] * 6, [10] * 6), Days([1e4] * 6, [0] * 6)))

    assert found.kind is MoveVerdictKind.WORSE
    assert found.low is not None
    assert found.low > -1


def test_two_others_are_too_few_to_show_a_common_drift() -> None:
    rng = np.random.default_rng(1)
    moved, *others = account(rng, [50.0] * 3)

    assert judge(moved, others) == judge(moved)
