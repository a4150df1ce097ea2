"""What an ad shows: one creative per item, with each ratio and text where it belongs."""

from collections.abc import Mapping

import pytest
from pydantic import JsonValue

from models.domain.ads_plan import CreativeMode
from models.domain.content import CopyText, ItemContent
from models.domain.schedule import Entry, EntryKind
from models.domain.states import Placement, Ratio
from providers.ads.meta.payloads import ItemMedia, Media, Payload, ad_payload, creative_payload
from providers.errors import Refused
from tests.providers.ads.meta.plans import START, Target, ad, ad_set, approved, carousel, four_pictures, item, schedule


def built(
    content: ItemContent | None = None,
    media: ItemMedia | None = None,
    *,
    objective: str = "sales",
    target: Target | None = None,
    placements: list[str] | None = None,
    **changes: object,
) -> Payload:
    used = ad_set(objective, placements=placements or ["facebook", "instagram"])
    plan = approved(objective, target, one_ad_set=used, one_ad=ad(**changes))
    return creative_payload(plan, plan.plan.ads[0], content or item(), media or four_pictures(), "Evening gl-x")


def part(payload: Payload, *path: str) -> dict[str, JsonValue]:
    found: JsonValue = payload
    for name in path:
        assert isinstance(found, dict), path
        found = found[name]
    assert isinstance(found, dict), path
    return found


def rows(feed: Mapping[str, JsonValue], name: str) -> list[dict[str, JsonValue]]:
    listed = feed[name]
    assert isinstance(listed, list)
    return [row for row in listed if isinstance(row, dict)]


def labelled(feed: Mapping[str, JsonValue], name: str, value: str) -> dict[object, JsonValue]:
    """Label to value for one list of an asset feed."""
    found: dict[object, JsonValue] = {}
    for row in rows(feed, name):
        labels = row["adlabels"]
        assert isinstance(labels, list)
        found |= {label["name"]: row[value] for label in labels if isinstance(label, dict)}
    return found


class TestPlacement:
    def test_each_group_of_placements_gets_its_ratio_and_its_text(self) -> None:
        feed = part(built(), "asset_feed_spec")
        rules = rows(feed, "asset_customization_rules")

        assert labelled(feed, "images", "hash") == {
            "media-story": "vertical",
            "media-reel": "vertical",
            "media-feed": "portrait",
            "media-right_column": "landscape",
            "media-default": "square",
        }
        assert labelled(feed, "bodies", "text")["body-story"] == "Warm light tonight"
        assert labelled(feed, "bodies", "text")["body-default"] == "A warm room."
        assert labelled(feed, "titles", "text")["title-reel"] == "Warm"
        assert feed["descriptions"] == [{"text": "20 %"}]
        assert [rule["priority"] for rule in rules] == [1, 2, 3, 4, 5]
        assert [rule.get("is_default") for rule in rules] == [None, None, None, None, True]
        assert rules[-1]["customization_spec"] == {}
        assert rules[0]["customization_spec"] == {
            "publisher_platforms": ["facebook", "instagram"],
            "facebook_positions": ["story"],
            "instagram_positions": ["story"],
        }

    def test_every_label_of_a_rule_exists_and_no_asset_is_repeated(self) -> None:
        feed = part(built(media=four_pictures("same", "same", "same", "other")), "asset_feed_spec")

        for name, key, label in (("images", "hash", "image_label"), ("bodies", "text", "body_label")):
            known = labelled(feed, name, key)
            wanted = [rule[label] for rule in rows(feed, "asset_customization_rules")]
            assert all(isinstance(one, dict) and one["name"] in known for one in wanted)
            assert len(rows(feed, name)) == len({str(row[key]) for row in rows(feed, name)})

    def test_one_ratio_alone_serves_all_placements_with_at_least_two_rules(self) -> None:
        feed = part(built(media=ItemMedia({Ratio.SQUARE: Media(image_hash="h")})), "asset_feed_spec")

        assert set(labelled(feed, "images", "hash").values()) == {"h"}
        assert len(rows(feed, "asset_customization_rules")) >= 2

    def test_rules_name_only_the_platforms_that_the_ad_set_uses(self) -> None:
        feed = part(built(placements=["instagram"]), "asset_feed_spec")
        specs = [rule["customization_spec"] for rule in rows(feed, "asset_customization_rules")]

        assert specs[0] == {"publisher_platforms": ["instagram"], "instagram_positions": ["story"]}
        assert len(specs) == 4, "the right column is on Facebook only"
        assert "facebook" not in str(specs)

    def test_a_video_item_labels_videos(self) -> None:
        video = Media(video_id="9", thumbnail_hash="t")
        feed = part(built(media=ItemMedia({Ratio.VERTICAL: video})), "asset_feed_spec")

        assert feed["ad_formats"] == ["SINGLE_VIDEO"]
        assert rows(feed, "videos")[0]["thumbnail_hash"] == "t"
        assert "image_label" not in str(feed["asset_customization_rules"])

    def test_each_ratio_brings_its_own_video_and_none_goes_to_the_right_column(self) -> None:
        tall, even = Media(video_id="9", thumbnail_hash="t"), Media(video_id="8", thumbnail_hash="e")
        media = ItemMedia({Ratio.VERTICAL: tall, Ratio.SQUARE: even})
        feed = part(built(media=media), "asset_feed_spec")

        assert {row["video_id"]: row["thumbnail_hash"] for row in rows(feed, "videos")} == {"9": "t", "8": "e"}
        places = str([rule["customization_spec"] for rule in rows(feed, "asset_customization_rules")])
        assert [name in places for name in ("story", "facebook_reels", "feed")] == [True, True, True]
        assert "right_hand_column" not in places

    def test_pictures_and_videos_do_not_mix(self) -> None:
        mixed = ItemMedia({Ratio.SQUARE: Media(image_hash="h"), Ratio.VERTICAL: Media(video_id="9")})

        with pytest.raises(Refused, match="mixes pictures and videos"):
            built(media=mixed)

    def test_an_item_without_any_picture_is_refused(self) -> None:
        with pytest.raises(Refused, match="no picture or video"):
            built(media=ItemMedia({}))


