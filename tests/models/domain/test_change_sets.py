from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from models.domain.change_sets import ChangeSet, apply, change_set_hash, items, scopes
from models.domain.hashing import schedule_hash
from models.domain.schedule import BudgetPeriod, Schedule
from models.domain.states import Scope
from tests.models.domain.examples import shop_plan, shop_schedule

PLAN = shop_plan()
RUNNING = shop_schedule()
LIFETIME = Schedule.model_validate(
    RUNNING.model_dump() | {"budget_period": BudgetPeriod.LIFETIME, "total_cap_minor": 60_000, "daily_cap_minor": None}
)


class TestMoney:
    def test_a_new_daily_budget_moves_the_daily_cap_and_nothing_else(self) -> None:
        after = apply(ChangeSet(budgets={"broad__ar": 30_000}), RUNNING, PLAN)

        assert [part.initial_minor for part in after.split] == [30_000, 40_000]
        assert (after.daily_cap_minor, after.total_cap_minor) == (70_000, RUNNING.total_cap_minor)
        assert after.start == RUNNING.start
        assert schedule_hash(after) != schedule_hash(RUNNING)

    def test_a_budget_above_the_old_ceiling_raises_the_ceiling(self) -> None:
        after = apply(ChangeSet(budgets={"broad__ar": 90_000}), RUNNING, PLAN)

        assert after.split[0].ceiling_minor == 90_000

    def test_a_lifetime_budget_moves_the_total(self) -> None:
        assert apply(ChangeSet(budgets={"broad__ar": 30_000}), LIFETIME, PLAN).total_cap_minor == 70_000

    @settings(max_examples=30, deadline=None)
    @given(st.integers(min_value=60_000, max_value=10**9))
    def test_a_new_total_is_shared_out_exactly(self, total: int) -> None:
        after = apply(ChangeSet(total_cap_minor=total), LIFETIME, PLAN)

        assert sum(part.initial_minor for part in after.split) == after.total_cap_minor == total

    @pytest.mark.parametrize(
        ("change", "schedule", "words"),
        [
            (ChangeSet(budgets={"nobody": 5}), RUNNING, "held by broad__ar, broad__en"),
            (ChangeSet(budgets={"broad__ar": 5}), RUNNING, "below its floor of SAR 10.00"),
            (ChangeSet(budgets={"broad__ar": 30_000}, total_cap_minor=5_000), LIFETIME, "not to the new total"),
            (ChangeSet(end=RUNNING.start - timedelta(days=1)), RUNNING, "move one of them"),
        ],
    )
    def test_what_does_not_add_up_is_refused(self, change: ChangeSet, schedule: Schedule, words: str) -> None:
        with pytest.raises(ValueError, match=words):
            apply(change, schedule, PLAN)


class TestAds:
    def test_pausing_one_ad_touches_the_ads_and_its_item_and_no_money(self) -> None:
        change = ChangeSet(pause_ads=["broad__ar__evening"])

        assert (scopes(change), items(change, PLAN)) == ([Scope.ADS], ["evening.ar"])
        assert apply(change, RUNNING, PLAN) == RUNNING

    def test_the_last_ads_of_an_ad_set_are_not_paused_one_by_one(self) -> None:
        with pytest.raises(ValueError, match="left with 0 active ads"):
            apply(ChangeSet(pause_ads=["broad__ar__evening", "broad__ar__workshop"]), RUNNING, PLAN)

    def test_an_unknown_ad_is_named_with_those_that_exist(self) -> None:
        with pytest.raises(ValueError, match="the ads are broad__ar__evening"):
            apply(ChangeSet(pause_ads=["other"]), RUNNING, PLAN)


def test_dates_budgets_and_status_are_decided_by_the_approvers_of_the_schedule() -> None:
    later = ChangeSet(end=RUNNING.start + timedelta(days=90))

    assert scopes(later) == scopes(ChangeSet(status="pause")) == [Scope.SCHEDULE]
    assert scopes(ChangeSet(status="pause", pause_ads=["a"])) == [Scope.SCHEDULE, Scope.ADS]
    assert apply(later, RUNNING, PLAN).end == RUNNING.start + timedelta(days=90)


def test_an_empty_change_is_refused() -> None:
    with pytest.raises(ValidationError, match="the change is empty"):
        ChangeSet(note="nothing")


def test_the_hash_tells_changes_apart() -> None:
    one, two = ChangeSet(budgets={"a": 1}), ChangeSet(budgets={"a": 2})

    assert change_set_hash(one) == change_set_hash(ChangeSet(budgets={"a": 1}))
    assert change_set_hash(one) != change_set_hash(two)
