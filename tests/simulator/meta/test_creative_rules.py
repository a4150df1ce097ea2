"""What Meta refuses on creatives, ads and media, and the sound counterparts that it accepts."""

import base64
import json
from typing import Any

import httpx
import pytest

from tests.simulator.meta.advertiser import MP4, Advertiser, made, png, refusal


class Story:
    """Object story specs of one advertiser."""

    def __init__(self, advertiser: Advertiser) -> None:
        self.advertiser = advertiser
        self.page = {"page_id": advertiser.info["page_id"], "instagram_user_id": advertiser.info["instagram_user_id"]}

    def link(self, **changes: object) -> dict[str, object]:
        return self.page | {"link_data": self.advertiser.link_data(**changes)}

    def feed(self, **changes: object) -> dict[str, Any]:
        """Two labelled pictures, one for stories and one for everything else."""
        square, tall = self.advertiser.image("red"), self.advertiser.image("blue")
        fields: dict[str, object] = {
            "images": [
                {"hash": square, "adlabels": [{"name": "square"}]},
                {"hash": tall, "adlabels": [{"name": "tall"}]},
            ],
            "bodies": [{"text": "Fresh coffee", "adlabels": [{"name": "body"}]}],
            "titles": [{"text": "Order today"}],
            "link_urls": [{"website_url": "https://example.com/"}],
            "call_to_action_types": ["SHOP_NOW"],
            "ad_formats": ["AUTOMATIC_FORMAT"],
            "optimization_type": "PLACEMENT",
            "asset_customization_rules": [
                rule("tall", publisher_platforms=["instagram"], instagram_positions=["story"]),
                rule("square", default=True),
            ],
        }
        return {"object_story_spec": self.page, "asset_feed_spec": fields | changes}


def rule(label: str, *, default: bool = False, **spec: object) -> dict[str, object]:
    return {"image_label": {"name": label}, "customization_spec": spec, **({"is_default": True} if default else {})}


@pytest.fixture
def story(advertiser: Advertiser) -> Story:
    return Story(advertiser)


def upload_video(advertiser: Advertiser, content: bytes = MP4) -> httpx.Response:
    return advertiser.graph.post(f"{advertiser.act}/advideos", files={"source": ("clip.mp4", content, "video/mp4")})


class TestCreatives:
    def test_content_is_required_and_of_one_kind(self, advertiser: Advertiser, story: Story) -> None:
        assert refusal(advertiser.creative(object_story_spec=None))[0] == 100
        assert refusal(advertiser.creative(object_story_spec=story.page))[0] == 100
        both = story.link() | {"video_data": {"video_id": "1", "image_url": "https://example.com/a.png"}}
        assert refusal(advertiser.creative(object_story_spec=both))[0] == 100

    def test_foreign_pages_and_instagram_accounts_are_refused(self, advertiser: Advertiser, story: Story) -> None:
        assert refusal(advertiser.creative(object_story_spec=story.link() | {"page_id": "1"})) == (100, None)
        foreign = story.link() | {"instagram_user_id": "1"}
        assert refusal(advertiser.creative(object_story_spec=foreign)) == (100, 1815199)

    @pytest.mark.parametrize(
        "changes",
        [
            {"link": None},
            {"image_hash": "0" * 32},
            {"image_hash": "0" * 32, "picture": "https://example.com/a.png"},
            {"message": "x" * 2201},
            {"name": "x" * 256},
            {"child_attachments": [{"link": "https://example.com/"}]},
            {"child_attachments": [{"link": "https://example.com/"}, {"name": "no link"}]},
            {"call_to_action": {"type": "SIGN_UP", "value": {"lead_gen_form_id": "1"}}},
        ],
    )
    def test_link_ads_are_checked(self, advertiser: Advertiser, story: Story, changes: dict[str, object]) -> None:
        assert refusal(advertiser.creative(object_story_spec=story.link(**changes)))[0] == 100

    def test_a_carousel_of_known_pictures_is_accepted(self, advertiser: Advertiser, story: Story) -> None:
        cards = [{"link": "https://example.com/", "image_hash": advertiser.image(color)} for color in ("red", "blue")]

        made(advertiser.creative(object_story_spec=story.link(child_attachments=cards)))

    def test_an_undecided_enhancement_is_refused(self, advertiser: Advertiser) -> None:
        undecided: dict[str, Any] = {"creative_features_spec": {"image_touchups": {}}}
        decided = {"creative_features_spec": {"image_touchups": {"enroll_status": "OPT_OUT"}}}

        assert refusal(advertiser.creative(degrees_of_freedom_spec=undecided)) == (100, 3858082)
        made(advertiser.creative(degrees_of_freedom_spec=decided))

    def test_content_is_fixed_while_the_name_changes(self, advertiser: Advertiser, story: Story) -> None:
        creative = made(advertiser.creative())

        assert refusal(advertiser.post(creative, object_story_spec=story.link()))[0] == 100
        assert advertiser.post(creative, name="Renamed").json() == {"success": True}
        read = advertiser.get(creative, fields="name,body,title,image_hash,call_to_action_type").json()
        assert (read["name"], read["body"], read["call_to_action_type"]) == ("Renamed", "Fresh coffee", "SHOP_NOW")


