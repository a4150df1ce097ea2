"""Content hashes: what exactly an approval was given for.

Every hash is SHA-256 over RFC 8785 JSON under a schema tag. Fields are left out by name, so a field added to a
document later is hashed until somebody decides otherwise. Texts are NFC and trimmed, instants UTC, and lists count as
sets unless their order is shown to people (cards of a carousel, entries of a schedule, corners of a crop).
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from uuid import UUID

import rfc8785
from pydantic import BaseModel, JsonValue

from models.domain.ads_plan import AdsPlan
from models.domain.base import Document, Sha256, normalized
from models.domain.content import ItemContent
from models.domain.links import destination
from models.domain.schedule import Schedule
from models.domain.strategy import Strategy

ORDERED = frozenset({"cards", "entries"})


class StrategyHashes(Document):
    """The parts message, audience and measurement, and the whole that content, schedule and ads rest on."""

    m: Sha256
    a: Sha256
    t: Sha256
    whole: Sha256


def strategy_hashes(strategy: Strategy) -> StrategyHashes:
    """Names of segments and angles, forecasts, summary, rationale and risks are not part of what is approved."""
    measurement = strategy.measurement.model_dump()
    audience = strategy.audience.model_dump(exclude={"segments": {"__all__": {"name", "expected_weekly_conversions"}}})
    message = strategy.message.model_dump(exclude={"angles": {"__all__": {"name"}}})
    t, a, m = _digest("strategy-t/1", measurement), _digest("strategy-a/1", audience), _digest("strategy-m/1", message)
    return StrategyHashes(m=m, a=a, t=t, whole=_digest("strategy/1", {"m": m, "a": a, "t": t}))


def message_basis(strategy: Strategy, concept_key: str) -> str:
    """Hash of the parts of the message that one concept's copy rests on; another basis means "regenerate".

    These are the concept and its angle, the offer, the claims and the must and must-not words. Other concepts, the
    proposition, the tone and the list of languages do not count: adding French must not void the Arabic. A concept
    that the strategy no longer has gets a basis of its own, so that nothing approved for it still holds.
    """
    message = strategy.message
    concept = next((concept for concept in message.concepts if concept.key == concept_key), None)
    angle = next((angle for angle in message.angles if concept and angle.key == concept.angle), None)
    return _digest(
        "message-basis/1",
        {
            "concept": concept.model_dump() if concept else None,
            "angle": angle.model_dump(exclude={"name"}) if angle else None,
            "offer": message.offer.model_dump() if message.offer else None,
            "claims": [claim.model_dump() for claim in message.claims],
            "voice": message.voice.model_dump(exclude={"tone"}),
        },
    )


def item_hash(item: ItemContent, strategy: Strategy) -> str:
    """What a reader will see of one item, and the message it rests on. Tags in the link belong to the ads plan."""
    shown = item.model_dump(
        exclude={
            "design": True,
            "assets": {"__all__": {"asset_id": True, "recipe": True, "poster": {"asset_id"}}},
            "cards": {"__all__": {"asset_id"}},
        }
    )
    for asset in shown["assets"]:
        # Left out where there is none, so that pictures approved before there were posters keep their hash.
        if asset["poster"] is None:
            del asset["poster"]
    shown["link_url"] = destination(item.link_url) if item.link_url else None
    for card in shown["cards"]:
        card["link"] = destination(card["link"])
    return _digest("item/1", {"shown": shown, "basis": message_basis(strategy, item.concept)})


def content_hash(included: Mapping[str, str]) -> str:
    """The hash of the content scope: item key → item hash of every included item."""
    return _digest("content/1", dict(included))


def schedule_hash(schedule: Schedule) -> str:
    approved = schedule.model_dump()
    # Left out where there is none, so that what was approved before there were first steps keeps its hash.
    if approved["envelope"]["first_step"] is None:
        del approved["envelope"]["first_step"]
    return _digest("schedule/1", approved)


def ads_hash(plan: AdsPlan, strategy: StrategyHashes) -> str:
    """The tree that will be built, without names and API version, for this audience and measurement.

    The dates are the schedule's, except for an ad set's own end, which nobody else approves.
    """
    tree = plan.model_dump(
        exclude={
            "api_version": True,
            "campaigns": {"__all__": {"name"}},
            "ad_sets": {"__all__": {"name"}},
            "ads": {"__all__": {"name"}},
        }
    )
    return _digest("ads/1", {"tree": tree, "a": strategy.a, "t": strategy.t})


def document_hash(tag: str, model: BaseModel) -> str:
    """The hash of any other document or request, every field included and every list in its own order."""
    return _digest(tag, model.model_dump(), keep_order=True)


def _digest(tag: str, content: object, *, keep_order: bool = False) -> str:
    body = {"schema": f"greenlight/{tag}", "content": _canonical(content, ordered=keep_order, keep_order=keep_order)}
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()


def _canonical(value: object, *, ordered: bool, keep_order: bool) -> JsonValue:
    if isinstance(value, Mapping):
        return {
            normalized(str(key)): _canonical(part, ordered=keep_order or key in ORDERED, keep_order=keep_order)
            for key, part in value.items()
        }
    if isinstance(value, (list, tuple)):
        parts = [_canonical(part, ordered=keep_order, keep_order=keep_order) for part in value]
        return parts if ordered or isinstance(value, tuple) else sorted(parts, key=_sort_key)
    return _scalar(value)


def _sort_key(part: JsonValue) -> bytes:
    return rfc8785.dumps(part)


def _scalar(value: object) -> JsonValue:
    if isinstance(value, Enum):
        return _scalar(value.value)
    if isinstance(value, str):
        return normalized(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, UUID):
        return str(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    raise TypeError(f"a {type(value).__name__} cannot be hashed; give it a canonical form in hashing.py")
