"""Asking for new pictures of one item: what can be made, by which model, and what it may cost at most."""

from dataclasses import dataclass

from api.pages.reading import Reading
from api.pages.views.renders import KIND_WORDS, SHAPE_WORDS, dollars
from api.pages.views.titles import title_of
from api.render_models import Offer, most_micro_usd
from api.schemas.renders import RenderModelView
from api.security import EDITORS
from models.domain.commands import Command, refusal
from models.domain.rendering import MAX_ATTEMPTS
from models.domain.states import CreativeFormat, RenderKind
from records.campaigns.pictures import reference_ids
from records.campaigns.rendering import REFERENCES
from records.campaigns.renders import ratios_of

KINDS = {CreativeFormat.SINGLE_IMAGE: RenderKind.IMAGE, CreativeFormat.SINGLE_VIDEO: RenderKind.VIDEO}


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """`micros` is what one file costs at most, in millionths of a US dollar."""

    key: str
    words: str
    micros: int
    most: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class RenderForm:
    """`siblings` are the same idea in other languages, which may share the result and its price."""

    kind: str
    noun: str
    shapes: list[tuple[str, str]]
    models: list[ModelChoice]
    most_variants: int
    siblings: list[tuple[str, str]]
    cost: str
    tries: int


def render_form(reading: Reading, key: str, offer: Offer) -> RenderForm | None:
    """None where nothing can be made for the item, or not by this person."""
    facts = reading.facts
    content = reading.facts.active_items[key].working
    kind = KINDS.get(content.format) if content else None
    if kind is None or reading.caller.role not in EDITORS:
        return None
    if refusal(facts.campaign.status, Command.RENDER) is not None:
        return None
    references = min(REFERENCES, len(reference_ids(facts.brief)))
    models = _choices(offer, kind, references)
    if not models:
        return None
    concept = facts.items[key].row.concept_key
    shapes = ratios_of(facts, concept)
    chosen = next(model for model in models if model.chosen)
    return RenderForm(
        kind=kind.value,
        noun=KIND_WORDS[kind],
        shapes=[(ratio.value, SHAPE_WORDS[ratio]) for ratio in (shapes if kind is RenderKind.IMAGE else shapes[:1])],
        models=models,
        most_variants=max(model.most for model in models),
        siblings=[
            (other, title_of(facts, other))
            for other, item in facts.active_items.items()
            if other != key and item.row.concept_key == concept and item.working
        ],
        cost=dollars(chosen.micros * (len(shapes) if kind is RenderKind.IMAGE else 1)),
        tries=MAX_ATTEMPTS,
    )


def _choices(offer: Offer, kind: RenderKind, references: int) -> list[ModelChoice]:
    fit = [model for model in offer.models if model.kind is kind and (references or not model.needs_reference)]
    usual = next((model.key for model in fit if model.key == offer.usual(kind)), fit[0].key if fit else "")
    return [_choice(model, references, chosen=model.key == usual) for model in fit]


def _choice(model: RenderModelView, references: int, *, chosen: bool) -> ModelChoice:
    micros = most_micro_usd(model, references=references)
    words = f"{model.label} by {model.provider}, {dollars(micros)} each"
    if model.durations_s:
        words += f" ({model.durations_s[0]} seconds)"
    return ModelChoice(model.key, words, micros, model.most_variants, chosen)
