"""What people call an item: the name of its angle, its format and its language."""

from collections import Counter

from api.pages.views.words import SCOPE, language_name, readable
from records.campaigns.facts import CampaignFacts
from records.campaigns.looking_back import Part


def title_of(facts: CampaignFacts, key: str) -> str:
    """Such as `Gift, Arabic`; concepts that share an angle are numbered."""
    row = facts.items[key].row
    return f"{concept_title(facts, row.concept_key)}, {language_name(row.language)}"


def concept_title(facts: CampaignFacts, concept_key: str) -> str:
    strategy = facts.strategy or facts.working_strategy
    message = strategy.message if strategy else None
    concept = next((c for c in message.concepts if c.key == concept_key), None) if message else None
    if message is None or concept is None:
        return readable(concept_key)
    angles = {angle.key: angle.name for angle in message.angles}
    name = angles.get(concept.angle, readable(concept_key))
    if Counter(c.angle for c in message.concepts)[concept.angle] == 1:
        return name
    same = [c.key for c in message.concepts if c.angle == concept.angle]
    return f"{name} {same.index(concept_key) + 1}"


def part_words(facts: CampaignFacts, part: Part) -> str:
    return title_of(facts, part.item) if part.item and part.item in facts.items else SCOPE[part.scope]


def anchor_of(part: Part) -> str:
    return f"item-{part.item.replace('.', '-')}" if part.item else part.scope.value
