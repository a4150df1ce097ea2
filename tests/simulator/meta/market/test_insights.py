"""Insights as Meta gives them: rows, filters, pages, reports, limits, and the official SDK reading them unmodified."""

import json
from collections.abc import Iterator

import pytest
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adreportrun import AdReportRun
from facebook_business.adobjects.adset import AdSet
from facebook_business.api import FacebookAdsApi
from facebook_business.session import FacebookSession

from simulator.meta.world import APP_ID, APP_SECRET
from tests.simulator.meta.advertiser import MP4, made, refusal
from tests.simulator.meta.market.live import HOURLY, Live, count, minor

DAY = 24


@pytest.fixture
def running(live: Live) -> Live:
    """Two campaigns; three ad sets with two full days and a part of a third one."""
    live.shop(adsets=2)
    live.shop()
    live.advance(2 * DAY + 6)
    return live


class TestRows:
    def test_a_row_names_its_object_and_writes_numbers_as_texts(self, running: Live) -> None:
        fields = (
            "account_id,account_currency,campaign_name,adset_id,adset_name,ad_name,objective,optimization_goal,"
            "impressions,clicks,spend,reach,frequency,ctr,cpc,cpm,inline_link_clicks,actions"
        )

        row = running.rows(level="ad", fields=fields, date_preset="yesterday")[0]

        assert row["account_id"] == running.advertiser.number
        assert (row["account_currency"], row["objective"]) == ("USD", "OUTCOME_SALES")
        assert (row["adset_name"], row["ad_name"]) == ("Set 0", "Ad gl-jkl")
        assert row["date_start"] == row["date_stop"] == "2027-01-11"
        texts = {name: value for name, value in row.items() if name != "actions"}
        assert all(isinstance(value, str) for value in texts.values())
        assert float(row["ctr"]) == pytest.approx(100 * int(row["clicks"]) / int(row["impressions"]), rel=1e-4)
        assert float(row["cpc"]) == pytest.approx(float(row["spend"]) / int(row["clicks"]), rel=1e-4)
        assert row["inline_link_clicks"] == str(int(count(row, "link_click")))

    def test_without_fields_it_has_ids_dates_impressions_and_spend(self, running: Live) -> None:
        reply = running.advertiser.get(f"{running.act}/insights", level="adset", date_preset="today").json()["data"][0]

        assert set(reply) == {
            "account_id", "campaign_id", "adset_id", "impressions", "spend", "date_start", "date_stop",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("preset", "days"),
        [("today", 1), ("yesterday", 1), ("last_7d", 2), ("maximum", 3), ("this_month", 3), ("last_month", 0)],
    )
    def test_presets_are_days_of_the_account_and_past_ones_leave_today_out(
        self, running: Live, preset: str, days: int
    ) -> None:
        assert len(running.rows(date_preset=preset, time_increment=1)) == days

    def test_ranges_are_divided_as_asked_and_days_without_delivery_are_missing(self, running: Live) -> None:
        january = {"since": "2027-01-01", "until": "2027-01-31"}

        def periods(step: object) -> list[tuple[str, str]]:
            rows = running.rows(time_range=january, time_increment=step)
            return [(row["date_start"], row["date_stop"]) for row in rows]

        assert periods(1) == [(day, day) for day in ("2027-01-10", "2027-01-11", "2027-01-12")]
        assert periods(10) == [("2027-01-01", "2027-01-10"), ("2027-01-11", "2027-01-20")]
        assert periods("monthly") == periods("all_days") == [("2027-01-01", "2027-01-31")]

    def test_a_node_can_carry_them_among_its_fields(self, running: Live) -> None:
        reply = running.advertiser.get(
            f"{running.act}/adsets", fields="name,insights.date_preset(yesterday){spend,clicks}", limit=10
        ).json()["data"]

        names = {"spend", "clicks", "date_start", "date_stop"}
        assert [set(row["insights"]["data"][0]) for row in reply] == [names] * 3

    def test_deleted_objects_keep_what_they_spent(self, running: Live) -> None:
        adset = running.rows(level="adset")[0]["adset_id"]
        before = running.books()["spend_minor"]

        running.advertiser.delete(adset)

        assert sum(minor(row) for row in running.rows(level="adset")) == before


