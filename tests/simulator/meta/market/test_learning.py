"""The learning phase: when it ends, what starts it again, and what it costs."""

from typing import Any

import pytest

from tests.simulator.meta.advertiser import TARGETING
from tests.simulator.meta.market.live import CAMPAIGN_BUDGET, Live

DAY = 24
FAST: dict[str, Any] = {"conversion_rate": 0.5}
SLOW: dict[str, Any] = {"conversion_rate": 0.001}


def stage(live: Live, adset: str) -> str:
    return str(live.read(adset, "learning_stage_info")["learning_stage_info"]["status"])


class TestStages:
    def test_fifty_results_end_it_and_a_week_without_them_limits_it(self, live: Live) -> None:
        _, (fast, slow) = live.shop(adsets=2)
        live.arms("Set 0", **FAST)
        live.arms("Set 1", **SLOW)
        live.advance(1)
        first = [live.read(adset, "learning_stage_info")["learning_stage_info"] for adset in (fast, slow)]
        live.advance(6 * DAY)
        within_week = [stage(live, adset) for adset in (fast, slow)]
        live.advance(2 * DAY)

        assert [info["status"] for info in first] == ["LEARNING", "LEARNING"]
        assert within_week == ["SUCCESS", "LEARNING"]
        assert [stage(live, adset) for adset in (fast, slow)] == ["SUCCESS", "FAIL"]

    def test_results_are_those_of_the_goal(self, live: Live) -> None:
        _, (adset,) = live.shop(optimization_goal="LINK_CLICKS", promoted_object=None)
        live.advance(DAY)

        info = live.read(adset, "learning_stage_info")["learning_stage_info"]
        (row,) = live.rows(adset)

        clicks = next(entry["value"] for entry in row["actions"] if entry["action_type"] == "link_click")
        assert info["conversions"] == int(clicks)


class TestSignificantEdits:
    @pytest.fixture
    def learnt(self, live: Live) -> str:
        live.arms(**FAST)
        _, (adset,) = live.shop()
        live.advance(6 * DAY)
        assert stage(live, adset) == "SUCCESS"
        return adset

    @pytest.mark.parametrize(
        ("edit", "after"),
        [
            ({"daily_budget": 11_900}, "SUCCESS"),
            ({"daily_budget": 12_500}, "LEARNING"),
            ({"daily_budget": 7_900}, "LEARNING"),
            ({"targeting": TARGETING | {"age_min": 30}}, "LEARNING"),
            ({"name": "Renamed"}, "SUCCESS"),
        ],
    )
    def test_large_changes_start_it_again(self, live: Live, learnt: str, edit: dict[str, object], after: str) -> None:
        assert live.advertiser.post(learnt, **edit).json() == {"success": True}

        assert stage(live, learnt) == after
        live.advance(1)
        assert stage(live, learnt) == after

    def test_small_steps_of_one_day_add_up(self, live: Live, learnt: str) -> None:
        live.advertiser.post(learnt, daily_budget=11_500)
        live.advance(5)
        assert stage(live, learnt) == "SUCCESS"

        live.advertiser.post(learnt, daily_budget=13_000)

        assert stage(live, learnt) == "LEARNING"

    def test_so_do_a_week_of_rest_and_a_new_ad_but_not_a_night(self, live: Live, learnt: str) -> None:
        for hours, after in ((12, "SUCCESS"), (8 * DAY, "LEARNING")):
            live.advertiser.post(learnt, status="PAUSED")
            live.advance(hours)
            live.advertiser.post(learnt, status="ACTIVE")
            assert stage(live, learnt) == after
        live.advance(3 * DAY)
        assert stage(live, learnt) == "SUCCESS"

        live.ad(learnt)

        assert stage(live, learnt) == "LEARNING"

    def test_a_campaign_budget_counts_for_all_its_ad_sets(self, live: Live) -> None:
        live.arms(alive=True, **FAST)
        campaign = live.campaign(**CAMPAIGN_BUDGET)
        adset = live.adset(campaign, bid_strategy=None, daily_budget=None)
        live.advance(3 * DAY)
        assert stage(live, adset) == "SUCCESS"

        live.advertiser.post(campaign, daily_budget=30_000)

        assert stage(live, adset) == "LEARNING"


def test_what_relearns_brings_fewer_conversions_for_its_money(live: Live) -> None:
    live.arms(family="log", bend=3, saturation=10_000, conversion_rate=0.3, fatigue=0, volatility=0, learning_cost=0.6)
    _, (steady, edited) = live.shop(adsets=2)
    live.advance(3 * DAY)
    live.arms(conversion_rate=0.004)
    for age in range(20, 24):
        live.advertiser.post(edited, targeting=TARGETING | {"age_min": age})
        live.advance(2 * DAY)

    books = {row["id"]: row for row in live.books(since=live.books()["settled_until"] - 7 * DAY * 3600)["adsets"]}

    per_money = {adset: books[adset]["expected"] / books[adset]["spend_minor"] for adset in (steady, edited)}
    assert per_money[edited] < 0.8 * per_money[steady]
