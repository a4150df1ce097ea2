"""The texts, links and pictures of one item as a form and back; its pictures are chosen in a part of their own."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import ValidationError

from api.pages.views.items import field_words
from api.pages.views.picture_choice import picture_values, with_choices
from api.pages.views.typed import Typed, values_from
from api.pages.views.words import PLACEMENT
from models.domain.content import Card, CopyText, Design, ItemContent
from models.domain.copy_checks import PlacementGuide, placement_guides
from models.tables.asset import Asset

PARTS = ("primary_text", "headline", "description")
PART_WORDS = {"primary_text": "Text", "headline": "Headline", "description": "Description"}


def first_values(item: ItemContent) -> Typed:
    texts = {f"{text.placement}.{part}": getattr(text, part) for text in item.texts for part in PARTS}
    cards = {
        "card_headline": [card.headline for card in item.cards],
        "card_description": [card.description for card in item.cards],
        "card_link": [card.link for card in item.cards],
    }
    rest = {
        "cta": item.cta,
        "link_url": item.link_url,
        "overlay_text": item.overlay_text,
        "disclaimer": item.disclaimer,
        "price": item.design.price if item.design else "",
    }
    return Typed(values_from({**texts, **cards, **rest, **picture_values(item)}))


def fields_of(item: ItemContent) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Per placement its fields as (name, label, hint)."""
    guides = {guide["placement"]: guide for guide in placement_guides(item.format)}
    found = []
    for text in item.texts:
        guide = guides.get(text.placement)
        fields = []
        for part in PARTS:
            # None: this placement does not show that part, so there is nothing to write.
            shown = _shown(guide, part)
            if shown is not None:
                hint = f"About {shown} characters are shown" if shown else ""
                fields.append((f"{text.placement}.{part}", PART_WORDS[part], hint))
        found.append((PLACEMENT[text.placement], fields))
    return found


def _shown(guide: PlacementGuide | None, part: str) -> int | None:
    if guide is None:
        return 0
    return {"primary_text": guide["primary_text"], "headline": guide["headline"]}.get(part, guide["description"])


def typed_item(typed: Typed, old: ItemContent, pictures: Mapping[UUID, Asset]) -> ItemContent | None:
    """The item that the form describes; None where something is wrong, which `typed` then holds."""
    texts = [text for text in (_text(typed, text) for text in old.texts) if text]
    if typed.mistakes:
        return None
    try:
        changed = {
            "texts": texts,
            "cta": typed.one("cta"),
            "link_url": typed.one("link_url") or None,
            "overlay_text": typed.one("overlay_text"),
            "disclaimer": typed.one("disclaimer"),
            "design": _design(typed, old.design),
            "cards": [_card(typed, place, card) for place, card in enumerate(old.cards)],
        }
        return with_choices(typed, ItemContent.model_validate({**old.model_dump(), **changed}), pictures)
    except ValidationError as error:
        for found in error.errors():
            words = str(found["msg"]).removeprefix("Value error, ")
            name = ".".join(str(part) for part in found["loc"] if not isinstance(part, int))
            typed.wrong(name.removeprefix("design.") or "texts", f"{words[:1].upper()}{words[1:]}.")
        return None


def labels_of(item: ItemContent) -> dict[str, str]:
    named = {
        name: f"{placement}, {label.lower()}" for placement, fields in fields_of(item) for name, label, _ in fields
    }
    return {**named, **{name: field_words(name) for name in ("cta", "link_url", "overlay_text", "disclaimer", "price")}}


def _design(typed: Typed, old: Design | None) -> dict[str, object] | None:
    return {**old.model_dump(), "price": typed.one("price")} if old else None


def _text(typed: Typed, old: CopyText) -> CopyText | None:
    values = {part: typed.values.get(f"{old.placement}.{part}", [getattr(old, part)])[0] for part in PARTS}
    try:
        return CopyText.model_validate({"placement": old.placement, **values})
    except ValidationError as error:
        for found in error.errors():
            words = str(found["msg"]).removeprefix("Value error, ")
            typed.wrong(f"{old.placement}.{found['loc'][0]}", f"{words[:1].upper()}{words[1:]}.")
        return None


def _card(typed: Typed, place: int, old: Card) -> Card:
    return Card.model_validate(
        {
            **old.model_dump(),
            "headline": typed.at("card_headline", place),
            "description": typed.at("card_description", place),
            "link": typed.at("card_link", place),
        }
    )
