"""Money in the simulated market: exact to the minor unit, within every limit, and only where something may run."""

from typing import Any

import pytest

from tests.simulator.meta.market.conftest import MakeLive
from tests.simulator.meta.market.live import CAMPAIGN_BUDGET, HOURLY, Live, minor

DAY = 24


class TestConservation:
    def test_hours_days_levels_books_and_account_agree_to_the_cent(self, live: Live) -> None:
        campaign, _ = live.shop(adsets=3)
        live.advance(3 * DAY + 5)

        readings: dict[str, dict[str, Any]] = {
            "account": {"level": "account"},
            "campaigns": {"level": "campaign", "time_increment": 1},
            "ad sets": {"level": "adset", "time_increment": 2},
            "ads": {"level": "ad"},
            "hours": {"level": "adset", "breakdowns": HOURLY, "time_increment": 1},
            "hours of all days": {"level": "account", "breakdowns": HOURLY},
            "of one campaign": {"node": campaign},
        }
        sums = {name: sum(minor(row) for row in live.rows(**params)) for name, params in readings.items()}

        books = live.books()
        assert set(sums.values()) == {books["spend_minor"]}
        assert books["spend_minor"] > 20_000
        assert live.read(live.act, "amount_spent")["amount_spent"] == str(books["spend_minor"])
        for adset in books["adsets"]:
            assert sum(spend for _, spend, _ in adset["hours"]) == adset["spend_minor"]

    def test_a_currency_without_cents_has_whole_amounts(self, make_live: MakeLive) -> None:
        live = make_live(currency="JPY", timezone="Asia/Tokyo")
        live.shop(daily_budget=3_000)
        live.advance(2 * DAY)

        rows = live.rows(level="adset", time_increment=1)

        assert all(row["spend"].isdigit() for row in rows)
        assert sum(int(row["spend"]) for row in rows) == live.books()["spend_minor"] > 3_000


