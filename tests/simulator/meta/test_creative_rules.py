"""What Meta refuses on creatives, ads and media, and the sound counterparts that it accepts."""

from typing import Any

import pytest

from tests.simulator.meta.advertiser import Advertiser, made, refusal


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