class TestAssetFeeds:
    def test_placement_customization_is_accepted(self, advertiser: Advertiser, story: Story) -> None:
        made(advertiser.creative(**story.feed()))

    @pytest.mark.parametrize(
        "rules",
        [
            [rule("square", default=True)],
            [rule("tall", instagram_positions=["story"]), rule("square", default=True)],
            [rule("tall", publisher_platforms=["facebook"]), rule("square", publisher_platforms=["instagram"])],
            [rule("tall", default=True), rule("square", default=True)],
            [rule("wide", publisher_platforms=["facebook"]), rule("square", default=True)],
            [rule("tall"), rule("square", default=True)],
            [{"customization_spec": {"publisher_platforms": ["facebook"]}}, rule("square", default=True)],
        ],
    )
    def test_broken_customization_rules_are_refused(
        self, advertiser: Advertiser, story: Story, rules: list[object]
    ) -> None:
        assert refusal(advertiser.creative(**story.feed(asset_customization_rules=rules)))[0] == 100

    @pytest.mark.parametrize(
        "changes",
        [
            {"bodies": [{"text": str(number)} for number in range(6)]},
            {"bodies": [{"text": "x" * 1025}]},
            {"titles": [{"text": "x" * 256}]},
            {"images": [{"hash": "0" * 32}]},
            {"images": []},
            {"ad_formats": []},
        ],
    )
    def test_limits_and_unknown_assets_are_refused(
        self, advertiser: Advertiser, story: Story, changes: dict[str, object]
    ) -> None:
        assert refusal(advertiser.creative(**story.feed(**changes)))[0] == 100

    def test_repeated_values_are_refused(self, advertiser: Advertiser, story: Story) -> None:
        twice = story.feed(titles=[{"text": "Same"}, {"text": "Same"}])

        assert refusal(advertiser.creative(**twice)) == (100, 1815629)