class TestLimits:
    def test_a_day_may_be_overspent_by_three_quarters_and_a_week_not_at_all(self, live: Live) -> None:
        _, adsets = live.shop(adsets=4)
        live.advance(2 * 7 * DAY)

        for adset in adsets:
            days = [minor(row) for row in live.rows(adset, time_increment=1)]
            assert len(days) == 14
            assert max(days) <= 17_500
            assert max(days) > 10_000
            assert sum(days[:7]) <= 70_000
            assert sum(days[7:]) <= 70_000
            assert sum(days) > 0.7 * 140_000

    def test_the_days_ceiling_follows_its_highest_budget(self, live: Live) -> None:
        _, (adset,) = live.shop()
        live.advance(20)
        spent = minor(live.rows(adset, date_preset="today")[0])
        live.advertiser.post(adset, daily_budget=40_000)
        live.advertiser.post(adset, daily_budget=10_000)

        live.advance(3)
        assert minor(live.rows(adset, date_preset="today")[0]) <= 70_000
        assert spent <= 17_500
        live.advance(DAY)

        assert minor(live.rows(adset, date_preset="today")[0]) <= 17_500

    def test_a_lifetime_budget_lasts_until_its_end_and_is_never_exceeded(self, live: Live) -> None:
        _, (adset,) = live.shop(daily_budget=None, lifetime_budget=30_000, end_time="2027-01-13T12:00:00+0000")
        live.advance(40)
        halfway = minor(live.rows(adset)[0])
        remaining = live.read(adset, "budget_remaining")["budget_remaining"]
        live.advance(100)

        days = [minor(row) for row in live.rows(adset, time_increment=1)]
        assert 8_000 < halfway < 22_000
        assert remaining == str(30_000 - halfway)
        assert 24_000 < sum(days) <= 30_000
        assert len(days) == 4

    def test_so_does_a_lifetime_budget_of_a_campaign(self, live: Live) -> None:
        live.arms(alive=True)
        campaign = live.campaign(**CAMPAIGN_BUDGET | {"daily_budget": None, "lifetime_budget": 40_000})
        own = {"bid_strategy": None, "daily_budget": None, "end_time": "2027-01-14T00:00:00+0000"}
        for _ in range(2):
            live.adset(campaign, **own)
        live.advance(2 * DAY)
        halfway = live.books()["spend_minor"]
        live.advance(4 * DAY)

        assert 12_000 < halfway < 28_000
        assert 34_000 < live.books()["spend_minor"] <= 40_000
        assert live.read(campaign, "budget_remaining")["budget_remaining"] == str(40_000 - live.books()["spend_minor"])

    def test_day_parts_confine_delivery_to_their_hours(self, live: Live) -> None:
        live.arms(saturation=50_000)
        evenings = [{"start_minute": 18 * 60, "end_minute": 22 * 60, "days": [0, 1, 2, 3, 4, 5, 6]}]
        _, (adset,) = live.shop(
            daily_budget=None, lifetime_budget=30_000, end_time="2027-01-13T00:00:00+0000", adset_schedule=evenings
        )
        live.advance(3 * DAY + 1)

        hours = {row[HOURLY][:2] for row in live.rows(adset, breakdowns=HOURLY)}

        assert hours == {"18", "19", "20", "21"}
        assert 24_000 < live.books()["spend_minor"] <= 30_000

    def test_a_campaign_budget_is_shared_within_the_ad_sets_own_limits(self, live: Live) -> None:
        live.arms(alive=True)
        campaign = live.campaign(**CAMPAIGN_BUDGET)
        own = {"bid_strategy": None, "daily_budget": None}
        capped, *_ = [live.adset(campaign, **own, **more) for more in ({"daily_spend_cap": 1_000}, {}, {})]
        live.advance(7 * DAY)

        days = [minor(row) for row in live.rows(campaign, time_increment=1)]
        assert max(days) <= 35_000
        assert 90_000 < sum(days) <= 140_000
        assert max(minor(row) for row in live.rows(capped, time_increment=1)) <= 1_000
        assert len(live.rows(level="adset")) == 3

    def test_a_minimum_spend_lifts_an_ad_set_that_would_get_little(self, live: Live) -> None:
        live.arms("Weak", conversion_rate=0.0005)
        live.arms(alive=True)
        campaign = live.campaign(**CAMPAIGN_BUDGET)
        own = {"bid_strategy": None, "daily_budget": None}
        weak, lifted = (
            live.adset(campaign, name="Weak", **own, **more) for more in ({}, {"daily_min_spend_target": 5_000})
        )
        live.adset(campaign, name="Strong", **own)
        live.advance(2 * DAY)

        spent = {row["adset_id"]: minor(row) for row in live.rows(level="adset")}
        assert spent[lifted] > 7_000 > 2 * spent.get(weak, 0)

    def test_a_cost_cap_below_the_usual_cost_slows_spending(self, live: Live) -> None:
        same: dict[str, Any] = {"family": "log", "bend": 3, "click_cost": 100, "saturation": 10_000}
        live.arms(**same, conversion_rate=0.05, volatility=0)
        campaign = live.campaign()
        free, capped = (
            live.adset(campaign, **more) for more in ({}, {"bid_strategy": "COST_CAP", "bid_amount": 1_000})
        )
        live.advance(3 * DAY)

        spent = {row["adset_id"]: minor(row) for row in live.rows(level="adset")}
        assert spent[capped] < 0.5 * spent[free]

    @pytest.mark.parametrize("owner", ["campaign", "account"])
    def test_spending_stops_at_a_spending_limit(self, live: Live, owner: str) -> None:
        campaign, _ = live.shop(adsets=2)
        if owner == "campaign":
            assert live.advertiser.post(campaign, spend_cap=15_000).json() == {"success": True}
        else:
            live.advertiser.change(spend_cap=15_000)
        live.advance(4 * DAY)

        assert 14_900 <= live.books()["spend_minor"] <= 15_000

    def test_a_lifetime_budget_cannot_fall_below_what_was_spent(self, live: Live) -> None:
        _, (adset,) = live.shop(daily_budget=None, lifetime_budget=60_000, end_time="2027-01-12T00:00:00+0000")
        live.advance(DAY)

        error = live.advertiser.post(adset, lifetime_budget=11_000).json()["error"]

        assert (error["code"], error["error_subcode"]) == (100, 1885650)


