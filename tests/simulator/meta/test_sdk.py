"""The official SDK, unmodified, does the daily work of an advertiser against the simulator."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from facebook_business.adobjects.ad import Ad
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adcreative import AdCreative
from facebook_business.adobjects.adreportrun import AdReportRun
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.advideo import AdVideo
from facebook_business.adobjects.campaign import Campaign
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from simulator.meta.world import APP_ID, APP_SECRET
from tests.simulator.meta.advertiser import MP4, TARGETING, Advertiser, made, png

# The SDK warns about nested fields and `filtering`, which it sends all the same.
pytestmark = pytest.mark.filterwarnings("ignore:.*does not allow:UserWarning")

CAMPAIGN = {
    "name": "SDK campaign",
    "objective": "OUTCOME_TRAFFIC",
    "status": "PAUSED",
    "special_ad_categories": [],
    "is_adset_budget_sharing_enabled": False,
}


@pytest.fixture
def api(advertiser: Advertiser, monkeypatch: pytest.MonkeyPatch) -> Iterator[FacebookAdsApi]:
    monkeypatch.setattr(FacebookSession, "GRAPH", advertiser.url)
    session = FacebookSession(APP_ID, APP_SECRET, advertiser.info["access_token"])
    yield FacebookAdsApi(session, api_version="v26.0")
    session.requests.close()


@pytest.fixture
def account(api: FacebookAdsApi, advertiser: Advertiser) -> AdAccount:
    return AdAccount(advertiser.act, api=api)


class TestSdk:
    def test_reads_the_account_and_what_belongs_to_it(self, account: AdAccount, advertiser: Advertiser) -> None:
        fields = ["name", "currency", "timezone_name", "account_status", "min_daily_budget", "funding_source"]
        read = account.api_get(fields=fields)

        assert (read["currency"], read["account_status"], read["min_daily_budget"]) == ("USD", 1, 100)
        assert account.get_ads_pixels(fields=["name", "last_fired_time"])[0]["id"] == advertiser.info["pixel_id"]
        assert account.get_minimum_budgets()[0]["currency"] == "USD"

    def test_finds_accounts_and_pages_of_the_person(self, api: FacebookAdsApi, advertiser: Advertiser) -> None:
        me = User("me", api=api)

        assert [row["id"] for row in me.get_ad_accounts()] == [advertiser.act]
        page = me.get_accounts(fields=["name", "access_token"])[0]
        assert page["id"] == advertiser.info["page_id"]
        assert page["access_token"]

    def test_builds_changes_and_removes_a_tree(self, account: AdAccount, advertiser: Advertiser) -> None:
        campaign = account.create_campaign(params=CAMPAIGN)
        adset = account.create_ad_set(
            params={
                "name": "Set",
                "campaign_id": campaign["id"],
                "status": "PAUSED",
                "billing_event": "IMPRESSIONS",
                "optimization_goal": "LINK_CLICKS",
                "bid_strategy": "LOWEST_COST_WITHOUT_CAP",
                "daily_budget": 2000,
                "targeting": TARGETING,
            }
        )
        creative = account.create_ad_creative(
            params={
                "name": "Creative",
                "object_story_spec": {"page_id": advertiser.info["page_id"], "link_data": advertiser.link_data()},
            }
        )
        ad = account.create_ad(
            params={"name": "Ad", "adset_id": adset["id"], "creative": {"creative_id": creative["id"]}}
        )

        Campaign(campaign["id"], api=account.get_api()).api_update(params={"name": "Renamed"})
        read = Ad(ad["id"], api=account.get_api()).api_get(fields=["name", "adset{id,daily_budget}", "creative{name}"])
        assert read["adset"]["daily_budget"] == "2000"
        assert read["creative"]["name"] == "Creative"
        named = account.get_campaigns(
            fields=["name"], params={"filtering": [{"field": "name", "operator": "EQUAL", "value": "Renamed"}]}
        )
        assert [row["id"] for row in named] == [campaign["id"]]

        for node in (ad, AdSet(adset["id"], api=account.get_api()), AdCreative(creative["id"], api=account.get_api())):
            node.api_delete()
        assert len(account.get_ads()) == 0
        assert AdSet(adset["id"], api=account.get_api()).api_get(fields=["status"])["status"] == "DELETED"

    def test_walks_all_pages_and_survives_an_empty_edge(self, account: AdAccount) -> None:
        assert list(account.get_ad_sets()) == []
        names = [f"Campaign {number}" for number in range(5)]
        for name in names:
            account.create_campaign(params={**CAMPAIGN, "name": name})

        cursor = account.get_campaigns(fields=["name"], params={"limit": 2})

        assert cursor.total() == 5
        assert [row["name"] for row in cursor] == list(reversed(names))

    def test_uploads_images_both_ways_to_one_hash(self, account: AdAccount, tmp_path: Path) -> None:
        file = tmp_path / "banner.png"
        file.write_bytes(png())
        image = account.create_ad_image(params={"filename": str(file)})
        again = account.create_ad_image(params={"bytes": base64.b64encode(png()).decode()})

        assert len(image["hash"]) == 32
        assert again["hash"] == image["hash"]
        rows = account.get_ad_images(fields=["hash", "width"], params={"hashes": [image["hash"]]})
        assert [(row["hash"], row["width"]) for row in rows] == [(image["hash"], 64)]

    def test_uploads_a_video_and_sees_it_become_ready(
        self, account: AdAccount, advertiser: Advertiser, tmp_path: Path
    ) -> None:
        file = tmp_path / "clip.mp4"
        file.write_bytes(MP4)
        video = account.create_ad_video(params={"source": str(file), "title": "Clip"})

        status = AdVideo(video["id"], api=account.get_api()).api_get(fields=["status"])["status"]
        assert status["video_status"] == "processing"
        advertiser.advance(1)
        read = AdVideo(video["id"], api=account.get_api()).api_get(fields=["status", "source"])
        assert read["status"]["video_status"] == "ready"
        fetched = account.create_ad_video(params={"file_url": read["source"], "title": "Same clip"})
        assert fetched["id"] != video["id"]

    def test_reads_insights_directly_and_by_report(self, account: AdAccount, advertiser: Advertiser) -> None:
        assert len(account.get_insights(fields=["spend"], params={"level": "campaign"})) == 0

        run = account.get_insights_async(fields=["spend"], params={"level": "ad"})
        report = AdReportRun(run["report_run_id"], api=account.get_api())
        advertiser.advance(1)
        assert report.api_get()["async_status"] == "Job Completed"
        assert list(report.get_insights()) == []

    def test_validate_only_gives_no_id_and_writes_nothing(self, account: AdAccount, advertiser: Advertiser) -> None:
        rehearsed = account.create_campaign(params={**CAMPAIGN, "execution_options": ["validate_only"]})

        assert rehearsed.get_id() is None
        assert advertiser.books()["counts"]["campaigns"] == 0

    def test_batch_answers_each_item_and_returns_what_was_not_run(
        self, account: AdAccount, api: FacebookAdsApi, advertiser: Advertiser
    ) -> None:
        advertiser.fault("batch_null", "/v26.0/", times=1, params={"index": 2})
        answers: dict[str, Any] = {}
        batch = api.new_batch()
        for key, params in (("good", CAMPAIGN), ("bad", {**CAMPAIGN, "objective": "CONVERSIONS"}), ("late", CAMPAIGN)):
            account.create_campaign(
                params=params,
                batch=batch,
                success=lambda reply, key=key: answers.update({key: reply.json()}),
                failure=lambda reply, key=key: answers.update({key: reply.error().api_error_code()}),
            )

        left = batch.execute()

        assert answers["good"]["id"]
        assert answers["bad"] == 100
        assert len(left) == 1
        left.execute()
        assert answers["late"]["id"]
        assert advertiser.books()["counts"]["campaigns"] == 2

    def test_refusals_arrive_with_code_subcode_and_blame(self, account: AdAccount) -> None:
        params = {name: value for name, value in CAMPAIGN.items() if name != "is_adset_budget_sharing_enabled"}

        with pytest.raises(FacebookRequestError) as refused:
            account.create_campaign(params=params)

        assert (refused.value.api_error_code(), refused.value.api_error_subcode()) == (100, 4834011)
        assert refused.value.api_blame_field_specs() == [["is_adset_budget_sharing_enabled"]]

    def test_an_expired_session_and_throttling_arrive_as_such(self, account: AdAccount, advertiser: Advertiser) -> None:
        path = f"/v26.0/{advertiser.act}/campaigns"
        for fault, params, code in (
            ("expired_token", {}, 190),
            ("throttle", {"code": 17}, 17),
            ("throttle", {"code": 80004, "regain_minutes": 7}, 80004),
        ):
            advertiser.fault(fault, path, times=1, params=params)
            with pytest.raises(FacebookRequestError) as refused:
                account.get_campaigns()
            assert refused.value.api_error_code() == code
        usage = json.loads(refused.value.http_headers()["X-Business-Use-Case-Usage"])
        assert usage[advertiser.number][0]["estimated_time_to_regain_access"] == 7

    def test_a_fifth_budget_change_in_an_hour_is_held_back(self, api: FacebookAdsApi, advertiser: Advertiser) -> None:
        adset = AdSet(made(advertiser.adset(made(advertiser.campaign()))), api=api)
        for step in range(4):
            adset.api_update(params={"daily_budget": 3000 + step})

        with pytest.raises(FacebookRequestError) as refused:
            adset.api_update(params={"daily_budget": 4000})

        assert (refused.value.api_error_code(), refused.value.api_error_subcode()) == (613, 1487632)

    def test_a_lost_reply_leaves_the_object_behind(self, account: AdAccount, advertiser: Advertiser) -> None:
        advertiser.fault("applied_then_dropped", f"/v26.0/{advertiser.act}/campaigns", "POST", times=1)

        with pytest.raises(requests.exceptions.RequestException):
            account.create_campaign(params=CAMPAIGN)

        assert [row["name"] for row in account.get_campaigns(fields=["name"])] == ["SDK campaign"]

    def test_a_new_object_may_take_a_while_to_appear_in_lists(self, account: AdAccount, advertiser: Advertiser) -> None:
        edge = f"/v26.0/{advertiser.act}/campaigns"
        advertiser.fault("delayed_visibility", edge, "POST", times=1, params={"seconds": 3600})

        campaign = account.create_campaign(params=CAMPAIGN)

        assert len(account.get_campaigns()) == 0
        read = Campaign(campaign["id"], api=account.get_api()).api_get(fields=["name"])
        assert read["name"] == "SDK campaign"

    def test_a_report_can_hang_at_hundred_percent(self, account: AdAccount, advertiser: Advertiser) -> None:
        advertiser.fault("stuck_report", f"/v26.0/{advertiser.act}/insights", "POST", times=1)
        run = account.get_insights_async(fields=["spend"], params={})
        report = AdReportRun(run["report_run_id"], api=account.get_api())

        state = report.api_get()

        assert (state["async_status"], state["async_percent_completion"]) == ("Job Running", 100)
        with pytest.raises(FacebookRequestError) as refused:
            report.get_insights()
        assert (refused.value.api_error_code(), refused.value.api_error_subcode()) == (2601, 1815107)

    def test_a_service_error_is_marked_as_passing(self, account: AdAccount, advertiser: Advertiser) -> None:
        advertiser.fault("http_500", f"/v26.0/{advertiser.act}/campaigns", times=1)

        with pytest.raises(FacebookRequestError) as refused:
            account.get_campaigns()

        assert refused.value.api_transient_error()
        assert refused.value.api_error_code() == 2

    def test_review_runs_from_pending_to_a_verdict(self, make_tree: tuple[Ad, Ad], advertiser: Advertiser) -> None:
        good, bad = make_tree
        assert good.api_get(fields=["effective_status"])["effective_status"] == "PENDING_REVIEW"

        advertiser.advance(24)

        assert good.api_get(fields=["effective_status"])["effective_status"] == "ACTIVE"
        read = bad.api_get(fields=["effective_status", "ad_review_feedback"])
        assert read["effective_status"] == "DISAPPROVED"
        assert "HEALTH" in next(iter(read["ad_review_feedback"]["global"]))


@pytest.fixture
def make_tree(advertiser: Advertiser, api: FacebookAdsApi) -> tuple[Ad, Ad]:
    """Two active ads, one of which promises too much."""
    advertiser.change(review_delay_s=3600)
    campaign_id = made(advertiser.campaign(status="ACTIVE"))
    adset_id = made(advertiser.adset(campaign_id, status="ACTIVE"))
    story = {"page_id": advertiser.info["page_id"], "link_data": advertiser.link_data(message="A Miracle Cure!")}
    creatives = (made(advertiser.creative()), made(advertiser.creative(object_story_spec=story)))
    first, second = (
        Ad(made(advertiser.ad(adset_id, creative, status="ACTIVE", name=f"Ad {creative}")), api=api)
        for creative in creatives
    )
    return first, second
