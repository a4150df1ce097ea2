"""What the engine adds for people: intervals, probabilities, advice where the money itself is the trouble."""

from datetime import timedelta
from uuid import UUID

import pytest

from models.domain.states import OptimizerGoal
from optimizer.funnel2 import decide
from optimizer.problem import Pool, PoolDecision, Why
from tests.optimizer.problems import BUDGET, NOW, day, earning, owner, pool, problem


def one(asked: Pool) -> PoolDecision:
    return decide(problem(asked)).pools[0]


def after(decision: PoolDecision) -> list[int]:
    return [each.after_minor for each in decision.owners]


def test_what_is_believed_comes_with_intervals_and_probabilities() -> None:
    decided = one(pool([earning("weak", 2), earning("strong", 8)]))
    weak, strong = decided.owners

    for each in decided.owners:
        assert each.results_per_spend_low is not None
        assert each.results_per_spend is not None
        assert each.results_per_spend_high is not None
        assert each.results_per_spend_low < each.results_per_spend < each.results_per_spend_high
    assert weak.better is not None
    assert strong.better is not None
    assert weak.better < 0.05
    assert strong.better > 0.95
    assert decided.gain_low_bp is not None
    assert decided.gain_high_bp is not None
    assert decided.expected_gain_bp is not None
    assert 0 < decided.gain_low_bp < decided.expected_gain_bp < decided.gain_high_bp
    assert strong.expected_before is not None
    assert strong.expected_after is not None
    assert 6 < strong.expected_before < strong.expected_after


def test_in_its_first_hours_an_ad_set_may_take_one_larger_step_where_that_is_approved() -> None:
    started = NOW - timedelta(hours=8)
    told = {"weak": day(0, BUDGET // 3, 24, 1), "strong": day(0, BUDGET // 3, 24, 14)}
    both = [owner(name, [row], started_at=started, learning=True) for name, row in told.items()]
    # Others of the account show that ad sets differ as much as these two seem to.
    others = [pool([earning("low", 1), earning("high", 12)], campaign_id=UUID(int=place)) for place in range(9)]

    usual = decide(problem(pool(both), *others)).pools[0]
    larger = decide(problem(pool(both, first_step=4_000), *others)).pools[0]

    assert min(after(usual)) >= 8_000
    assert after(larger)[0] < 8_000
    assert sum(after(larger)) == 2 * BUDGET


def test_a_bold_envelope_is_used_only_where_learning_anew_is_worth_it() -> None:
    bold = {"max_step": 9_000, "max_week": 50_000}

    clear = one(pool([earning("weak", 1), earning("strong", 30)], **bold))
    slight = one(pool([earning("weak", 4), earning("strong", 6)], **bold))

    assert after(clear)[0] < 8_000
    assert after(slight)[0] >= 8_000


@pytest.mark.parametrize(("target", "told"), [(500, True), (10_000, False), (None, False)])
def test_a_cost_target_that_no_split_can_meet_is_told(target: int | None, told: bool) -> None:
    decided = one(pool([earning("one", 4), earning("two", 4)], target_cost_minor=target))

    assert (decided.advice is not None) is told
    if decided.advice:
        assert "SAR 5.00 is the target" in decided.advice


def test_a_return_that_no_split_can_bring_is_told() -> None:
    worth = {"goal": OptimizerGoal.VALUE, "target_roas_bp": 90_000}
    sells = [earning(name, 8, value_per_conversion_minor=2_000) for name in ("one", "two")]

    decided = one(pool(sells, **worth))

    assert decided.advice is not None
    assert "9.00 is the target" in decided.advice


def test_of_a_frozen_campaign_only_the_reason_is_said() -> None:
    decided = one(pool([earning("one", 4), earning("two", 9)], frozen="tracking may be broken", target_cost_minor=1))

    assert (decided.why, decided.words, decided.advice) == (Why.FROZEN, "tracking may be broken", None)


def test_where_what_sells_has_spent_its_lifetime_budget_no_absurd_gain_is_told() -> None:
    spent = earning("spent", 8, budget=100_000, spent_minor=100_000)
    dead = owner(
        "dead", [day(age, 300 if age > 1 else 0, 6, 0) for age in range(14)], budget=100_000, spent_minor=3_000
    )

    (answer,) = decide(problem(pool([spent, dead], daily=False))).pools

    assert answer.moves
    assert answer.expected_gain_bp == 100_000
    assert "many times the results" in answer.words


def test_a_budget_of_no_whole_number_of_units_stays_exactly_as_it_is() -> None:
    odd = earning("odd", 4, budget=10_050)

    (answer,) = decide(problem(pool([earning("weak", 1), earning("strong", 12), odd], unit_minor=100))).pools

    assert answer.moves
    assert [each.after_minor - each.before_minor for each in answer.owners][2] == 0


def test_what_is_paused_gives_its_money_to_the_others_a_step_a_day_and_gets_none() -> None:
    paused = earning("paused", 9, paused=True, delivering=False)

    decided = one(pool([paused, earning("one", 4), earning("two", 4)]))

    assert after(decided)[0] == 8_000
    assert sum(after(decided)) == 3 * BUDGET
    assert "it does not run" in decided.owners[0].words
