"""Ad creatives: created once, afterwards only renamed, labelled or deleted."""

from typing import Any

from simulator.meta import params, writing
from simulator.meta.errors import GraphError, Refusal, invalid
from simulator.meta.rules import creatives as rules
from simulator.meta.specs import FIXED, PARAMETERS
from simulator.meta.world import Call
from simulator.store import Document, Json


def create(call: Call) -> Document:
    writing.check_account_open(call)
    draft = _draft(call, dict(call.params))
    if writing.is_dry_run(call):
        return {"success": True}
    return writing.reply(call, "creative", _insert(call, draft), {})


def update(call: Call) -> Document:
    values = params.read(PARAMETERS["creative"], call.params)
    writing.check_name(values)
    if call.node["status"] == "DELETED":
        raise GraphError(Refusal.DELETED, kind="creative")
    for name in FIXED["creative"] & values.keys():
        raise invalid(name, "a creative cannot change: create a new one")
    if values.get("status", "ACTIVE") not in ("ACTIVE", "DELETED"):
        raise invalid("status", "must be ACTIVE or DELETED")
    call.save("creative", call.node | values)
    return writing.reply(call, "creative", call.node | values, {"success": True})


def named(call: Call, reference: Document) -> Document:
    """The creative that an ad names: a stored one by creative_id, or an inline spec, checked but not stored."""
    if creative_id := reference.get("creative_id") or reference.get("id"):
        return call.fetch("creative", str(creative_id))
    return _draft(call, reference)


def ensure(call: Call, reference: Document) -> str:
    """The id of the creative that an ad names; an inline spec becomes a creative now."""
    found = named(call, reference)
    return str(found["id"] if "id" in found else _insert(call, found)["id"])


def _draft(call: Call, given: Document) -> Document:
    draft = {**params.read(PARAMETERS["creative"], given), "account_id": call.owner["account_id"], "status": "ACTIVE"}
    writing.check_name(draft)
    rules.check(call, draft)
    return {**draft, **_summary(draft)}


def _insert(call: Call, draft: Document) -> Document:
    document = {**draft, "id": call.store.new_id(), "created_time": call.now.isoformat()}
    document.setdefault("name", f"Creative {document['id']}")
    document |= {"_created_name": document["name"], "_hidden_until": call.hidden_until()}
    if page_id := (draft.get("object_story_spec") or {}).get("page_id"):
        document["effective_object_story_id"] = f"{page_id}_{call.store.new_id()}"
    call.save("creative", document, parent=call.owner["account_id"])
    call.record("created", document["id"])
    return document


def _summary(draft: Document) -> Document:
    """The flat fields that Graph derives from the content of a creative."""
    story, feed = draft.get("object_story_spec") or {}, draft.get("asset_feed_spec") or {}
    link, video = story.get("link_data") or {}, story.get("video_data") or {}
    part = link or video
    action: dict[str, Any] = part.get("call_to_action") or next(iter(feed.get("call_to_actions", [])), None) or {}
    kinds = feed.get("call_to_action_types") or [None]
    image_hash = part.get("image_hash") or _first(feed, "images", "hash")
    return {
        "actor_id": story.get("page_id"),
        "instagram_user_id": story.get("instagram_user_id"),
        "object_type": "VIDEO" if video or feed.get("videos") else "SHARE",
        "body": part.get("message") or _first(feed, "bodies", "text"),
        "title": link.get("name") or video.get("title") or _first(feed, "titles", "text"),
        "image_hash": image_hash,
        "video_id": video.get("video_id") or _first(feed, "videos", "video_id"),
        "link_url": link.get("link")
        or (action.get("value") or {}).get("link")
        or _first(feed, "link_urls", "website_url"),
        "call_to_action_type": action.get("type") or kinds[0],
    }


def _first(feed: Document, name: str, key: str) -> Json:
    entries = feed.get(name) or [{}]
    return entries[0].get(key)


HANDLERS = {("account", "adcreatives", "POST"): create, ("creative", "", "POST"): update}
