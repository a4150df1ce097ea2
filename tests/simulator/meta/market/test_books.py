"""The market's books: hidden truth, and what a planner who knows it and an equal split would have made of the money."""

import pytest

from tests.simulator.meta.market.conftest import MakeLive
from tests.simulator.meta.market.live import Live, minor

DAY = 24


class TestReferences:
    def test_a_clairvoyant_beats_an_equal_split_and_equal_budgets_are_one(self, live: Live) -> None:
        live.shop(adsets=5)
        live.advance(3 * DAY)

        found = live.books()["conversions"]

        assert found["clairvoyant"] > 1.1 * found["equal_split"]
        assert found["expected"] == pytest.approx(found["equal_split"], rel=0.08)
        assert found["caused"] == pytest.approx(found["expected"], rel=0.5)
        assert 0 < found["reported"] < found["caused"]

    def test_reported_is_what_a_report_told_at_its_last_refresh(self, live: Live) -> None:
        live.shop(adsets=3)
        live.advance(DAY)
        now = live.books()["settled_until"]

        told = [live.books(as_of=now + seconds)["conversions"]["reported"] for seconds in (-21_600, 0, 899, 21_600)]

        assert told[0] < told[1] == told[2] < told[3]

    def test_equal_curves_leave_a_clairvoyant_nothing_to_gain(self, live: Live) -> None:
        live.shop(adsets=1)
        live.advance(DAY)

        found = live.books()["conversions"]

        assert found["clairvoyant"] == pytest.approx(found["equal_split"], rel=1e-3)

    def test_money_moves_within_the_pool_only(self, make_live: MakeLive) -> None:
        live = make_live()
        live.shop()
        live.shop()
        live.advance(2 * DAY)

        campaigns = live.books(pool="campaign")["conversions"]
        account = live.books(pool="account")["conversions"]

        assert campaigns["clairvoyant"] == pytest.approx(campaigns["equal_split"], rel=1e-3)
        assert account["clairvoyant"] > campaigns["clairvoyant"]
        assert live.control("GET", "market/books?pool=galaxy").status_code == 422

    def test_an_equal_split_also_pays_for_what_is_paused_or_dead(self, live: Live) -> None:
        live.arms(family="log", bend=3, saturation=10_000, conversion_rate=0.1, volatility=0, fatigue=0)
        _, (_, worse) = live.shop(adsets=2)
        live.arms("Set 1", conversion_rate=0.01)
        live.advance(DAY)
        since = live.books()["settled_until"]
        live.advertiser.post(worse, status="PAUSED")
        live.advance(DAY)

        found = live.books(since=since)

        assert {row["id"]: row["spend_minor"] for row in found["adsets"]}[worse] == 0
        assert found["conversions"]["expected"] > 1.2 * found["conversions"]["equal_split"]


class TestChanging:
    def test_a_curve_is_chosen_by_name_for_ad_sets_to_come_and_changed_later(self, live: Live) -> None:
        live.arms("Set 1", family="power", bend=0.5, saturation=5_000, click_cost=20)
        _, adsets = live.shop(adsets=2)
        live.advance(DAY)
        rows = {row["id"]: row for row in live.books()["adsets"]}

        assert (rows[adsets[1]]["family"], rows[adsets[1]]["bend"], rows[adsets[1]]["click_cost"]) == ("power", 0.5, 20)
        assert rows[adsets[0]]["click_cost"] != 20
        assert live.arms("Set 1", click_cost=40) == 1
        before = live.rows(adsets[1])[0]
        live.advance(DAY)
        after = live.rows(adsets[1], date_preset="yesterday")[0]
        assert minor(after) / int(after["clicks"]) > 1.5 * minor(before) / int(before["clicks"])

    def test_fatigue_tires_a_small_audience(self, live: Live) -> None:
        live.arms("Set 0", audience=500, fatigue=1.0, volatility=0)
        _, (adset,) = live.shop()
        live.advance(7 * DAY)

        rates = [int(row["clicks"]) / int(row["impressions"]) for row in live.rows(adset, time_increment=1)]

        assert rates[-1] < 0.5 * rates[0]

    @pytest.mark.parametrize(
        "body",
        [{"family": "power", "bend": 1.5}, {"bend": 2}, {"family": "line", "bend": 1}, {"click_rate": 2}, {"mood": 1}],
    )
    def test_curves_that_are_not_concave_and_unknown_names_are_refused(
        self, live: Live, body: dict[str, object]
    ) -> None:
        assert live.control("PUT", "market/arms", body).status_code == 422

    def test_an_unknown_account_has_no_market(self, live: Live) -> None:
        assert live.advertiser.control.get("meta/accounts/1/market/books").status_code == 404
