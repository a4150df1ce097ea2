"""Rules laid over an engine's decision: exact sums, approved limits, who decides first, and why nothing happens."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from activities.decisions import broken_limits
from activities.problems import Asked
from models.domain.rules import ActionKind, Comparison, Evaluation, Metric, Rule, RuleAction
from optimizer.engines import DEFAULT_ENGINE, ENGINES, decide
from optimizer.problem import Decision, Owner, Problem, Signal, Why
from optimizer.rules import apply, evaluate
from tests.optimizer.problems import BUDGET, NOW, earning, owner, pool, problem, problems
from tests.optimizer.rules.written import (
    ALWAYS,
    CUT_A_FIFTH,
    NEVER_EARNS,
    PAUSE,
    RAISE_A_TENTH,
    TELL,
    condition,
    rule,
    rules,
)


def ruled(whole: Problem, *written: Rule) -> tuple[Decision, list[Evaluation]]:
    asked = whole.model_copy(update={"engine": DEFAULT_ENGINE})
    return apply(asked, decide(asked), written)


def after(decision: Decision) -> list[int]:
    return [each.after_minor for each in decision.pools[0].owners]


def equals(*changes: Mapping[str, object]) -> list[Owner]:
    """Ad sets that earn alike, so that the engine moves nothing; the first brings nothing at all."""
    return [earning(f"set-{place}", 4).model_copy(update=change) for place, change in enumerate(changes)]


def only(named: str, action: RuleAction, *, number: int = 1, **more: object) -> Rule:
    return rule(action, ALWAYS, number=number, ad_sets_named=named, **more)


def test_what_a_rule_frees_goes_to_the_others_in_proportion_and_the_sum_stays() -> None:
    owners = [earning("set-0", 4), earning("set-1", 4, budget=30_000), earning("set-2", 4)]

    decision, (evaluation,) = ruled(problem(pool(owners, decided_at=NOW)), only("set-0", CUT_A_FIFTH))

    assert after(decision) == [8_000, 31_500, 10_500]
    (answer,) = decision.pools
    assert (answer.moves, answer.why, answer.expected_gain_bp) == (True, Why.RULE, None)
    assert "“Mine”: set-0, SAR 100.00 → SAR 80.00 a day" in answer.words
    assert [each.why for each in answer.owners] == [Why.RULE] * 3
    assert "rule “Mine” (cut the budget by 20 %)" in answer.owners[0].words
    (look,) = evaluation.looks
    assert (look.matched, look.acted, look.outcome) == (True, True, "SAR 100.00 → SAR 80.00 a day")


def test_what_a_rule_adds_is_taken_from_the_others() -> None:
    decision, _ = ruled(problem(pool(equals({}, {}, {}), decided_at=NOW)), only("set-0", RAISE_A_TENTH))

    assert after(decision) == [11_000, 9_500, 9_500]


def test_a_wish_is_shortened_where_the_others_cannot_take_the_money() -> None:
    tight = {"ceiling_minor": BUDGET + 300}

    decision, (evaluation,) = ruled(problem(pool(equals({}, tight), decided_at=NOW)), only("set-0", CUT_A_FIFTH))

    assert after(decision) == [9_700, 10_300]
    assert evaluation.looks[0].outcome == "SAR 100.00 → SAR 97.00 a day, all that the pool's other budgets allow"


def test_alone_in_its_pool_a_budget_stays_and_the_reason_is_said() -> None:
    decision, (evaluation,) = ruled(problem(pool(equals({}))), only("set-0", CUT_A_FIFTH))

    assert (after(decision), decision.pools[0].moves) == ([BUDGET], False)
    assert evaluation.looks[0].outcome == "its budget stays: the pool's other budgets allow no more"
    assert (evaluation.matched, evaluation.acted) == (1, 0)


def test_of_two_rules_that_want_one_budget_the_first_in_order_decides() -> None:
    first, second = only("set-0", CUT_A_FIFTH, number=1), only("set-0", RAISE_A_TENTH, number=2, name="Other")

    decision, looked = ruled(problem(pool(equals({}, {}), decided_at=NOW)), second, first)

    assert after(decision) == [8_000, 12_000]
    assert [evaluation.rule_name for evaluation in looked] == ["Mine", "Other"]
    assert looked[1].looks[0].outcome == "“Mine” comes first and decides about it"


def test_a_rule_replaces_the_engines_wish_and_leaves_the_rest_to_it() -> None:
    owners = [earning("poor", 1), earning("fair", 4), earning("rich", 12)]
    whole = problem(pool(owners, may_pause=True), engine=DEFAULT_ENGINE)
    alone = after(decide(whole))

    decision, _ = ruled(whole, only("poor", RAISE_A_TENTH))

    assert alone[0] < BUDGET < alone[2]
    assert after(decision)[0] == 11_000
    assert sum(after(decision)) == sum(alone)
    assert after(decision)[2] > after(decision)[1]
    assert "the others settle around what the optimizer decided" in decision.pools[0].words


def test_a_pause_keeps_its_amount_and_never_takes_the_last_one() -> None:
    resting = {"edited_at": NOW - timedelta(hours=2)}
    stopper = rule(PAUSE, ALWAYS)

    forbidden, _ = ruled(problem(pool(equals({}, {}), decided_at=NOW)), stopper)
    decision, (evaluation,) = ruled(problem(pool(equals({}, {}), may_pause=True, decided_at=NOW)), stopper)
    held, _ = ruled(problem(pool(equals(resting, {}), may_pause=True, decided_at=NOW)), only("set-0", PAUSE))

    assert not any(each.pause for each in forbidden.pools[0].owners)
    assert [each.pause for each in decision.pools[0].owners] == [True, False]
    assert (after(decision), decision.pools[0].moves) == ([BUDGET, BUDGET], True)
    assert evaluation.looks[1].outcome == "it is the last one that runs, so it is not paused"
    assert not held.pools[0].moves


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"frozen": "The campaign is paused."}, "The campaign is paused."),
        ({"asked": True}, "people are asked about a move of the campaign's money already"),
        ({"platform_budget_optimisation": True}, "Meta itself shares this campaign's budget out"),
        ({"may_cut": False}, "its budget stays: the approved limits allow no more"),
    ],
)
def test_what_is_approved_holds_for_rules_too(changes: dict[str, object], why: str) -> None:
    decision, (evaluation,) = ruled(problem(pool(equals({}, {}), **changes)), only("set-0", CUT_A_FIFTH))

    assert (after(decision), decision.pools[0].moves) == ([BUDGET, BUDGET], False)
    assert why in evaluation.looks[0].outcome


def test_steps_floors_and_rest_hold_for_rules_too() -> None:
    halve = RuleAction(kind=ActionKind.CUT, by_bp=5_000)
    by_hand = {"edited_at": NOW - timedelta(hours=3)}

    stepped, _ = ruled(problem(pool(equals({}, {}), decided_at=NOW)), only("set-0", halve))
    floored, _ = ruled(problem(pool(equals({"floor_minor": 9_500}, {}), decided_at=NOW)), only("set-0", halve))
    rested, (evaluation,) = ruled(problem(pool(equals(by_hand, {}), decided_at=NOW)), only("set-0", halve))

    assert (after(stepped), after(floored), after(rested)) == ([8_000, 12_000], [9_500, 10_500], [BUDGET, BUDGET])
    assert "changed 3 h ago" in evaluation.looks[0].outcome


def test_a_budget_that_a_rule_acted_on_is_left_alone_until_it_has_rested() -> None:
    owners = equals({}, {})
    acted = {owners[0].object_id: NOW - timedelta(hours=20)}

    early, (resting,) = ruled(problem(pool(owners, decided_at=NOW)), only("set-0", CUT_A_FIFTH, acted_at=acted))
    late, _ = ruled(problem(pool(owners, decided_at=NOW)), only("set-0", CUT_A_FIFTH, acted_at=acted, rest_hours=20))

    assert (after(early), after(late)) == ([BUDGET, BUDGET], [8_000, 12_000])
    assert (resting.looks[0].matched, resting.looks[0].acted) == (True, False)
    assert "leaves it alone" in resting.looks[0].outcome


def test_people_are_told_also_where_nothing_may_be_moved() -> None:
    faulty = earning("set-0", 4, signal=Signal(anomaly="Clicks without results across the account"))
    told = rule(TELL, condition(Metric.ANOMALY, Comparison.IS))

    decision, (evaluation,) = ruled(problem(pool([faulty, earning("set-1", 4)], frozen="Frozen.")), told)

    assert [look.acted for look in evaluation.looks] == [True, False]
    assert decision.pools[0].why is Why.FROZEN


@pytest.mark.parametrize(
    ("written", "looked"),
    [
        ({"schedule": {"hours": [15]}}, 1),
        ({"schedule": {"hours": [12]}}, 0),
        ({"schedule": {"weekdays": [2]}}, 1),
        ({"schedule": {"weekdays": [1, 3]}}, 0),
        ({"campaign_id": UUID(int=8)}, 0),
        ({"ad_sets_named": "SET-"}, 1),
        ({"ad_sets_named": "lookalike"}, 0),
    ],
)
def test_a_rule_is_looked_at_when_and_where_it_says(written: dict[str, Any], looked: int) -> None:
    # It is 15:00 of a Tuesday in Riyadh.
    assert len(evaluate(problem(pool(equals({}))), [rule(TELL, **written)])) == looked


def test_amounts_in_another_currency_are_never_compared() -> None:
    (evaluation,) = evaluate(problem(pool(equals({}))), [rule(TELL, ALWAYS, currency="USD")])

    assert evaluation.looks[0].failed == "its amounts are in USD, this ad account counts in SAR"


def test_the_first_condition_that_failed_is_named_and_of_alternatives_each() -> None:
    clicks = condition(Metric.CLICKS, Comparison.AT_LEAST, 1_000)
    groups: list[dict[str, Any]] = [{"conditions": [ALWAYS, NEVER_EARNS]}, {"conditions": [clicks]}]
    asked = problem(pool(equals({})))

    (every,) = evaluate(asked, [rule(TELL, groups=groups)])
    (any_of,) = evaluate(asked, [rule(TELL, groups=groups, joined="any")])

    assert every.looks[0].failed == "results 28, not at most 0"
    assert any_of.looks[0].failed == "results 28, not at most 0; clicks 280, not at least 1,000"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems(), rules(), st.booleans(), st.sampled_from([None, None, "Frozen."]), st.sampled_from(sorted(ENGINES)))
def test_whatever_is_written_sums_are_exact_limits_hold_and_the_answer_is_the_same_again(
    whole: Problem, written: list[Rule], may_pause: bool, frozen: str | None, name: str
) -> None:
    changes = {"may_pause": may_pause, "frozen": frozen, "min_active_ads": 2}
    pools = [part.model_copy(update=changes) for part in whole.pools]
    asked = whole.model_copy(update={"engine": name, "pools": pools})
    engine = decide(asked)

    decision, evaluations = apply(asked, engine, written)

    again, looked = apply(
        Problem.model_validate_json(asked.model_dump_json()),
        Decision.model_validate_json(engine.model_dump_json()),
        [Rule.model_validate_json(each.model_dump_json()) for each in reversed(written)],
    )
    assert (again.model_dump_json(), looked) == (decision.model_dump_json(), evaluations)
    for part, answer in zip(asked.pools, decision.pools, strict=True):
        approved = {part.campaign_id: part.pool_minor}
        assert broken_limits(Asked(asked, {}, approved), part, answer) == []
        assert sum(each.after_minor for each in answer.owners) == sum(each.before_minor for each in answer.owners)
    acted = sum(look.acted for evaluation in evaluations for look in evaluation.looks)
    assert acted == 0 or any(pool.moves for pool in decision.pools) or any(each.body.action == TELL for each in written)


def test_figures_that_are_no_numbers_do_not_get_in() -> None:
    for broken in (float("nan"), float("inf")):
        with pytest.raises(ValidationError):
            Signal(score=broken)
        with pytest.raises(ValidationError):
            condition(Metric.SCORE, Comparison.AT_MOST, broken)  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        owner("set-0", [], budget=float("nan"))  # type: ignore[arg-type]
