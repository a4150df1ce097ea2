"""What is wrong with an item's words: what the platform would refuse, and what a person should look at twice."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from itertools import combinations
from typing import TypedDict

from models.domain.base import graphemes
from models.domain.brief import Brief, ConversionLocation, Offer
from models.domain.content import CallToAction, ItemContent, item_key
from models.domain.figure_checks import agreed_offer, figure_findings
from models.domain.figures import percentages
from models.domain.findings import Finding, Level, refuse, warn
from models.domain.links import host
from models.domain.meta_limits import (
    BUTTONS,
    CARDS_MAX,
    CARDS_MIN,
    DESCRIPTION_LIMIT,
    FEED_BODY_LIMIT,
    GUIDELINES,
    HEADLINE_LIMIT,
    PLACEMENTS,
    PRIMARY_LIMIT,
)
from models.domain.states import CreativeFormat, Placement
from models.domain.strategy import Objective, Strategy
from models.domain.wording import PERSONAL_ATTRIBUTES, SUPERLATIVES, WEB_ADDRESS, contains, fold, same_script

__all__ = [
    "Finding",
    "Level",
    "allowed_ctas",
    "check_item",
    "names_offer",
    "near_duplicates",
    "offer_fields",
    "placement_guides",
]

# Above this likeness two texts compete for the same readers instead of testing two ideas.
NEAR_DUPLICATE = 0.9


class PlacementGuide(TypedDict):
    """Characters shown before a text is cut off; None where the placement does not show that part."""

    placement: Placement
    primary_text: int
    headline: int
    description: int | None


def placement_guides(creative_format: CreativeFormat) -> list[PlacementGuide]:
    """The placements that an item of this format needs words for, and how many characters each shows."""
    return [
        PlacementGuide(
            placement=placement,
            primary_text=GUIDELINES[placement].primary_text,
            headline=GUIDELINES[placement].headline,
            description=GUIDELINES[placement].description,
        )
        for placement in PLACEMENTS[creative_format]
    ]


def allowed_ctas(objective: Objective) -> list[CallToAction]:
    return list(BUTTONS[objective])


def check_item(item: ItemContent, strategy: Strategy, brief: Brief, now: datetime) -> list[Finding]:
    """Every finding of one item, refusals first. `now` decides whether the offer is over."""
    found = [
        *_belonging(item, strategy),
        *_lengths(item),
        *_structure(item, strategy, brief),
        *_offer(item, strategy, brief, now),
        *_prescribed(item, brief),
    ]
    for field, text in _words(item):
        found += _wording(field, text, strategy, brief)
        found += figure_findings(field, text, brief, strategy)
    return sorted(found, key=lambda finding: finding.level is not Level.REFUSE)


def near_duplicates(items: Sequence[ItemContent]) -> list[Finding]:
    """Pairs of items in one language whose feed texts hardly differ; `field` names the second item."""
    found = []
    for one, other in combinations(items, 2):
        if one.language != other.language or one.concept == other.concept:
            continue
        first, second = (fold(item.text_for(Placement.FEED).primary_text) for item in (one, other))
        if SequenceMatcher(None, first, second, autojunk=False).ratio() >= NEAR_DUPLICATE:
            keys = [item_key(item.concept, item.language) for item in (one, other)]
            message = f"says nearly the same as {keys[0]}; rewrite one, or exclude it to keep the test meaningful"
            found.append(warn(keys[1], message))
    return found


def _words(item: ItemContent) -> Iterator[tuple[str, str]]:
    """Every text that readers see, with its field."""
    for text in item.texts:
        for name in ("primary_text", "headline", "description"):
            yield f"texts.{text.placement}.{name}", getattr(text, name)
    for place, card in enumerate(item.cards):
        yield f"cards.{place}.headline", card.headline
        yield f"cards.{place}.description", card.description
    yield "overlay_text", item.overlay_text
    yield "disclaimer", item.disclaimer
    if item.design:
        yield "design.price", item.design.price


def _belonging(item: ItemContent, strategy: Strategy) -> Iterator[Finding]:
    if item.concept not in {concept.key for concept in strategy.message.concepts}:
        yield refuse("concept", f"the strategy has no concept {item.concept!r} any more; exclude this item")
    if item.language not in strategy.message.languages:
        yield refuse("language", f"the strategy does not speak {item.language}; add the language or exclude this item")


def _lengths(item: ItemContent) -> Iterator[Finding]:
    in_asset_feed = item.format in (CreativeFormat.SINGLE_IMAGE, CreativeFormat.SINGLE_VIDEO)
    body_limit = FEED_BODY_LIMIT if in_asset_feed else PRIMARY_LIMIT
    limits = {"primary_text": body_limit, "headline": HEADLINE_LIMIT, "description": DESCRIPTION_LIMIT}
    for text in item.texts:
        guideline = GUIDELINES[text.placement]
        for name, limit in limits.items():
            yield from _length(f"texts.{text.placement}.{name}", getattr(text, name), getattr(guideline, name), limit)
    card_guideline = GUIDELINES[Placement.CARD]
    for place, card in enumerate(item.cards):
        yield from _length(f"cards.{place}.headline", card.headline, card_guideline.headline, HEADLINE_LIMIT)
        yield from _length(
            f"cards.{place}.description", card.description, card_guideline.description, DESCRIPTION_LIMIT
        )


def _length(field: str, text: str, guideline: int | None, limit: int) -> Iterator[Finding]:
    if len(text) > limit:
        yield refuse(field, f"has {len(text)} characters, the platform takes {limit}; shorten it")
    elif guideline is not None and (length := graphemes(text)) > guideline:
        yield warn(field, f"has {length} characters and is cut off after about {guideline}; shorten it")


def _structure(item: ItemContent, strategy: Strategy, brief: Brief) -> Iterator[Finding]:
    objective = strategy.measurement.objective
    if item.cta not in BUTTONS[objective]:
        goal = objective.removeprefix("OUTCOME_").lower()
        yield refuse("cta", f"the button {item.cta} does not go with {goal}; choose {', '.join(BUTTONS[objective])}")
    if item.format is CreativeFormat.CAROUSEL and not CARDS_MIN <= len(item.cards) <= CARDS_MAX:
        yield refuse("cards", f"a carousel has {CARDS_MIN} to {CARDS_MAX} cards, this one {len(item.cards)}")
    if item.format is CreativeFormat.EXISTING_POST:
        if not item.existing_post_id:
            yield refuse("existing_post_id", "choose the post that the ad is to show")
    elif item.link_url is None and not _opens_form(strategy, brief):
        yield refuse("link_url", "the ad leads nowhere; give the page that it should open")
    known = {host(link) for link in (*brief.landing_urls, *(product.url for product in brief.products if product.url))}
    if item.link_url and known and host(item.link_url) not in known:
        yield warn("link_url", f"leads to {host(item.link_url)}, which the brief does not name; check the address")


def _opens_form(strategy: Strategy, brief: Brief) -> bool:
    conversion = strategy.measurement.conversion or brief.conversion
    return conversion is not None and conversion.location is ConversionLocation.INSTANT_FORM


def _offer(item: ItemContent, strategy: Strategy, brief: Brief, now: datetime) -> Iterator[Finding]:
    offer = agreed_offer(brief, strategy)
    if offer is None or offer.valid_to is None or offer.valid_to > now:
        return
    over = f"the offer ended on {offer.valid_to:%Y-%m-%d}"
    for field in offer_fields(item, offer):
        mend = "choose another button" if field == "cta" else "take it out of the text"
        yield refuse(field, f"{over}; {mend} or extend it")


def offer_fields(item: ItemContent, offer: Offer) -> list[str]:
    """The fields of an item that name the offer: by its percentage, by its code, or by their button."""
    named = [field for field, text in _words(item) if names_offer(text, offer)]
    return [*named, "cta"] if item.cta is CallToAction.GET_OFFER else named


def names_offer(text: str, offer: Offer) -> bool:
    shares = set(percentages(offer.text))
    return bool(shares & set(percentages(text))) or bool(offer.code and contains(text, offer.code))


def _prescribed(item: ItemContent, brief: Brief) -> Iterator[Finding]:
    everything = " ".join(text for _, text in _words(item))
    for phrase in brief.voice.must_say:
        if same_script(phrase, everything) and not contains(everything, phrase):
            yield warn("texts", f"the brief wants {phrase!r} to be said; work it in")
    if brief.voice.disclaimers and not item.disclaimer:
        known = (fold(disclaimer) in fold(everything) for disclaimer in brief.voice.disclaimers)
        if not any(known):
            yield warn("disclaimer", "the brief prescribes a disclaimer, this item has none; add it")


def _wording(field: str, text: str, strategy: Strategy, brief: Brief) -> Iterator[Finding]:
    banned = dict.fromkeys([*brief.voice.must_not_say, *strategy.message.voice.must_not_say])
    for phrase in banned:
        if contains(text, phrase):
            yield refuse(field, f"says {phrase!r}, which must not be said; use other words")
    if match := PERSONAL_ATTRIBUTES.search(fold(text)):
        message = f"{match.group(0)!r} claims to know something personal about the reader; speak of the product instead"
        yield refuse(field, message)
    if match := WEB_ADDRESS.search(text):
        yield warn(field, f"contains the address {match.group(0)}; the ad's link and button do that already")
    yield from _claims(field, text, strategy, brief)


def _claims(field: str, text: str, strategy: Strategy, brief: Brief) -> Iterator[Finding]:
    for claim in strategy.message.claims:
        if not claim.evidence and contains(text, claim.text):
            yield refuse(field, f"claims {claim.text!r} without evidence; add the evidence to the strategy or drop it")
    proven = " ".join([*brief.voice.must_say, *(claim.text for claim in strategy.message.claims if claim.evidence)])
    for word in SUPERLATIVES:
        if contains(text, word) and not contains(proven, word):
            yield warn(field, f"{word!r} is a claim; add it with its evidence to the strategy, or say it less strongly")