class TestWhatRuns:
    @pytest.mark.parametrize("why", ["ad", "adset", "campaign", "rejected", "in review", "disabled", "unpaid", "issue"])
    def test_nothing_is_spent_by_what_may_not_run(self, live: Live, why: str) -> None:
        if why == "in review":
            live.advertiser.change(review_delay_s=10 * 3600)
        campaign, (adset,) = live.shop()
        ad = live.advertiser.get(f"{adset}/ads").json()["data"][0]["id"]
        if why in ("ad", "adset", "campaign"):
            live.advertiser.post({"ad": ad, "adset": adset, "campaign": campaign}[why], status="PAUSED")
        elif why == "rejected":
            live.advertiser.control.put(f"meta/objects/{ad}/review", json={"approved": False})
        elif why == "issue":
            broken = {"issues": [{"error_code": 1, "error_summary": "Broken", "error_type": "HARD_ERROR"}]}
            live.advertiser.control.put(f"meta/objects/{adset}/issues", json=broken)
        elif why != "in review":
            live.advertiser.change(**({"account_status": 2} if why == "disabled" else {"funded": False}))
        live.advance(8)

        assert live.books()["spend_minor"] == 0
        assert live.rows() == []

    @pytest.mark.parametrize("level", ["adset", "campaign"])
    def test_delivery_keeps_to_start_and_end(self, live: Live, level: str) -> None:
        start, end = "2027-01-10T04:00:00+0000", "2027-01-11T06:00:00+0000"
        flight: dict[str, Any] = {"start_time": start, "end_time": end} if level == "adset" else {"start_time": start}
        campaign, (adset,) = live.shop(**flight)
        if level == "campaign":
            live.advertiser.post(campaign, stop_time=end)
        live.advance(2 * DAY)

        hours = [(row["date_start"][-2:], row[HOURLY][:2]) for row in live.rows(breakdowns=HOURLY, time_increment=1)]

        assert (hours[0], hours[-1], len(hours)) == (("10", "04"), ("11", "05"), 26)
        assert live.read(adset, "effective_status")["effective_status"] == "ACTIVE"

    def test_an_ad_spends_from_its_approval_and_a_pause_ends_it(self, live: Live) -> None:
        live.advertiser.change(review_delay_s=5 * 3600)
        _, (adset,) = live.shop()
        live.advance(10)
        first = live.rows(adset, breakdowns=HOURLY)
        live.advertiser.post(adset, status="PAUSED")
        spent = live.books()["spend_minor"]
        live.advance(10)

        assert min(row[HOURLY] for row in first)[:2] == "05"
        assert live.books()["spend_minor"] == spent > 0

    @pytest.mark.parametrize("how", ["PAUSED", "DELETED"])
    def test_what_is_stopped_within_an_hour_has_spent_until_then(self, live: Live, how: str) -> None:
        campaign, (stopped, other) = live.shop(adsets=2)
        live.arms(family="log", bend=3, saturation=10_000, volatility=0)
        live.advance(12.5)
        if how == "PAUSED":
            live.advertiser.post(stopped, status="PAUSED")
        else:
            live.advertiser.delete(stopped)
        before = {row["adset_id"]: minor(row) for row in live.rows(level="adset")}
        live.advance(0.6)
        after = {row["adset_id"]: minor(row) for row in live.rows(level="adset")}
        live.advance(5)
        final = {row["adset_id"]: minor(row) for row in live.rows(level="adset")}

        assert 0 < after[stopped] - before[stopped] < after[other] - before[other]
        assert final[stopped] == after[stopped]
        assert final[other] > after[other]
        assert live.read(campaign, "effective_status")["effective_status"] == "ACTIVE"

    def test_a_dead_arm_has_a_budget_and_delivers_nothing(self, live: Live) -> None:
        _, (_, dead) = live.shop(adsets=2)
        live.advance(5)
        before = minor(live.rows(dead)[0])

        assert live.arms("Set 1", alive=False) == 1
        live.advance(DAY)

        assert minor(live.rows(dead)[0]) == before
        assert live.read(dead, "effective_status,daily_budget") == {
            "effective_status": "ACTIVE", "daily_budget": "10000", "id": dead,
        }  # fmt: skip


def test_a_second_ad_shares_its_ad_sets_money(live: Live) -> None:
    _, (adset,) = live.shop()
    second = live.ad(adset)
    live.advance(DAY)

    rows = {row["ad_id"]: minor(row) for row in live.rows(level="ad", fields="ad_id,spend")}

    assert len(rows) == 2
    assert min(rows.values()) > 500
    assert second in rows
    assert sum(rows.values()) == minor(live.rows(adset)[0])
