"""Everything that an ad account holds, a page at a time, so that reading ten thousand objects can go on where it broke.

Source: Marketing API v26.0 reference of campaign, ad set, ad and ad creative; read September 2026.
"""

from collections.abc import Iterable
from typing import Any

from pydantic import JsonValue, SecretStr

from models.domain.states import PlatformKind
from providers.ads.meta.listing import list_page
from providers.ads.meta.transport import MetaTransport
from providers.ads.meta.tree_reads import EDGES, STATUSES, account_node
from providers.ads.meta.wire import Row, WireNode, as_wire
from providers.ads.results import FullObject, ObjectPage

_NODE = "id,name,status,effective_status,created_time,updated_time,issues_info"
_BUDGET = "start_time,daily_budget,lifetime_budget,bid_strategy"
_CREATIVE = (
    "id,name,body,title,link_url,call_to_action_type,image_url,thumbnail_url,video_id,object_type,"
    "effective_object_story_id,object_story_spec,asset_feed_spec,url_tags"
)
_FIELDS = {
    PlatformKind.CAMPAIGN: f"{_NODE},{_BUDGET},stop_time,spend_cap,objective,buying_type,special_ad_categories",
    PlatformKind.AD_SET: f"{_NODE},{_BUDGET},end_time,campaign_id,bid_amount,learning_stage_info,optimization_goal,"
    "billing_event,destination_type,promoted_object,attribution_spec",
    PlatformKind.AD: f"{_NODE},campaign_id,adset_id,ad_review_feedback,failed_delivery_checks,creative{{{_CREATIVE}}}",
}
# Ads bring their creatives along, and a page that holds too much data is refused.
_SIZES = {PlatformKind.CAMPAIGN: 200, PlatformKind.AD_SET: 200, PlatformKind.AD: 100}
_PLAIN = {
    PlatformKind.CAMPAIGN: ("objective", "buying_type", "bid_strategy", "special_ad_categories"),
    PlatformKind.AD_SET: ("bid_strategy", "bid_amount", "billing_event", "destination_type"),
    PlatformKind.AD: (),
}
_LONGEST = 1_000
_MOST = 10


class MetaObjectPages:
    """Part of `MetaReader`."""

    _transport: MetaTransport

    async def object_page(
        self, account_id: str, kind: PlatformKind, token: SecretStr, after: str | None = None
    ) -> ObjectPage:
        """Campaigns, ad sets or ads of the whole account, archived ones included, deleted ones not."""
        params: Row = {"fields": _FIELDS[kind], "limit": _SIZES[kind], "effective_status": STATUSES[kind]}
        path = f"{account_node(account_id)}/{EDGES[kind]}"
        page = await list_page(self._transport, path, params, token, after)
        objects = tuple(
            FullObject(as_wire(WireNode, row).node(kind, row, page.platform_time), _detail(kind, row))
            for row in page.rows
        )
        return ObjectPage(objects, page.after, page.platform_time)


def _detail(kind: PlatformKind, row: Row) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {name: row[name] for name in _PLAIN[kind] if row.get(name)}
    creative = row.get("creative")
    if isinstance(creative, dict):
        found["creative"] = shown(creative)
    return found


def shown(creative: Row) -> dict[str, JsonValue]:
    """What people see of a creative, whichever of Meta's shapes it has. Links to pictures are Meta's and run out."""
    story, feed = _part(creative, "object_story_spec"), _part(creative, "asset_feed_spec")
    link, video = _part(story, "link_data"), _part(story, "video_data")
    cards = _rows(link, "child_attachments")
    told: dict[str, Iterable[JsonValue]] = {
        "texts": [creative.get("body"), link.get("message"), video.get("message"), *_each(feed, "bodies", "text")],
        "headlines": [
            creative.get("title"),
            link.get("name"),
            video.get("title"),
            *_each(feed, "titles", "text"),
            *(card.get("name") for card in cards),
        ],
        "descriptions": [link.get("description"), *_each(feed, "descriptions", "text")],
        "links": [
            creative.get("link_url"),
            link.get("link"),
            *_each(feed, "link_urls", "website_url"),
            *(card.get("link") for card in cards),
        ],
        "pictures": [creative.get("image_url"), creative.get("thumbnail_url"), link.get("picture")],
    }
    lists: dict[str, JsonValue] = {name: _texts(values) for name, values in told.items()}
    words = {"id": "id", "name": "name", "call_to_action": "call_to_action_type", "video_id": "video_id"}
    words |= {"post_id": "effective_object_story_id", "url_tags": "url_tags"}
    single: dict[str, JsonValue] = {ours: creative[theirs] for ours, theirs in words.items() if creative.get(theirs)}
    return {**single, **{name: values for name, values in lists.items() if values}}


def _part(row: dict[str, Any], name: str) -> dict[str, Any]:
    found = row.get(name)
    return found if isinstance(found, dict) else {}


def _rows(row: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = row.get(name)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _each(row: dict[str, Any], name: str, key: str) -> Iterable[JsonValue]:
    return (entry.get(key) for entry in _rows(row, name))


def _texts(values: Iterable[JsonValue]) -> list[JsonValue]:
    """Each once, in order; a creative may hold thirty assets, and nobody reads more than the first of them."""
    written = (value[:_LONGEST] for value in values if isinstance(value, str) and value.strip())
    found: list[JsonValue] = list(dict.fromkeys(written))
    return found[:_MOST]
