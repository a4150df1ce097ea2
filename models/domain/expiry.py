"""What may be shown for a time only: pictures by their rights, and the offer by its last day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue

from models.domain.brief import Offer
from models.domain.content import ItemContent
from models.domain.copy_checks import names_offer, offer_fields
from models.domain.figures import percentages
from models.domain.remarks import day
from models.domain.strategy import Strategy


@dataclass(frozen=True, slots=True)
class Ending:
    """Something that an item rests on, and the moment from which it may not be shown any more."""

    what: str
    at: datetime

    def in_words(self) -> str:
        return f"{self.what} ended on {day(self.at)}"


def ended(endings: Iterable[Ending], now: datetime) -> str:
    """What has ended, in words; empty where nothing has."""
    over = sorted((ending for ending in endings if ending.at <= now), key=lambda ending: (ending.at, ending.what))
    return "; ".join(ending.in_words() for ending in over)


def rests_on_offer(item: ItemContent, strategy: Strategy, offer: Offer) -> bool:
    """Whether the item, or the concept that it carries out, names the offer.

    An offer without a percentage and without a code cannot be recognised in a text, so every item counts.
    """
    if not percentages(offer.text) and not offer.code:
        return True
    concept = next((concept for concept in strategy.message.concepts if concept.key == item.concept), None)
    angle = next((angle for angle in strategy.message.angles if concept and angle.key == concept.angle), None)
    written = [*([concept.idea] if concept else []), *([angle.promise, angle.insight] if angle else [])]
    return bool(offer_fields(item, offer)) or any(names_offer(text, offer) for text in written)


def assets_in(body: JsonValue) -> set[UUID]:
    """Every asset that a stored item names: pictures, posters, cards, and what was drawn or drawn upon."""
    if isinstance(body, list):
        return set().union(*(assets_in(part) for part in body))
    if not isinstance(body, Mapping):
        return set()
    named = body.get("asset_id")
    found = {UUID(named)} if isinstance(named, str) else set()
    return found.union(*(assets_in(part) for part in body.values()))
