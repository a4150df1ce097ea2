"""How a drafted schedule's money is first split over the ad sets of a strategy."""

from datetime import UTC, datetime

import pytest

from activities.first_split import split_by_past
from models.domain.base import Money
from models.domain.brief import Budget, BudgetKind, Kpi, KpiMetric
from models.domain.defaults import AccountFacts, default_schedule
from models.domain.schedule import Schedule
from optimizer.similar import PastAdSet, PastDay
from tests.models.domain.examples import NOW, shop_brief, shop_strategy

ACCOUNT = AccountFacts(account_id="act_1", currency="SAR", zone="Asia/Riyadh", page_id="1", min_daily_minor=400)
BRIEF = shop_brief().model_copy(update={"kpi": None})


def drafted() -> Schedule:
    return default_schedule(BRIEF, shop_strategy(), ACCOUNT, NOW)


def amounts(schedule: Schedule) -> dict[str, int]:
    return {part.plan_key: part.initial_minor for part in schedule.split}


def past(prospecting: int, retargeting: int) -> list[PastAdSet]:
    return [
        PastAdSet(str(number), [PastDay(5_000, 9_000, 100, results)] * 12, stage, "ar")
        for number in range(5)
        for stage, results in (("prospecting", prospecting), ("retargeting", retargeting))
    ]


def test_without_a_past_the_strategys_shares_stand_and_nothing_is_said() -> None:
    schedule, words = split_by_past(drafted(), BRIEF, shop_strategy(), [])

    assert (amounts(schedule), words) == (amounts(drafted()), [])


def test_what_brought_more_for_its_money_gets_more_with_words_for_each_ad_set() -> None:
    before = amounts(drafted())

    schedule, words = split_by_past(drafted(), BRIEF, shop_strategy(), past(2, 8))

    after = amounts(schedule)
    assert sum(after.values()) == sum(before.values())
    assert {key for key in after if after[key] > before[key]} == {"carts__ar", "carts__en"}
    assert len(words) == len(after)
    assert any("more results for the same money" in line for line in words)


def test_each_ad_set_gets_what_learning_takes_where_the_budget_allows_it() -> None:
    brief = BRIEF.model_copy(update={"kpi": Kpi(metric=KpiMetric.CPA, target=1_000)})

    schedule, words = split_by_past(drafted(), brief, shop_strategy(), [])

    assert min(amounts(schedule).values()) == 7_143
    assert any("so that it gets enough results to learn from" in line for line in words)


def test_a_budget_of_the_whole_campaign_is_the_platforms_to_share_out() -> None:
    total = Budget(amount=Money(amount_minor=900_000, currency="SAR"), kind=BudgetKind.TOTAL)
    flight = BRIEF.flight.model_copy(update={"end": datetime(2026, 12, 1, tzinfo=UTC)})
    brief = BRIEF.model_copy(update={"budget": total, "flight": flight})
    schedule = default_schedule(brief, shop_strategy(), ACCOUNT, NOW)

    assert split_by_past(schedule, brief, shop_strategy(), past(2, 8)) == (schedule, [])


@pytest.mark.parametrize("results", [(8, 2), (2, 8)])
def test_floors_and_ceilings_stay_as_drafted(results: tuple[int, int]) -> None:
    schedule, _ = split_by_past(drafted(), BRIEF, shop_strategy(), past(*results))

    limits = [(part.floor_minor, part.ceiling_minor) for part in schedule.split]
    assert limits == [(part.floor_minor, part.ceiling_minor) for part in drafted().split]