class TestSelecting:
    def test_filters_take_objects_parents_states_and_metrics(self, running: Live) -> None:
        rows = running.rows(level="adset")
        first = rows[0]["adset_id"]
        running.advertiser.post(first, status="PAUSED")
        median = sorted(float(row["spend"]) for row in rows)[1]

        def found(field: str, operator: str, value: object) -> list[str]:
            condition = [{"field": field, "operator": operator, "value": value}]
            return [row["adset_id"] for row in running.rows(level="adset", filtering=condition)]

        campaign = running.read(first, "campaign_id")["campaign_id"]
        assert found("adset.id", "IN", [first]) == [first]
        assert len(found("campaign.id", "EQUAL", campaign)) == 2
        assert found("adset.effective_status", "IN", ["PAUSED"]) == [first]
        assert len(found("adset.name", "CONTAIN", "Set 0")) == 2
        assert len(found("spend", "GREATER_THAN", median)) == 1
        assert len(found("spend", "GREATER_THAN_OR_EQUAL", median)) == 2

    def test_rows_can_be_sorted(self, running: Live) -> None:
        spends = [minor(row) for row in running.rows(level="adset", sort=["spend_descending"])]

        assert spends == sorted(spends, reverse=True)
        assert spends[0] > spends[-1]

    @pytest.mark.parametrize(
        ("params", "error"),
        [
            ({"fields": "colour"}, 100),
            ({"level": "galaxy"}, 100),
            ({"date_preset": "lifetime"}, 100),
            ({"time_range": {"since": "2027-01-05"}}, 100),
            ({"time_range": {"since": "2027-01-05", "until": "2027-01-01"}}, 100),
            ({"time_range": {"since": "2020-01-05", "until": "2027-01-01"}}, 3018),
            ({"time_range": {"since": "2027-01-05", "until": "9999-12-31"}, "time_increment": 1}, 100),
            ({"time_increment": 0}, 100),
            ({"time_increment": "weekly"}, 100),
            ({"breakdowns": "age"}, 100),
            ({"action_attribution_windows": ["3d_click"]}, 100),
            ({"filtering": [{"field": "ad.name", "operator": "EQUAL", "value": "x"}]}, 100),
            ({"sort": ["luck_descending"]}, 100),
            ({"limit": 0}, 100),
            ({"after": "%%%"}, 100),
        ],
    )
    def test_what_cannot_be_asked_is_refused_also_by_reports(
        self, live: Live, params: dict[str, object], error: int
    ) -> None:
        assert refusal(live.advertiser.get(f"{live.act}/insights", **params))[0] == error
        assert refusal(live.advertiser.post(f"{live.act}/insights", **params))[0] == error

    def test_a_summary_adds_up_all_pages(self, running: Live) -> None:
        asked = {"level": "adset", "date_preset": "maximum", "limit": 1, "default_summary": True}
        reply = running.advertiser.get(f"{running.act}/insights", **asked).json()

        assert len(reply["data"]) == 1
        assert minor(reply["summary"]) == running.books()["spend_minor"]


class TestPages:
    def test_pages_by_cursor_give_every_row_once(self, running: Live) -> None:
        asked = {"level": "adset", "time_increment": 1, "date_preset": "maximum", "fields": "adset_id,spend"}
        pages, after = [], None
        while True:
            reply = running.advertiser.get(f"{running.act}/insights", **asked, limit=4, after=after).json()
            pages.append(reply["data"])
            after = reply["paging"]["cursors"]["after"]
            if "next" not in reply["paging"]:
                break

        assert [len(page) for page in pages] == [4, 4, 1]
        rows = [row for page in pages for row in page]
        assert rows == running.rows(level="adset", time_increment=1, fields="adset_id,spend")
        assert len({(row["adset_id"], row["date_start"]) for row in rows}) == 9

    def test_the_address_of_the_next_page_can_be_followed(self, running: Live) -> None:
        asked = {"level": "adset", "date_preset": "maximum", "limit": 2}
        first = running.advertiser.get(f"{running.act}/insights", **asked).json()

        second = running.advertiser.graph.get(first["paging"]["next"]).json()

        assert (len(first["data"]), len(second["data"])) == (2, 1)
        assert "next" not in second["paging"]


class TestReports:
    def test_a_report_runs_then_gives_what_a_direct_read_gives(self, running: Live) -> None:
        fields = ["adset_id", "spend", "actions"]
        asked = {"level": "adset", "time_increment": 1, "date_preset": "maximum", "fields": fields}
        report = running.advertiser.post(f"{running.act}/insights", **asked).json()["report_run_id"]
        early = running.advertiser.get(f"{report}/insights")
        running.advance(0.01)

        state = running.advertiser.get(report).json()

        assert refusal(early) == (2601, 1815107)
        assert (state["async_status"], state["async_percent_completion"]) == ("Job Completed", 100)
        assert state["date_stop"] == "2027-01-12"
        rows = running.advertiser.get(f"{report}/insights", limit=2).json()
        assert len(rows["data"]) == 2
        assert "next" in rows["paging"]
        all_rows = running.advertiser.get(f"{report}/insights", limit=500).json()["data"]
        assert all_rows == running.rows(level="adset", time_increment=1, fields="adset_id,spend,actions")

    def test_one_may_fail_and_all_expire(self, running: Live) -> None:
        running.advertiser.fault("failed_report", f"/v26.0/{running.act}/insights", "POST", times=1)
        failed, fine = (
            running.advertiser.post(f"{running.act}/insights", date_preset="maximum").json()["report_run_id"]
            for _ in range(2)
        )
        running.advance(0.01)
        states = [running.advertiser.get(report).json() for report in (failed, fine)]
        refused = running.advertiser.get(f"{failed}/insights")
        running.advance(31 * DAY)

        assert [state["async_status"] for state in states] == ["Job Failed", "Job Completed"]
        assert (states[0]["error_code"], states[0]["error_subcode"]) == (-2, 2490547)
        assert refusal(refused)[0] == 100
        assert running.advertiser.get(fine).json()["async_status"] == "Job Skipped"


