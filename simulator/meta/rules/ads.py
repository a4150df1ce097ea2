"""Rules for ads: does the creative fit the ad set that it runs in?"""

from typing import Any

from simulator.meta.errors import GraphError, Refusal, invalid
from simulator.meta.rules import budgets, creatives
from simulator.meta.world import Call
from simulator.store import Document

MAX_PER_ADSET = 50
WEB_OBJECTIVES = {"OUTCOME_SALES", "OUTCOME_TRAFFIC", "OUTCOME_LEADS"}


def check(call: Call, ad: Document, creative: Document) -> None:
    """`ad` as it would be; `creative` the one it names, stored or inline."""
    budgets.require(ad, "name", "adset_id")
    adset = call.fetch("adset", ad["adset_id"])
    siblings = [other for other in call.store.all("ad", parent=adset["id"]) if other["status"] != "DELETED"]
    if len([other for other in siblings if other["id"] != ad.get("id")]) >= MAX_PER_ADSET:
        raise invalid("adset_id", f"an ad set holds at most {MAX_PER_ADSET} ads")
    if creative.get("status") == "DELETED":
        raise GraphError(Refusal.DELETED, "creative", kind="creative")
    creatives.check_videos_ready(call, creative)
    domain = ad.get("conversion_domain")
    if domain and ("/" in domain or "." not in domain):
        raise invalid("conversion_domain", "must be a bare domain such as example.com")
    _check_fit(call, adset, creative)


def _check_fit(call: Call, adset: Document, creative: Document) -> None:
    campaign = call.fetch("campaign", adset["campaign_id"])
    page_id = (adset.get("promoted_object") or {}).get("page_id")
    own_page = (creative.get("object_story_spec") or {}).get("page_id")
    if page_id and own_page and str(page_id) != str(own_page):
        raise GraphError(Refusal.PAGE_MISMATCH, "creative", why=f"{own_page} is not {page_id}")
    feed = creative.get("asset_feed_spec")
    customized = feed and (
        feed.get("asset_customization_rules") or feed.get("optimization_type") == "DEGREES_OF_FREEDOM"
    )
    if bool(feed and not customized) != bool(adset.get("is_dynamic_creative")):
        raise invalid("creative", "an asset feed without customization rules belongs in a dynamic creative ad set only")
    actions = list(call_to_actions(creative))
    if adset.get("destination_type") == "ON_AD":
        if not any(form_of(action) for action in actions):
            raise invalid("creative", "an instant form ad needs call_to_action.value.lead_gen_form_id")
    elif campaign["objective"] in WEB_OBJECTIVES and adset.get("destination_type", "") in ("", "WEBSITE", "UNDEFINED"):
        is_post = creative.get("object_story_id") or creative.get("source_instagram_media_id")
        if not is_post and not (actions and creative.get("link_url")):
            raise GraphError(Refusal.WEBSITE_MISSING, "creative")


def call_to_actions(creative: Document) -> list[Document]:
    story = creative.get("object_story_spec") or {}
    feed = creative.get("asset_feed_spec") or {}
    parts: list[Any] = [story.get("link_data"), story.get("video_data"), story.get("photo_data")]
    found = [part["call_to_action"] for part in parts if part and part.get("call_to_action")]
    found += list(feed.get("call_to_actions", []))
    return found + [{"type": kind} for kind in feed.get("call_to_action_types", [])]


def form_of(action: Document) -> str | None:
    form = (action.get("value") or {}).get("lead_gen_form_id")
    return str(form) if form else None
