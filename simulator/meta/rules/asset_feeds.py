"""Rules for asset_feed_spec: limits, unique values, and the placement customization rules.

Source: limits from field reports; the rule set (two or more, one default, labels that exist) from Meta's guide.
"""

from typing import Any

from simulator.meta.errors import GraphError, Refusal, invalid
from simulator.meta.rules.targeting import POSITIONS
from simulator.meta.world import Call
from simulator.store import Document

TEXTS = {"bodies": 1024, "titles": 255, "descriptions": 255}  # list: longest text
MOST = {"bodies": 5, "titles": 5, "descriptions": 5, "images": 10, "videos": 10, "link_urls": 5}
MOST_ASSETS = 30
IDENTITY = {"images": "hash", "videos": "video_id", "link_urls": "website_url", **dict.fromkeys(TEXTS, "text")}
LABELS = {
    "image_label": "images", "video_label": "videos", "body_label": "bodies", "title_label": "titles",
    "description_label": "descriptions", "link_url_label": "link_urls",
}  # fmt: skip


def check(call: Call, feed: Document) -> None:
    for name, most in MOST.items():
        if len(feed.get(name, [])) > most:
            raise invalid("asset_feed_spec", f"{name} holds at most {most} entries")
    if sum(len(feed.get(name, [])) for name in MOST) > MOST_ASSETS:
        raise invalid("asset_feed_spec", f"a feed holds at most {MOST_ASSETS} assets in all")
    for name, longest in TEXTS.items():
        for entry in feed.get(name, []):
            if len(str(entry.get("text", ""))) > longest:
                raise invalid("asset_feed_spec", f"a text of {name} is longer than {longest} characters")
    _check_unique(feed)
    _check_assets(call, feed)
    if "asset_customization_rules" in feed:
        _check_rules(feed, feed["asset_customization_rules"])


def _check_unique(feed: Document) -> None:
    for name, key in IDENTITY.items():
        values = [entry.get(key) for entry in feed.get(name, [])]
        if len(values) != len(set(values)):
            raise GraphError(Refusal.DUPLICATE_ASSETS, "asset_feed_spec", param=name)


def _check_assets(call: Call, feed: Document) -> None:
    if not feed.get("images") and not feed.get("videos"):
        raise invalid("asset_feed_spec", "needs images or videos")
    if not feed.get("ad_formats"):
        raise GraphError(Refusal.MISSING_PARAM, "asset_feed_spec", param="asset_feed_spec.ad_formats")
    number = call.owner["account_id"]
    for entry in feed.get("images", []):
        if not call.known("image", f"{number}:{entry.get('hash')}"):
            raise invalid("asset_feed_spec", f"no image of this ad account has the hash {entry.get('hash')}")
    for entry in feed.get("videos", []):
        call.fetch("video", str(entry.get("video_id")))
        still = entry.get("thumbnail_hash")
        if not still and not entry.get("thumbnail_url"):
            raise GraphError(Refusal.THUMBNAIL_MISSING, "asset_feed_spec")
        if still and not call.known("image", f"{number}:{still}"):
            raise invalid("asset_feed_spec", f"no image of this ad account has the hash {still}")


def _label_names(feed: Document, name: str) -> set[str]:
    return {label["name"] for entry in feed.get(name, []) for label in entry.get("adlabels", []) if "name" in label}


def _check_rules(feed: Document, rules: list[Any]) -> None:
    if len(rules) < 2:
        raise invalid("asset_feed_spec", "asset_customization_rules needs at least two rules")
    if sum(bool(rule.get("is_default")) for rule in rules) != 1:
        raise invalid("asset_feed_spec", "exactly one of asset_customization_rules must have is_default true")
    for rule in rules:
        if not rule.get("image_label") and not rule.get("video_label"):
            raise invalid("asset_feed_spec", "each customization rule needs an image_label or a video_label")
        for key, name in LABELS.items():
            label = rule.get(key)
            if label and label.get("name") not in _label_names(feed, name):
                raise invalid("asset_feed_spec", f"{key} {label.get('name')} labels no entry of {name}")
        _check_placements(rule)


def _check_placements(rule: Document) -> None:
    spec = rule.get("customization_spec") or {}
    if not spec and not rule.get("is_default"):
        raise invalid("asset_feed_spec", "each rule but the default needs a customization_spec")
    platforms = spec.get("publisher_platforms", [])
    for platform in platforms:
        if platform not in POSITIONS:
            raise GraphError(Refusal.PLACEMENT, "asset_feed_spec", value=platform)
    for platform, known in POSITIONS.items():
        for position in spec.get(f"{platform}_positions", []):
            if position not in known or platform not in platforms:
                raise GraphError(Refusal.PLACEMENT, "asset_feed_spec", value=f"{platform} {position}")
