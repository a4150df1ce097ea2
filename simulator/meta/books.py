"""The books of a simulated ad account: everything ever made in it. Tests and demos check against them."""

from simulator.meta.status import effective_status
from simulator.meta.world import Call, Request, World
from simulator.store import Document

PLURALS = {
    "campaign": "campaigns", "adset": "adsets", "ad": "ads", "creative": "creatives", "image": "images",
    "video": "videos",
}  # fmt: skip
PARENTS = {"adset": "campaign_id", "ad": "adset_id"}


def books(world: World, account: Document) -> Document:
    """Objects by kind, request counts, and each change of an object to ACTIVE.

    `created_name` is the name an object was created with: renaming away a marker does not hide a duplicate. `file` is
    where the bytes of a picture or video lie as they arrived.
    """
    call = Call(world, Request("GET", account["id"], {}), {}, "account", account, account)
    number = account["account_id"]
    with world.store.transaction():
        objects = {
            plural: [_entry(call, kind, document) for document in world.store.all(kind, account=number)]
            for kind, plural in PLURALS.items()
        }
    return {
        "account_id": number,
        "market_time": call.now.isoformat(),
        **objects,
        "counts": {plural: len(entries) for plural, entries in objects.items()},
        # Images are named by their content: there is never a second one.
        "duplicates": sum(_duplicates(entries) for plural, entries in objects.items() if plural != "images"),
        "activations": world.store.events(number, "activated"),
        "requests": world.store.requests(number),
    }


def _entry(call: Call, kind: str, document: Document) -> Document:
    has_levels = kind in ("campaign", "adset", "ad")
    effective = effective_status(call, kind, document) if has_levels else document["status"]
    return {
        "id": document["id"],
        "name": document["name"],
        "created_name": document["_created_name"],
        "status": document["status"],
        "effective_status": effective,
        "parent": document[PARENTS[kind]] if kind in PARENTS else None,
        "created_time": document["created_time"],
        "deleted": effective == "DELETED",
        "budget": document.get("daily_budget") or document.get("lifetime_budget"),
        "file": document.get("source") or document.get("url"),
    }


def _duplicates(entries: list[Document]) -> int:
    """How many objects, not deleted, were created under the name and parent of another one."""
    kept = [(entry["parent"], entry["created_name"]) for entry in entries if not entry["deleted"]]
    return len(kept) - len(set(kept))
