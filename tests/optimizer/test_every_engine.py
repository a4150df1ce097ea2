"""What no engine may ever do, whatever it is shown: every engine that this version can decide by is held to it."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from activities.decisions import broken_limits
from activities.problems import Asked
from models.domain.states import OptimizerGoal
from optimizer.engines import ENGINES, decide
from optimizer.problem import DayCounts, Decision, Owner, OwnerDecision, Pool, PoolDecision, Problem, Signal, Why
from tests.optimizer.problems import BUDGET, NOW, day, earning, owner, pool, problem, problems

every_engine = pytest.mark.parametrize("engine", sorted(ENGINES))
YOUNG = timedelta(hours=48)


def answer(engine: str, asked: Problem) -> Decision:
    return decide(asked.model_copy(update={"engine": engine}))


def one(engine: str, *pools: Pool, **changes: object) -> PoolDecision:
    return answer(engine, problem(*pools, **changes)).pools[0]


def after(decision: PoolDecision) -> list[int]:
    return [each.after_minor for each in decision.owners]


@every_engine
@settings(max_examples=80, deadline=None)
@given(asked=problems())
def test_the_guard_has_nothing_to_object_to(engine: str, asked: Problem) -> None:
    named = asked.model_copy(update={"engine": engine})
    approved = {each.campaign_id: each.pool_minor for each in named.pools}

    for each, decided in zip(named.pools, decide(named).pools, strict=True):
        assert broken_limits(Asked(named, {}, approved), each, decided) == []


@every_engine
@settings(max_examples=80, deadline=None)
@given(asked=problems())
def test_sums_are_exact_amounts_whole_and_each_budget_has_words(engine: str, asked: Problem) -> None:
    decision = answer(engine, asked)

    assert decision.engine == engine
    assert [each.campaign_id for each in decision.pools] == [each.campaign_id for each in asked.pools]
    for given_pool, decided in zip(asked.pools, decision.pools, strict=True):
        assert sum(after(decided)) == given_pool.pool_minor
        changed = any(each.after_minor != each.before_minor or each.pause for each in decided.owners)
        assert decided.moves == changed
        assert decided.words
        assert (decided.why is Why.MOVED) == decided.moves
        for given_owner, each in zip(given_pool.owners, decided.owners, strict=True):
            assert (each.object_id, each.before_minor) == (given_owner.object_id, given_owner.now_minor)
            assert each.words
            assert each.after_minor >= 0
            assert each.after_minor == each.before_minor or each.after_minor % given_pool.unit_minor == 0


@every_engine
@settings(max_examples=60, deadline=None)
@given(asked=problems())
def test_no_step_is_larger_than_a_fifth_but_the_first_of_a_young_ad_set(engine: str, asked: Problem) -> None:
    """Told apart from the guard, which the product asks too: this is reckoned from the problem alone."""
    for given_pool, decided in zip(asked.pools, answer(engine, asked).pools, strict=True):
        for given_owner, each in zip(given_pool.owners, decided.owners, strict=True):
            if each.after_minor == each.before_minor:
                continue
            largest = min(given_pool.max_step, 2_000)
            started = given_owner.started_at
            if started is not None and asked.now - started < YOUNG and given_owner.edited_at is None:
                largest = max(largest, given_pool.first_step or 0)
            step = abs(each.after_minor - given_owner.day_ago_minor)
            assert step * 10_000 <= given_owner.day_ago_minor * largest


@every_engine
@settings(max_examples=25, deadline=None)
@given(asked=problems())
def test_the_same_problem_gives_the_same_bytes_also_after_a_trip_through_json(engine: str, asked: Problem) -> None:
    first = answer(engine, asked).model_dump_json()

    assert answer(engine, Problem.model_validate_json(asked.model_dump_json())).model_dump_json() == first


@every_engine
@settings(max_examples=30, deadline=None)
@given(asked=problems())
def test_figures_are_finite_and_what_is_probable_is_a_probability(engine: str, asked: Problem) -> None:
    for decided in answer(engine, asked).pools:
        for each in decided.owners:
            assert each.better is None or 0 <= each.better <= 1
            interval = (each.results_per_spend_low, each.results_per_spend, each.results_per_spend_high)
            told = [figure for figure in interval if figure is not None]
            assert told == sorted(told)
            figures = (each.gain, each.expected_before, each.expected_after, *told)
            assert all(figure is None or math.isfinite(figure) for figure in figures)
        gains = [g for g in (decided.gain_low_bp, decided.expected_gain_bp, decided.gain_high_bp) if g is not None]
        assert gains == sorted(gains)


@every_engine
@pytest.mark.parametrize("learning", [False, True])
@pytest.mark.parametrize("max_step", [0, 500, 2_000, 10_000])
def test_where_much_is_to_be_gained_every_mix_of_steps_age_and_learning_is_kept(
    engine: str, max_step: int, learning: bool
) -> None:
    for first_step, hours in product((None, 0, 1_000, 4_000, 8_000), (20, 47, 49, 300)):
        young: dict[str, Any] = {"learning": learning, "started_at": NOW - timedelta(hours=hours)}
        owners = [earning("weak", 1, **young), earning("strong", 30, **young)]
        asked = problem(pool(owners, max_step=max_step, first_step=first_step, max_week=10_000), engine=engine)
        (given_pool,), (decided,) = asked.pools, decide(asked).pools

        approved = {given_pool.campaign_id: given_pool.pool_minor}
        assert broken_limits(Asked(asked, {}, approved), given_pool, decided) == []


@every_engine
def test_money_follows_what_earns_more(engine: str) -> None:
    weak, strong = after(one(engine, pool([earning("weak", 2), earning("strong", 8)])))

    assert weak < BUDGET < strong


@every_engine
def test_figures_that_are_restated_downwards_count_as_they_are_now(engine: str) -> None:
    """What was told first is gone: the winner of yesterday's figures gets nothing for them."""
    told = earning("restated", 8)
    corrected = told.model_copy(
        update={"days": [replace(row, conversions=(row.conversions or 0) // 8) for row in told.days]}
    )

    restated, other = after(one(engine, pool([corrected, earning("other", 4)])))
    assert restated < BUDGET < other


@every_engine
def test_counts_taken_back_below_zero_break_nothing(engine: str) -> None:
    taken_back = owner("back", [day(age, BUDGET, 40, -1) for age in range(1, 10)])

    assert sum(after(one(engine, pool([taken_back, earning("other", 4)])))) == 2 * BUDGET


@every_engine
@pytest.mark.parametrize("missing", [(0,), (3, 4, 5), tuple(range(7, 14))])
def test_missing_days_are_not_days_without_results(engine: str, missing: tuple[int, ...]) -> None:
    def gap(whole: Owner) -> Owner:
        last = whole.days[0].day
        return whole.model_copy(update={"days": [row for row in whole.days if (last - row.day).days not in missing]})

    weak, strong = after(one(engine, pool([earning("weak", 2), gap(earning("strong", 8))])))
    assert weak < BUDGET < strong


@every_engine
def test_an_ad_set_that_appears_is_neither_starved_nor_fed_on_nothing(engine: str) -> None:
    fresh = owner("fresh", [], started_at=NOW - timedelta(hours=1))
    running = [earning("weak", 2), earning("strong", 8)]

    decided = one(engine, pool([fresh, *running]))
    assert 0.79 * BUDGET <= decided.owners[0].after_minor <= 1.21 * BUDGET
    assert sum(after(decided)) == 3 * BUDGET

    unfunded = owner("unfunded", [], budget=0, floor_minor=0, ceiling_minor=BUDGET, started_at=NOW)
    assert sum(after(one(engine, pool([unfunded, *running])))) == 2 * BUDGET


@every_engine
def test_an_ad_set_that_vanishes_leaves_the_others_with_what_they_have(engine: str) -> None:
    assert sum(after(one(engine, pool([earning("weak", 2), earning("strong", 8)])))) == 2 * BUDGET
    alone = one(engine, pool([earning("strong", 8)]))
    assert (alone.moves, after(alone)) == (False, [BUDGET])
    nobody = one(engine, pool([]))
    assert (nobody.moves, nobody.owners) == (False, [])


@every_engine
@pytest.mark.parametrize(("currency", "unit"), [("JPY", 1), ("KRW", 1), ("TWD", 100), ("KWD", 10), ("USD", 1)])
def test_each_currency_moves_in_whole_units_of_the_platform(engine: str, currency: str, unit: int) -> None:
    owners = [earning("weak", 2), earning("middle", 4), earning("strong", 8)]

    amounts = after(one(engine, pool(owners, unit_minor=unit), currency=currency))
    assert sum(amounts) == 3 * BUDGET
    assert all(amount % unit == 0 for amount in amounts)
    assert amounts[0] < BUDGET < amounts[2]


@every_engine
@pytest.mark.parametrize(
    "changes",
    [
        {"frozen": "Everything is stopped."},
        {"platform_budget_optimisation": True},
        {"may_cut": False},
        {"may_raise": False},
        {"max_step": 0, "first_step": None},
        {"max_week": 0},
    ],
)
def test_where_nothing_may_move_nothing_does_and_the_reason_is_said(engine: str, changes: dict[str, object]) -> None:
    decided = one(engine, pool([earning("weak", 2), earning("strong", 8)], **changes))

    assert not decided.moves
    assert after(decided) == [BUDGET, BUDGET]
    assert decided.why is not Why.MOVED
    assert decided.words
    assert all(each.words for each in decided.owners)


@pytest.mark.parametrize("engine", sorted(ENGINES.keys() - {"funnel-1"}))
def test_where_meta_shares_the_budget_out_people_get_advice_and_nothing_moves(engine: str) -> None:
    decided = one(engine, pool([earning("weak", 1), earning("strong", 12)], platform_budget_optimisation=True))

    assert (decided.moves, decided.why) == (False, Why.PLATFORM_OPTIMISES)
    assert decided.advice


@pytest.mark.parametrize("engine", sorted(ENGINES.keys() - {"funnel-1"}))
def test_money_follows_value_where_that_is_the_goal(engine: str) -> None:
    def worth(name: str, conversions: int, each: int) -> Owner:
        return owner(name, [day(age, BUDGET, 40, conversions, value=conversions * each) for age in range(1, 14)])

    owners = [worth("many", 6, 1_000), worth("dear", 3, 9_000)]

    many, dear = after(one(engine, pool(owners, goal=OptimizerGoal.VALUE)))
    assert many < BUDGET < dear
    many, dear = after(one(engine, pool(owners)))
    assert dear < BUDGET < many


@pytest.mark.parametrize("figure", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    "put",
    [
        lambda figure: earning("one", 4, prior_score=figure),
        lambda figure: earning("one", 4, now_minor=figure),
        lambda figure: earning("one", 4, signal=Signal(score=figure)),
        lambda figure: pool([], target_cost_minor=figure),
        lambda figure: DayCounts(
            day=NOW.date(), read_at=NOW, spend_minor=figure, impressions=1, clicks=1, conversions=1
        ),
        lambda figure: OwnerDecision(
            object_id=earning("one", 4).object_id,
            before_minor=1,
            after_minor=1,
            why=Why.MOVED,
            words="",
            results_per_spend=figure,
        ),
    ],
)
def test_what_is_no_number_is_refused_at_the_door(put: Callable[[float], object], figure: float) -> None:
    with pytest.raises(ValidationError):
        put(figure)
