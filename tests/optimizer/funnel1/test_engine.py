"""What the engine may never do, whatever it is shown, and what a media buyer expects of it."""

from datetime import timedelta

import pytest
from hypothesis import given, settings

from optimizer.funnel1.engine import ENGINE, decide
from optimizer.problem import Owner, OwnerDecision, Pool, PoolDecision, Problem, Why
from tests.optimizer.problems import BUDGET, NOW, day, earning, owner, pool, problem, problems


def one(*pools: Pool, **changes: object) -> PoolDecision:
    return decide(problem(*pools, **changes)).pools[0]


def after(decision: PoolDecision) -> list[int]:
    return [each.after_minor for each in decision.owners]


@settings(max_examples=100, deadline=None)
@given(problems())
def test_whatever_is_seen_sums_are_exact_amounts_whole_and_limits_kept(asked: Problem) -> None:
    answer = decide(asked)

    assert answer.engine == ENGINE
    assert [each.campaign_id for each in answer.pools] == [each.campaign_id for each in asked.pools]
    for given_pool, decided in zip(asked.pools, answer.pools, strict=True):
        assert decided.words
        assert sum(after(decided)) == given_pool.pool_minor
        assert decided.moves == any(each.after_minor != each.before_minor for each in decided.owners)
        for given_owner, each in zip(given_pool.owners, decided.owners, strict=True):
            keeps_the_limits(given_pool, given_owner, each)


def keeps_the_limits(given_pool: Pool, given_owner: Owner, each: OwnerDecision) -> None:
    assert (each.object_id, each.before_minor) == (given_owner.object_id, given_owner.now_minor)
    assert each.words
    if each.after_minor == each.before_minor:
        return
    assert each.after_minor % given_pool.unit_minor == 0
    assert given_owner.delivering
    assert given_owner.edited_at is None or NOW - given_owner.edited_at >= timedelta(hours=24)
    assert given_owner.floor_minor <= each.after_minor <= given_owner.ceiling_minor
    step = abs(each.after_minor - given_owner.day_ago_minor)
    assert step * 10_000 <= given_owner.day_ago_minor * min(given_pool.max_step, 1_900)
    week = abs(each.after_minor - given_owner.week_ago_minor)
    assert week * 10_000 <= given_owner.week_ago_minor * given_pool.max_week
    if not given_pool.daily:
        assert each.after_minor >= given_owner.spent_minor
    if each.after_minor > each.before_minor and given_owner.remaining_cap_minor is not None:
        spent = 0 if given_pool.daily else given_owner.spent_minor
        assert each.after_minor <= given_owner.remaining_cap_minor + spent


@settings(max_examples=25, deadline=None)
@given(problems())
def test_the_same_problem_gives_the_same_bytes_also_after_a_trip_through_json(asked: Problem) -> None:
    first = decide(asked).model_dump_json()

    assert decide(Problem.model_validate_json(asked.model_dump_json())).model_dump_json() == first


@settings(max_examples=20, deadline=None)
@given(problems())
def test_a_pool_is_decided_on_by_itself(asked: Problem) -> None:
    together = decide(asked).pools
    alone = [decide(asked.model_copy(update={"pools": [each]})).pools[0] for each in asked.pools]

    assert [each.model_dump_json() for each in together] == [each.model_dump_json() for each in alone]


def test_money_moves_to_the_ad_set_that_earns_more_by_less_than_a_fifth() -> None:
    decision = one(pool([earning("weak", 2), earning("strong", 8)]))

    assert decision.moves
    assert after(decision) == [8_100, 11_900]
    assert [each.limited_by for each in decision.owners] == [["step"], ["step"]]
    assert "SAR 19.00 a day moves" in decision.words
    assert "strong" in decision.words
    assert decision.owners[0].words.startswith("SAR 100.00 → SAR 81.00 a day: ")
    assert all(each.gain > 0 for each in decision.owners)
    assert decision.confidence_bp is not None
    assert decision.confidence_bp > 9_000
    assert decision.expected_gain_bp is not None
    assert 0 < decision.expected_gain_bp < 1_000


def test_equal_ad_sets_are_left_in_peace() -> None:
    decision = one(pool([earning("one", 4), earning("two", 4), earning("three", 4)]))

    assert not decision.moves
    assert decision.why is Why.NOTHING_TO_GAIN


def test_one_lucky_sale_moves_nothing() -> None:
    few = [owner(name, [day(1, BUDGET, 200, lucky), day(2, BUDGET, 200, 4)]) for name, lucky in (("a", 5), ("b", 4))]

    assert not one(pool(few)).moves


def test_cheap_clicks_that_buy_nothing_do_not_win() -> None:
    clicked = owner("clicked", [day(age, BUDGET, 200, 1) for age in range(1, 14)])
    bought = owner("bought", [day(age, BUDGET, 40, 6) for age in range(1, 14)])

    assert after(one(pool([clicked, bought]))) == [8_100, 11_900]


def test_value_counts_where_every_conversion_has_one() -> None:
    cheap = earning("cheap", 6, value_per_conversion_minor=1_000)
    dear = earning("dear", 3, value_per_conversion_minor=9_000)

    assert after(one(pool([cheap, dear]))) == [8_100, 11_900]


def test_without_any_conversions_told_clicks_decide() -> None:
    quiet = [
        owner(name, [day(age, BUDGET, clicks, None) for age in range(1, 14)]) for name, clicks in (("a", 20), ("b", 60))
    ]

    assert after(one(pool(quiet))) == [8_100, 11_900]