class TestAds:
    def test_parents_and_creatives_must_exist(self, advertiser: Advertiser) -> None:
        adset = made(advertiser.adset(made(advertiser.campaign())))
        creative = made(advertiser.creative())

        assert refusal(advertiser.ad("120219999999999999", creative)) == (100, 33)
        assert refusal(advertiser.ad(adset, "120219999999999999")) == (100, 33)
        assert refusal(advertiser.ad(adset, creative, creative=None)) == (100, None)
        assert refusal(advertiser.ad(adset, creative, conversion_domain="https://example.com/"))[0] == 100
        made(advertiser.ad(adset, creative, conversion_domain="example.com"))

    def test_a_website_ad_needs_a_call_to_action(self, advertiser: Advertiser, story: Story) -> None:
        adset = made(advertiser.adset(made(advertiser.campaign())))
        creative = made(advertiser.creative(object_story_spec=story.link(call_to_action=None)))

        assert refusal(advertiser.ad(adset, creative)) == (100, 2446383)

    def test_an_instant_form_ad_needs_its_form(self, advertiser: Advertiser, story: Story) -> None:
        campaign = made(advertiser.campaign(objective="OUTCOME_LEADS"))
        page = {"page_id": advertiser.info["page_id"]}
        adset = made(
            advertiser.adset(
                campaign, destination_type="ON_AD", optimization_goal="LEAD_GENERATION", promoted_object=page
            )
        )
        form = {"type": "APPLY_NOW", "value": {"lead_gen_form_id": advertiser.info["lead_form_id"]}}

        assert refusal(advertiser.ad(adset, made(advertiser.creative())))[0] == 100
        made(advertiser.ad(adset, made(advertiser.creative(object_story_spec=story.link(call_to_action=form)))))

    def test_an_inline_creative_becomes_one_creative(self, advertiser: Advertiser, story: Story) -> None:
        adset = made(advertiser.adset(made(advertiser.campaign())))
        inline = {"name": "Inline", "object_story_spec": story.link()}

        assert advertiser.ad(adset, "-", creative=inline, execution_options=["validate_only"]).json()["success"]
        assert advertiser.books()["counts"]["creatives"] == 0
        made(advertiser.ad(adset, "-", creative=inline))
        assert advertiser.books()["counts"]["creatives"] == 1

    def test_a_plain_asset_feed_needs_a_dynamic_ad_set(self, advertiser: Advertiser, story: Story) -> None:
        campaign = made(advertiser.campaign())
        plain = story.feed()
        for key in ("asset_customization_rules", "optimization_type"):
            del plain["asset_feed_spec"][key]
        creative = made(advertiser.creative(**plain))

        assert refusal(advertiser.ad(made(advertiser.adset(campaign)), creative))[0] == 100
        made(advertiser.ad(made(advertiser.adset(campaign, is_dynamic_creative=True)), creative))

    def test_an_ad_set_holds_fifty_ads(self, advertiser: Advertiser) -> None:
        adset = made(advertiser.adset(made(advertiser.campaign())))
        creative = made(advertiser.creative())
        for number in range(50):
            made(advertiser.ad(adset, creative, name=f"Ad {number}"))

        assert refusal(advertiser.ad(adset, creative))[0] == 100

    def test_previews_show_the_text_and_say_that_they_are_simulated(self, advertiser: Advertiser, story: Story) -> None:
        creative = made(advertiser.creative(object_story_spec=story.link(message="5 < 6")))

        body = advertiser.get(f"{creative}/previews", ad_format="MOBILE_FEED_STANDARD").json()["data"][0]["body"]

        assert body.startswith("<iframe")
        assert "5 &amp;lt; 6" in body
        assert "Simulated preview" in body
        assert refusal(advertiser.get(f"{creative}/previews", ad_format="BILLBOARD"))[0] == 100


class TestMedia:
    def test_the_same_picture_has_one_hash_however_it_comes(self, advertiser: Advertiser) -> None:
        edge = f"{advertiser.act}/adimages"
        by_file = advertiser.image()
        by_text = advertiser.post(edge, bytes=base64.b64encode(png()).decode()).json()["images"]["bytes"]

        assert by_text["hash"] == by_file
        assert advertiser.books()["counts"]["images"] == 1
        assert advertiser.graph.get(by_text["url"]).content == png()
        rows = advertiser.get(edge, hashes=[by_file], fields="hash,name,status").json()["data"]
        assert [(row["id"], row["status"]) for row in rows] == [(f"{advertiser.number}:{by_file}", "ACTIVE")]

    def test_a_deleted_picture_leaves_the_list_and_comes_back_on_upload(self, advertiser: Advertiser) -> None:
        digest = advertiser.image()

        assert advertiser.delete(f"{advertiser.act}/adimages", hash=digest).json() == {"success": True}
        assert advertiser.get(f"{advertiser.act}/adimages").json()["data"] == []
        assert advertiser.image() == digest
        assert len(advertiser.get(f"{advertiser.act}/adimages").json()["data"]) == 1

    @pytest.mark.parametrize("content", [b"not a picture", png()[:40]])
    def test_what_is_not_a_picture_is_refused(self, advertiser: Advertiser, content: bytes) -> None:
        files = {"filename": ("banner.png", content, "image/png")}

        assert refusal(advertiser.graph.post(f"{advertiser.act}/adimages", files=files))[0] == 100

    def test_a_video_serves_ads_only_when_ready_and_with_a_thumbnail(
        self, advertiser: Advertiser, story: Story
    ) -> None:
        video = made(upload_video(advertiser))
        action = {"type": "SHOP_NOW", "value": {"link": "https://example.com/"}}
        data = {"video_id": video, "message": "Watch", "call_to_action": action}
        with_thumbnail = story.page | {"video_data": data | {"image_hash": advertiser.image()}}

        assert refusal(advertiser.creative(object_story_spec=with_thumbnail)) == (100, 1885252)
        advertiser.advance(1)
        assert refusal(advertiser.creative(object_story_spec=story.page | {"video_data": data})) == (100, 1443226)
        creative = made(advertiser.creative(object_story_spec=with_thumbnail))
        made(advertiser.ad(made(advertiser.adset(made(advertiser.campaign()))), creative))
        thumbnail = advertiser.get(f"{video}/thumbnails").json()["data"][0]["uri"]
        assert advertiser.graph.get(thumbnail).headers["content-type"] == "image/png"

    def test_a_video_is_fetched_from_its_url_or_refused(self, advertiser: Advertiser) -> None:
        first = made(upload_video(advertiser))
        source = advertiser.get(first, fields="source").json()["source"]
        edge = f"{advertiser.act}/advideos"

        made(advertiser.post(edge, file_url=source, title="Again"))
        assert refusal(advertiser.post(edge, file_url=f"{advertiser.url}/nothing"))[0] == 389
        assert refusal(upload_video(advertiser, b"text"))[0] == 352