class TestWhereItLeads:
    def test_the_link_carries_its_tags_beside_it(self) -> None:
        payload = built(url_tags="utm_source=meta&utm_content={{ad.id}}")
        feed = part(payload, "asset_feed_spec")

        assert payload["url_tags"] == "utm_source=meta&utm_content={{ad.id}}"
        assert feed["link_urls"] == [{"website_url": "https://shop.example.com/lamps"}]
        assert feed["call_to_action_types"] == ["LEARN_MORE"]

    def test_tags_inside_the_page_address_do_not_go_out_beside_the_approved_ones(self) -> None:
        tagged = item(link_url="https://shop.example.com/lamps?id=5&utm_source=poster")

        feed = part(built(tagged), "asset_feed_spec")

        assert feed["link_urls"] == [{"website_url": "https://shop.example.com/lamps?id=5"}]

    def test_an_instant_form_opens_the_chosen_form(self) -> None:
        feed = part(built(item(link_url=None), objective="form_leads"), "asset_feed_spec")

        assert feed["call_to_actions"] == [
            {"type": "LEARN_MORE", "value": {"lead_gen_form_id": "46", "link": "https://fb.me/"}}
        ]
        assert feed["link_urls"] == [{"website_url": "https://fb.me/"}]

    def test_a_missing_form_or_page_is_refused(self) -> None:
        with pytest.raises(Refused, match="choose one of the page's forms"):
            built(objective="form_leads", target=Target(lead_form_id=None))
        with pytest.raises(Refused, match="leads nowhere"):
            built(item(link_url=None))

    def test_the_instagram_account_speaks_only_on_instagram(self) -> None:
        everywhere, facebook = built(), built(placements=["facebook"])

        assert part(everywhere, "object_story_spec") == {"page_id": "43", "instagram_user_id": "44"}
        assert part(facebook, "object_story_spec") == {"page_id": "43"}


