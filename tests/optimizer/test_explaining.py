"""What people are told of a decision: seen, believed, expected and limited by, and why nothing is done."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from models.domain.states import OptimizerGoal
from optimizer.engines import DEFAULT_ENGINE, decide
from optimizer.explaining import OwnerExplanation, PoolExplanation, explain
from optimizer.problem import Owner, OwnerDecision, Pool, PoolDecision, Problem, Why
from tests.optimizer.problems import BUDGET, NOW, day, earning, owner, pool, problem, problems

STRONG = earning("strong", 8)


def decided(one: Owner, **changes: object) -> OwnerDecision:
    plain = {
        "object_id": one.object_id,
        "before_minor": one.now_minor,
        "after_minor": one.now_minor,
        "why": Why.MOVED,
        "words": "it earns more",
    }
    return OwnerDecision.model_validate(plain | changes)


def told(given: Pool, *owners: OwnerDecision, currency: str = "SAR", **changes: object) -> PoolExplanation:
    plain = {"campaign_id": given.campaign_id, "moves": True, "why": Why.MOVED, "words": "money moves"}
    answer = PoolDecision.model_validate(plain | changes | {"owners": list(owners)})
    return explain(problem(given, currency=currency), given, answer)


def about(
    one: Owner, currency: str = "SAR", given: dict[str, object] | None = None, **said: object
) -> OwnerExplanation:
    return told(pool([one], **(given or {})), decided(one, **said), currency=currency).owners[0]


def test_what_was_seen_are_the_figures_of_the_window_as_now_reported() -> None:
    assert about(STRONG).seen == "SAR 1,350.00 spent, 540 clicks, 108 results on 14 days, as now reported."
    old = owner("old", [day(20, BUDGET, 40, 9)])
    assert about(old).seen == "Nothing was read of it in the last 14 days."
    unmeasured = owner("unmeasured", [day(1, 500, 7, None, value=None)])
    assert about(unmeasured).seen == "SAR 5.00 spent, 7 clicks, no results told on 1 day, as now reported."
    worth = owner("worth", [day(1, 500, 7, 1, value=12_000)])
    assert "1 result, worth SAR 120.00" in about(worth).seen


def test_what_is_believed_is_a_cost_with_its_interval() -> None:
    rates: dict[str, Any] = {
        "results_per_spend": 1 / 1_250,
        "results_per_spend_low": 1 / 1_600,
        "results_per_spend_high": 1 / 1_000,
    }

    assert about(STRONG, **rates).believed == (
        "A result costs SAR 12.50 (SAR 10.00 to SAR 16.00, 8 times of 10), chance taken out."
    )
    assert about(STRONG, currency="JPY", **rates).believed.startswith("A result costs JPY 1,250 ")
    value: dict[str, Any] = {"results_per_spend": 2.4, "results_per_spend_low": 1.9, "results_per_spend_high": 3.0}
    assert about(STRONG, given={"goal": OptimizerGoal.VALUE}, **value).believed == (
        "It brings back 2.40 for each SAR spent (1.90 to 3.00, 8 times of 10), chance taken out."
    )


@pytest.mark.parametrize("rate", [None, 0.0])
def test_what_cannot_be_told_is_left_out(rate: float | None) -> None:
    silent = about(STRONG, results_per_spend=rate)

    assert (silent.believed, silent.better, silent.expected) == ("", "", "")


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.84, "84 %"), (1.0, "More than 99 %"), (0.0, "Less than 1 %"), (0.996, "More than 99 %")],
)
def test_nobody_is_ever_wholly_sure(probability: float, words: str) -> None:
    assert (
        about(STRONG, better=probability).better == f"{words} likely to bring more per spend than the others together."
    )


def test_what_is_expected_is_told_before_and_after() -> None:
    moved = about(STRONG, after_minor=11_900, expected_before=8.0, expected_after=8.72)
    stays = about(STRONG, expected_before=8.0, expected_after=8.0)

    assert moved.expected == "8.0 results a day before, 8.7 results after."
    assert stays.expected == "8.0 results a day."


def test_the_reference_of_a_step_is_said_and_every_bound_echoed() -> None:
    raised_today = earning("raised", 8, budget=11_000, day_ago_minor=10_000)
    found = about(raised_today, limited_by=["step", "ceiling"])

    assert found.bounds == (
        "Between SAR 80.00 and SAR 120.00 (the step of a day); it was SAR 100.00 a day 24 hours ago."
    )
    assert found.limited_by == ["the largest step against its budget 24 hours ago", "its approved ceiling"]
    assert told(pool([STRONG], first_step=4_000), decided(STRONG)).bounds == [
        "A budget may differ by at most 20 % from what it was 24 hours ago, and by 50 % from what it was 7 days ago; "
        "once by up to 40 % in its ad set's first two days.",
        "All budgets together stay SAR 100.00 a day.",
    ]


def test_money_that_rests_with_what_is_paused_is_told() -> None:
    paused = earning("paused", 1, delivering=False)

    found = told(pool([paused, STRONG]), decided(paused), decided(STRONG))
    assert "SAR 100.00 a day of it rest with what does not run, and are not spent." in found.bounds


def test_a_young_ad_sets_bounds_are_those_of_its_first_step() -> None:
    young = earning("young", 4, started_at=NOW - timedelta(hours=30))

    assert "Between SAR 60.00 " in about(young, given={"first_step": 4_000}).bounds


def test_limits_that_exclude_each_other_are_told_as_that() -> None:
    stuck = earning("stuck", 4, floor_minor=15_000)

    assert "No amount is allowed now: its floor and the step of a day exclude each other" in about(stuck).bounds


def test_the_pool_tells_aim_gain_and_how_sure_it_is() -> None:
    given = pool([STRONG], target_cost_minor=2_000, total_left_minor=90_000, ends_at=NOW + timedelta(days=9))
    found = told(
        given,
        decided(STRONG),
        expected_gain_bp=420,
        gain_low_bp=80,
        gain_high_bp=790,
        confidence_bp=8_400,
        advice="look",
    )

    assert found.headline == "Money moves."
    assert found.aim == (
        "As many results as possible from SAR 100.00 a day; at no more than SAR 20.00 a result; "
        "SAR 900.00 left of the approved total until 24 Sep 2026."
    )
    assert found.gain == "About +4.2 % results for the same money; 8 times of 10 between +0.8 % and +7.9 %."
    assert found.confidence == "84 % sure that this is better than leaving it."
    assert found.advice == "Look."


def test_no_action_is_a_sentence_with_its_reason() -> None:
    assert told(pool([STRONG]), moves=False, words="there is only one budget").headline == (
        "No action because there is only one budget."
    )
    assert (
        told(pool([STRONG]), moves=False, words="Everything is stopped.").headline
        == "No action. Everything is stopped."
    )


@settings(max_examples=30, deadline=None)
@given(asked=problems())
def test_whatever_was_decided_can_be_explained(asked: Problem) -> None:
    named = asked.model_copy(update={"engine": DEFAULT_ENGINE})

    for given_pool, answer in zip(named.pools, decide(named).pools, strict=True):
        found = explain(named, given_pool, answer)

        assert found.headline.endswith(".")
        assert [each.object_id for each in found.owners] == [each.object_id for each in given_pool.owners]
        assert all(each.words and each.seen and each.bounds for each in found.owners)