class TestLimits:
    def test_insights_have_their_own_use_case_and_a_throttle_header(self, running: Live) -> None:
        headers = running.advertiser.get(f"{running.act}/insights").headers
        others = running.advertiser.get(f"{running.act}/campaigns").headers

        (row,) = json.loads(headers["X-Business-Use-Case-Usage"])[running.advertiser.number]
        assert row["type"] == "ads_insights"
        assert json.loads(headers["X-FB-Ads-Insights-Throttle"])["acc_id_util_pct"] == row["call_count"]
        assert "X-FB-Ads-Insights-Throttle" not in others

    def test_a_used_up_quota_refuses_with_the_delay(self, running: Live) -> None:
        running.advertiser.change(usage={"percent": 100, "regain_minutes": 12})

        reply = running.advertiser.get(f"{running.act}/insights")

        assert refusal(reply) == (80000, 2446079)
        (row,) = json.loads(reply.headers["X-Business-Use-Case-Usage"])[running.advertiser.number]
        assert row["estimated_time_to_regain_access"] == 12

    def test_an_outage_lasts_its_market_hours_and_spending_goes_on(self, running: Live) -> None:
        running.control("POST", "market/outages", {"in_hours": 1, "hours": 6}).raise_for_status()
        spent = running.books()["spend_minor"]
        answers = []
        for _ in range(8):
            answers.append(running.advertiser.get(f"{running.act}/insights").status_code)
            running.advance(1)

        assert answers == [200, *[503] * 6, 200]
        assert running.books()["spend_minor"] > spent


class TestSdk:
    @pytest.fixture
    def account(self, running: Live, monkeypatch: pytest.MonkeyPatch) -> Iterator[AdAccount]:
        monkeypatch.setattr(FacebookSession, "GRAPH", running.advertiser.url)
        session = FacebookSession(APP_ID, APP_SECRET, running.advertiser.info["access_token"])
        yield AdAccount(running.act, api=FacebookAdsApi(session, api_version="v26.0"))
        session.requests.close()

    def test_walks_pages_of_days_and_hours(self, account: AdAccount, running: Live) -> None:
        params = {"level": "adset", "time_increment": 1, "date_preset": "maximum", "limit": 2}
        rows = list(account.get_insights(fields=["adset_id", "spend", "actions"], params=params))
        hours = list(account.get_insights(fields=["spend"], params={**params, "breakdowns": [HOURLY], "limit": 50}))

        assert len(rows) == 9
        spent = running.books()["spend_minor"]
        assert sum(minor(row) for row in rows) == sum(minor(row) for row in hours) == spent
        assert rows[0]["actions"][0]["action_type"] == "link_click"

    def test_runs_reports_and_reads_states(self, account: AdAccount, running: Live) -> None:
        run = account.get_insights_async(fields=["spend"], params={"level": "ad", "date_preset": "maximum"})
        report = AdReportRun(run["report_run_id"], api=account.get_api())
        running.advance(0.01)

        assert report.api_get()["async_status"] == "Job Completed"
        assert len(list(report.get_insights())) == 3
        adset = AdSet(running.rows(level="adset")[0]["adset_id"], api=account.get_api())
        state = adset.api_get(fields=["effective_status", "learning_stage_info", "budget_remaining"])
        assert state["learning_stage_info"]["status"] in ("LEARNING", "SUCCESS")
        assert 0 <= int(state["budget_remaining"]) <= 10_000
        assert account.api_get(fields=["amount_spent"])["amount_spent"] == str(running.books()["spend_minor"])


def test_a_video_ad_counts_views_and_thruplays(live: Live) -> None:
    advertiser = live.advertiser
    files = {"source": ("clip.mp4", MP4, "video/mp4")}
    video = advertiser.graph.post(f"{live.act}/advideos", files=files).json()["id"]
    live.advance(1)
    action = {"type": "SHOP_NOW", "value": {"link": "https://example.com/"}}
    data = {"video_id": video, "image_hash": advertiser.image(), "message": "See", "call_to_action": action}
    story = {"page_id": advertiser.info["page_id"], "video_data": data}
    filmed = Live(advertiser, made(advertiser.creative(object_story_spec=story)))
    filmed.shop()
    live.shop()
    live.advance(DAY)

    with_video, with_picture = live.rows(level="adset", fields="actions,video_thruplay_watched_actions")

    thruplays = count(with_video, "video_view", metric="video_thruplay_watched_actions")
    assert 0 < thruplays < count(with_video, "video_view")
    assert count(with_picture, "video_view") == 0
    assert "video_thruplay_watched_actions" not in with_picture