class TestBatch:
    def test_later_items_use_the_ids_of_earlier_ones(self, advertiser: Advertiser) -> None:
        first = (
            "name=B&objective=OUTCOME_TRAFFIC&status=PAUSED&special_ad_categories=[]"
            "&is_adset_budget_sharing_enabled=false"
        )
        items = [
            {"method": "POST", "relative_url": f"{advertiser.act}/campaigns", "body": first, "name": "made"},
            {"method": "GET", "relative_url": "{result=made:$.id}?fields=name"},
            {"method": "GET", "relative_url": "{result=never:$.id}"},
            {"method": "DELETE", "relative_url": "120219999999999999"},
        ]

        reply = advertiser.post("", batch=items).json()

        assert [item and item["code"] for item in reply] == [200, 200, None, 400]
        assert json.loads(reply[1]["body"])["name"] == "B"

    def test_more_than_fifty_items_or_broken_json_are_refused(self, advertiser: Advertiser) -> None:
        items = [{"method": "GET", "relative_url": "me"}] * 51

        assert refusal(advertiser.post("", batch=items))[0] == 100
        assert refusal(advertiser.post("", batch="[{"))[0] == 100


class TestLimits:
    def test_the_fifth_budget_change_in_an_hour_is_blocked(self, advertiser: Advertiser) -> None:
        adset = made(advertiser.adset(made(advertiser.campaign())))
        for step in range(4):
            assert advertiser.post(adset, daily_budget=3000 + step).json() == {"success": True}

        assert refusal(advertiser.post(adset, daily_budget=4000)) == (613, 1487632)
        assert advertiser.post(adset, daily_budget=3003).json() == {"success": True}
        advertiser.advance(1.1)
        assert advertiser.post(adset, daily_budget=4000).json() == {"success": True}

    def test_usage_headers_rise_and_the_development_tier_runs_out(self, advertiser: Advertiser) -> None:
        advertiser.change(tier="development_access")

        replies = [advertiser.get(advertiser.act) for _ in range(61)]

        shares = [json.loads(reply.headers["X-Ad-Account-Usage"])["acc_id_util_pct"] for reply in replies]
        assert 0 < shares[0] < shares[30] < shares[59]
        assert refusal(replies[-1]) == (17, 2446079)
        assert json.loads(replies[-1].headers["X-Ad-Account-Usage"])["reset_time_duration"] > 200

    def test_a_set_usage_shows_in_the_header_and_blocks_at_hundred(self, advertiser: Advertiser) -> None:
        advertiser.change(usage={"percent": 80})
        usage = json.loads(advertiser.get(advertiser.act).headers["X-Business-Use-Case-Usage"])
        assert usage[advertiser.number][0]["call_count"] == 80

        advertiser.change(usage={"percent": 100, "regain_minutes": 9})
        blocked = advertiser.get(advertiser.act)
        assert refusal(blocked) == (80004, 2446079)
        usage = json.loads(blocked.headers["X-Business-Use-Case-Usage"])
        assert usage[advertiser.number][0]["estimated_time_to_regain_access"] == 9
