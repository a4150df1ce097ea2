"""A creative: one item's texts and pictures in one of four forms. One ad is one concept in one language."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from models.domain.ads_plan import CreativeMode, PlannedAd, PlannedAdSet
from models.domain.content import ItemContent
from models.domain.links import destination
from models.domain.states import Placement, Ratio
from providers.ads.meta.facts import FACTS
from providers.ads.meta.payloads.approved import Approved, Payload, refuse
from providers.ads.meta.payloads.asset_feed import feed_limits, placement_feed, text_options_feed

# Meta wants a link even where the form opens inside the app.
FORM_LINK = "https://fb.me/"
_SQUARE_FIRST = (Ratio.SQUARE, Ratio.PORTRAIT, Ratio.LANDSCAPE, Ratio.VERTICAL)


@dataclass(frozen=True, slots=True)
class Media:
    """An uploaded picture (its hash) or video (its id, with the hash of a thumbnail picture)."""

    image_hash: str | None = None
    video_id: str | None = None
    thumbnail_hash: str | None = None

    @property
    def is_video(self) -> bool:
        return self.video_id is not None


@dataclass(frozen=True, slots=True)
class ItemMedia:
    """What was uploaded for an item: cropped to each ratio it has, and one per card in the cards' order."""

    by_ratio: Mapping[Ratio, Media]
    cards: tuple[Media, ...] = ()


def creative_payload(approved: Approved, ad: PlannedAd, item: ItemContent, media: ItemMedia, name: str) -> Payload:
    """Parameters of POST act_X/adcreatives. `name` carries the marker, at most 100 characters.

    Raises:
        Refused: the item does not fit the form or Meta's limits; the message says what to change.
    """
    ad_set = next(part for part in approved.plan.ad_sets if part.key == ad.ad_set)
    payload: Payload = {"name": name, **_content(approved, ad, ad_set, item, media)}
    if ad.url_tags:
        payload["url_tags"] = ad.url_tags
    choice = "OPT_IN" if item.enhancements else "OPT_OUT"
    features: Payload = {feature: {"enroll_status": choice} for feature in FACTS.creative.enhancements}
    payload["degrees_of_freedom_spec"] = {"creative_features_spec": features}
    return payload


def _content(approved: Approved, ad: PlannedAd, ad_set: PlannedAdSet, item: ItemContent, media: ItemMedia) -> Payload:
    if ad.mode is CreativeMode.EXISTING_POST:
        if item.existing_post_id is None:
            refuse(f"The item {item.concept!r} names no post: choose the post to promote.")
        return {"object_story_id": item.existing_post_id}
    identity = _identity(approved, ad_set)
    call_to_action = _call_to_action(approved, ad_set, item)
    if ad.mode is CreativeMode.CAROUSEL:
        return {"object_story_spec": {**identity, "link_data": _carousel(item, media, ad_set, call_to_action)}}
    if not media.by_ratio:
        refuse(f"The item {item.concept!r} has no picture or video: add one.")
    if ad.mode is CreativeMode.TEXT_OPTIONS:
        feed = text_options_feed(item, _square(media))
    else:
        feed = placement_feed(item, media.by_ratio, ad_set.placements)
    feed["link_urls"] = [{"website_url": _link(item, ad_set)}]
    if ad_set.destination_type == "ON_AD":
        feed["call_to_actions"] = [call_to_action]  # a bare type could not name the form
    else:
        feed["call_to_action_types"] = [item.cta.value]
    return {"object_story_spec": identity, "asset_feed_spec": feed_limits(feed)}


def _identity(approved: Approved, ad_set: PlannedAdSet) -> Payload:
    identity: Payload = {"page_id": approved.plan.page_id}
    if approved.plan.instagram_user_id and "instagram" in ad_set.placements:
        identity["instagram_user_id"] = approved.plan.instagram_user_id
    return identity


def _call_to_action(approved: Approved, ad_set: PlannedAdSet, item: ItemContent) -> Payload:
    if ad_set.destination_type == "ON_AD":
        if approved.plan.lead_form_id is None:
            refuse("Leads with an instant form need the form: choose one of the page's forms.")
        value: Payload = {"lead_gen_form_id": approved.plan.lead_form_id, "link": FORM_LINK}
    elif item.link_url is None:
        refuse(f"The item {item.concept!r} leads nowhere: add its destination page.")
    else:
        value = {"link": destination(item.link_url)}
    return {"type": item.cta.value, "value": value}


def _link(item: ItemContent, ad_set: PlannedAdSet) -> str:
    """The page without utm tags: the approved ones travel as the ad's url_tags, others would go out unseen."""
    return FORM_LINK if ad_set.destination_type == "ON_AD" else destination(item.link_url or "")


def _square(media: ItemMedia) -> Media:
    """The square, or what comes closest to one."""
    return next(media.by_ratio[ratio] for ratio in _SQUARE_FIRST if ratio in media.by_ratio)


def _carousel(item: ItemContent, media: ItemMedia, ad_set: PlannedAdSet, call_to_action: Payload) -> Payload:
    if not 2 <= len(item.cards) <= 10:
        refuse(f"A carousel has 2 to 10 cards, this one has {len(item.cards)}.")
    if len(media.cards) != len(item.cards):
        refuse(f"The carousel {item.concept!r} has cards without a picture: add them.")
    attachments: list[JsonValue] = []
    for card, picture in zip(item.cards, media.cards, strict=True):
        opens_form, link = ad_set.destination_type == "ON_AD", destination(card.link)
        action: Payload = call_to_action if opens_form else {**call_to_action, "value": {"link": link}}
        attachments.append(
            _filled(
                {
                    "link": link,
                    "name": card.headline,
                    "description": card.description,
                    "image_hash": picture.image_hash,
                    "video_id": picture.video_id,
                    "call_to_action": action,
                }
            )
        )
    return {
        "link": _link(item, ad_set),
        "message": item.text_for(Placement.FEED).primary_text,
        "child_attachments": attachments,
        "call_to_action": call_to_action,
        # The approved order is the order; Meta would otherwise sort by performance and add a card of its own.
        "multi_share_optimized": False,
        "multi_share_end_card": False,
    }


def _filled(payload: Payload) -> Payload:
    return {key: value for key, value in payload.items() if value not in (None, "")}