def test_an_ad_set_that_stopped_spending_gives_its_money_to_the_others() -> None:
    dead = owner("dead", [day(0, 3, 0, 0), day(1, 9, 0, 0), *(day(age, BUDGET, 40, 9) for age in range(2, 14))])

    decision = one(pool([dead, earning("alive", 4), earning("too", 4)]))

    assert decision.owners[0].after_minor == 8_100
    assert "spends next to nothing" in decision.owners[0].words
    assert sum(after(decision)) == 3 * BUDGET


def test_nothing_is_added_where_the_budget_is_not_spent() -> None:
    timid = owner("timid", [day(age, BUDGET // 3, 40, 9) for age in range(14)])

    decision = one(pool([timid, earning("full", 2), earning("good", 5)]))

    assert decision.owners[0].after_minor <= BUDGET


def test_a_new_ad_set_without_figures_is_neither_starved_nor_fed() -> None:
    fresh = owner("fresh", [], started_at=NOW - timedelta(hours=1))

    decision = one(pool([fresh, earning("weak", 2), earning("strong", 8)]))

    assert decision.moves
    assert 0.85 * BUDGET < decision.owners[0].after_minor < 1.15 * BUDGET


def test_a_day_that_nobody_read_counts_for_nothing() -> None:
    def gap(name: str, conversions: int) -> Owner:
        whole = earning(name, conversions)
        return whole.model_copy(update={"days": [row for row in whole.days if row.day.day not in (10, 11)]})

    assert after(one(pool([gap("weak", 2), gap("strong", 8)]))) == [8_100, 11_900]


def test_a_lifetime_budget_never_falls_below_what_is_spent() -> None:
    weak = earning("weak", 1, spent_minor=95_000, budget=100_000)
    strong = earning("strong", 9, spent_minor=60_000, budget=100_000)

    decision = one(pool([weak, strong], daily=False))

    assert decision.moves
    assert 95_000 <= decision.owners[0].after_minor < 100_000
    assert sum(after(decision)) == 200_000


def test_yen_have_no_decimals_and_units_are_kept() -> None:
    decision = one(pool([earning("weak", 2), earning("strong", 8)]), currency="JPY", zone="Asia/Tokyo")
    assert "JPY 1,900 a day" in decision.words

    hundreds = one(pool([earning("weak", 2), earning("strong", 8)], unit_minor=100), currency="TWD")
    assert after(hundreds) == [8_100, 11_900]


def test_it_decides_once_a_day_and_says_when_it_did() -> None:
    owners = [earning("weak", 2), earning("strong", 8)]

    soon = one(pool(owners, decided_at=NOW - timedelta(hours=23)))
    assert (soon.moves, soon.why) == (False, Why.TOO_SOON)
    assert "23 h ago" in soon.words

    assert one(pool(owners, decided_at=NOW - timedelta(hours=24))).moves


def test_a_days_rest_begins_when_the_last_budget_was_written() -> None:
    decided_at = NOW - timedelta(hours=24, minutes=1)
    early = earning("weak", 2, edited_at=decided_at + timedelta(seconds=30))
    late = earning("strong", 8, edited_at=decided_at + timedelta(minutes=5))

    assert one(pool([early, late], decided_at=decided_at)).why is Why.TOO_SOON
    later = NOW + timedelta(hours=1)
    assert one(pool([early, late], decided_at=decided_at), now=later, read_at=later).moves


def test_a_budget_that_somebody_changed_today_rests_and_the_others_move() -> None:
    touched = earning("touched", 2, edited_at=NOW - timedelta(hours=3))

    decision = one(pool([touched, earning("weak", 2), earning("strong", 8)]))

    assert decision.owners[0].why is Why.TOO_SOON
    assert "3 h ago" in decision.owners[0].words
    assert decision.owners[0].after_minor == BUDGET
    assert decision.owners[1].after_minor < BUDGET < decision.owners[2].after_minor


@pytest.mark.parametrize(
    ("changes", "why", "words"),
    [
        ({"frozen": "Everything is stopped."}, Why.FROZEN, "Everything is stopped."),
        ({"platform_budget_optimisation": True}, Why.PLATFORM_OPTIMISES, "Meta itself shares"),
        ({"may_cut": False}, Why.AT_LIMIT, "only rise or only fall"),
        ({"max_step": 0}, Why.AT_LIMIT, "at a limit"),
    ],
)
def test_no_action_has_its_reason(changes: dict[str, object], why: Why, words: str) -> None:
    decision = one(pool([earning("weak", 2), earning("strong", 8)], **changes))

    assert (decision.moves, decision.why) == (False, why)
    assert words in decision.words
    assert {each.why for each in decision.owners} == {why}


def test_too_little_to_go_by_is_said_with_figures() -> None:
    thin = [owner(name, [day(1, BUDGET, 20, 1)]) for name in ("a", "b")]
    assert "40 clicks so far, 60 are needed" in one(pool(thin)).words

    unsold = [owner(name, [day(1, BUDGET, 200, 1)]) for name in ("a", "b")]
    assert "2 conversions in 14 days" in one(pool(unsold)).words

    assert one(pool([earning("only", 4)])).why is Why.ONE_OWNER
    young = [earning(name, 4, started_at=NOW - timedelta(hours=2)) for name in ("a", "b")]
    assert "less than twelve hours" in one(pool(young)).words


def test_old_figures_decide_nothing() -> None:
    owners = [earning("weak", 2), earning("strong", 8)]

    assert one(pool(owners), read_at=NOW - timedelta(hours=3)).why is Why.FROZEN
    assert one(pool(owners), read_at=None).why is Why.FROZEN


def test_what_does_not_run_keeps_its_money() -> None:
    paused = earning("paused", 1, delivering=False)

    decision = one(pool([paused, earning("weak", 2), earning("strong", 8)]))

    assert decision.owners[0].why is Why.NOT_DELIVERING
    assert decision.owners[0].after_minor == BUDGET
    assert decision.moves
