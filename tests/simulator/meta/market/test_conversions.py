"""Conversions come late, by the attribution setting, and change days that are over; hours lose those off Meta."""

from typing import Any

import pytest

from tests.simulator.meta.market.live import HOURLY, Live, count, minor

DAY = 24
PURCHASE, LEAD = "purchase", "lead"
MANY: dict[str, Any] = {"conversion_rate": 0.5, "value": 4_000}


def lead_ads(live: Live) -> str:
    live.arms(alive=True, **MANY)
    advertiser = live.advertiser
    form = {"lead_gen_form_id": advertiser.info["lead_form_id"]}
    data = advertiser.link_data(call_to_action={"type": "SIGN_UP", "value": form}, link="https://fb.me/")
    story = {"page_id": advertiser.info["page_id"], "link_data": data}
    creative = advertiser.creative(object_story_spec=story).json()["id"]
    campaign = advertiser.campaign(objective="OUTCOME_LEADS", status="ACTIVE").json()["id"]
    adset = advertiser.adset(
        campaign,
        status="ACTIVE",
        optimization_goal="LEAD_GENERATION",
        destination_type="ON_AD",
        promoted_object={"page_id": advertiser.info["page_id"]},
        daily_budget=10_000,
    ).json()["id"]
    assert advertiser.ad(adset, creative, status="ACTIVE").status_code == 200
    return str(adset)


class TestDelay:
    def test_a_day_that_is_over_changes_for_up_to_28_days_and_then_no_more(self, live: Live) -> None:
        live.arms(**MANY)
        _, (adset,) = live.shop()
        live.advance(DAY)
        live.advertiser.post(adset, status="PAUSED")
        first = {"time_range": {"since": "2027-01-10", "until": "2027-01-10"}}
        before = live.rows(adset, **first)[0]
        live.advance(3 * DAY)
        later = live.rows(adset, **first)[0]
        live.advance(25 * DAY)
        final = live.rows(adset, time_increment=1)
        live.advance(20 * DAY)

        assert 0 < count(before, PURCHASE) < count(later, PURCHASE)
        assert minor(before) == minor(later)
        assert live.rows(adset, time_increment=1) == final
        # What happened off Meta counts on the day when it happened, also where nothing was delivered that day.
        assert len(final) > 3
        assert {row["impressions"] for row in final[1:]} == {"0"}

    def test_longer_windows_hold_more_and_the_setting_decides_what_counts(self, live: Live) -> None:
        live.arms(**MANY)
        day_after_click = [{"event_type": "CLICK_THROUGH", "window_days": 1}]
        _, (usual, short) = live.shop(adsets=2)
        live.advertiser.post(short, attribution_spec=day_after_click)
        live.advance(DAY)
        for adset in (usual, short):
            live.advertiser.post(adset, status="PAUSED")
        live.advance(30 * DAY)
        windows = ["1d_click", "7d_click", "28d_click", "1d_view", "28d_view"]

        rows = {row["adset_id"]: row for row in live.rows(level="adset", action_attribution_windows=windows)}

        for row in rows.values():
            one, seven, all_clicks, views, gone = (count(row, PURCHASE, window) for window in windows)
            assert 0 < one < seven < all_clicks
            assert views > 0 == gone
        both = sum(count(rows[usual], PURCHASE, name) for name in ("7d_click", "1d_view"))
        assert count(rows[usual], PURCHASE) == both
        assert count(rows[short], PURCHASE) == count(rows[short], PURCHASE, "1d_click")
        (by_account,) = live.rows(short, use_account_attribution_setting="true")
        assert count(by_account, PURCHASE) > count(rows[short], PURCHASE)
        settings = live.rows(level="adset", fields="adset_id,attribution_setting")
        assert [row["attribution_setting"] for row in settings] == ["7d_click_1d_view", "1d_click"]

    def test_values_and_the_names_of_one_purchase_agree(self, live: Live) -> None:
        live.arms(**MANY)
        live.shop()
        live.advance(2 * DAY)

        (row,) = live.rows(fields="actions,action_values,purchase_roas,cost_per_action_type,spend")

        bought = count(row, PURCHASE)
        assert bought == count(row, "omni_purchase") == count(row, "offsite_conversion.fb_pixel_purchase") > 20
        value = count(row, PURCHASE, metric="action_values")
        assert 25 < value / bought < 60
        assert float(row["purchase_roas"][0]["value"]) == pytest.approx(value / float(row["spend"]), rel=1e-4)
        assert count(row, PURCHASE, metric="cost_per_action_type") == pytest.approx(
            float(row["spend"]) / bought, rel=1e-4
        )


class TestHourlyRows:
    def test_they_lose_what_happens_off_meta_and_reach(self, live: Live) -> None:
        live.arms(**MANY)
        _, (adset,) = live.shop()
        live.advance(DAY)

        hours = live.rows(adset, breakdowns=HOURLY)

        assert sum(count(row, PURCHASE) for row in hours) == 0 < count(live.rows(adset)[0], PURCHASE)
        assert sum(count(row, "link_click") for row in hours) == count(live.rows(adset)[0], "link_click")
        assert {row["reach"] for row in hours} == {"0"}

    def test_they_keep_leads_from_forms_which_count_on_the_day_of_the_impression(self, live: Live) -> None:
        adset = lead_ads(live)
        live.advance(DAY)
        live.advertiser.post(adset, status="PAUSED")
        live.advance(2 * DAY)

        (day,) = live.rows(adset, time_increment=1)

        assert count(day, LEAD) == count(day, "onsite_conversion.lead_grouped") > 20
        assert sum(count(row, LEAD) for row in live.rows(adset, breakdowns=HOURLY)) == count(day, LEAD)
        assert count(day, "landing_page_view") == 0


class TestTrackingFault:
    @pytest.mark.parametrize("lost", [True, False])
    def test_frozen_conversions_are_lost_or_come_when_it_is_over(self, live: Live, lost: bool) -> None:
        live.arms(**MANY)
        live.shop()
        live.advance(6)
        known = count(live.rows()[0], PURCHASE)
        live.control("POST", "market/freezes", {"hours": 12, "lost": lost}).raise_for_status()
        live.advance(11)
        during = live.rows()[0]
        live.advance(2)
        after = count(live.rows()[0], PURCHASE)

        # A few that happened before are reported late.
        assert count(during, PURCHASE) - known < 0.2 * count(during, "link_click")
        assert (after > 1.5 * count(during, PURCHASE)) != lost


def test_reach_is_of_people_and_not_additive(live: Live) -> None:
    live.arms(audience=5_000)
    _, (adset,) = live.shop()
    live.advance(3 * DAY)

    days, (whole,) = live.rows(adset, time_increment=1), live.rows(adset)

    assert int(whole["reach"]) < sum(int(row["reach"]) for row in days)
    assert int(whole["reach"]) <= 5_000
    assert float(whole["frequency"]) == pytest.approx(int(whole["impressions"]) / int(whole["reach"]), rel=1e-4)
    assert float(whole["frequency"]) > float(days[0]["frequency"]) >= 1