class TestOtherModes:
    def test_text_options_offer_each_distinct_text_with_one_picture(self) -> None:
        feed = part(built(mode=CreativeMode.TEXT_OPTIONS), "asset_feed_spec")

        assert feed["images"] == [{"hash": "square"}]
        assert feed["bodies"] == [{"text": "A warm room."}, {"text": "Warm light tonight"}]
        assert feed["titles"] == [{"text": "Warm light"}, {"text": "Warm"}]
        assert feed["optimization_type"] == "DEGREES_OF_FREEDOM"
        assert "asset_customization_rules" not in feed

    def test_a_carousel_keeps_the_approved_order(self) -> None:
        link = part(built(carousel(4), mode=CreativeMode.CAROUSEL), "object_story_spec", "link_data")

        assert [card["name"] for card in rows(link, "child_attachments")] == [f"Lamp {number}" for number in range(4)]
        assert [card["image_hash"] for card in rows(link, "child_attachments")] == [
            "square",
            "portrait",
            "vertical",
            "landscape",
        ]
        assert rows(link, "child_attachments")[1]["call_to_action"] == {
            "type": "LEARN_MORE",
            "value": {"link": "https://shop.example.com/1"},
        }
        assert (link["multi_share_optimized"], link["multi_share_end_card"]) == (False, False)

    @pytest.mark.parametrize("cards", [0, 1])
    def test_a_carousel_of_fewer_than_two_cards_is_refused(self, cards: int) -> None:
        with pytest.raises(Refused, match="2 to 10 cards"):
            built(carousel(cards), mode=CreativeMode.CAROUSEL)

    def test_a_carousel_with_a_card_without_picture_is_refused(self) -> None:
        with pytest.raises(Refused, match="without a picture"):
            built(carousel(4), ItemMedia({}, (Media(image_hash="h"),)), mode=CreativeMode.CAROUSEL)

    def test_an_existing_post_is_promoted_as_it_is(self) -> None:
        payload = built(item(existing_post_id="43_99"), mode=CreativeMode.EXISTING_POST)

        assert payload["object_story_id"] == "43_99"
        assert "object_story_spec" not in payload

    def test_an_existing_post_must_be_named(self) -> None:
        with pytest.raises(Refused, match="choose the post"):
            built(mode=CreativeMode.EXISTING_POST)


@pytest.mark.parametrize("mode", [CreativeMode.PLACEMENT, CreativeMode.TEXT_OPTIONS, CreativeMode.CAROUSEL])
def test_meta_may_alter_the_creative_only_when_that_was_approved(mode: CreativeMode) -> None:
    def choices(enhancements: bool) -> set[str]:
        content = carousel().model_copy(update={"enhancements": enhancements})
        return {str(row) for row in part(built(content, mode=mode), *path).values()}

    path = ("degrees_of_freedom_spec", "creative_features_spec")
    assert choices(False) == {"{'enroll_status': 'OPT_OUT'}"}
    assert choices(True) == {"{'enroll_status': 'OPT_IN'}"}


def test_a_text_that_fits_the_form_but_not_a_feed_is_refused() -> None:
    long = item(texts=[CopyText(placement=Placement.FEED, primary_text="x" * 1025)])

    with pytest.raises(Refused, match="1024"):
        built(long)


def test_an_ad_is_paused_and_points_to_its_ad_set_and_creative() -> None:
    plan = approved(one_ad=ad(conversion_domain="example.com"))
    payload = ad_payload(plan, plan.plan.ads[0], "Evening gl-x", ad_set_id="130", creative_id="140")

    assert payload == {
        "name": "Evening gl-x",
        "adset_id": "130",
        "creative": {"creative_id": "140"},
        "status": "PAUSED",
        "conversion_domain": "example.com",
    }


def test_an_ad_starts_and_stops_when_the_schedule_says() -> None:
    entries = [
        Entry(key="a", kind=EntryKind.CREATIVE_START, target="evening_en", at=START),
        Entry(key="b", kind=EntryKind.CREATIVE_STOP, target="another", at=START),
    ]
    plan = approved(plan_schedule=schedule(entries=entries))
    payload = ad_payload(plan, plan.plan.ads[0], "Evening", ad_set_id="130", creative_id="140")

    assert payload["ad_schedule_start_time"] == "2031-03-03T06:00:00+0000"
    assert "ad_schedule_end_time" not in payload
