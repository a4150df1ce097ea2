"""A campaign's renders as its next step depends on them: which are open, which are new, which are still to be made."""

from models.domain.brief import ApprovalPreset, Brief
from models.domain.content import ItemContent, item_key
from models.domain.rendering import FORMATS, Slot, slots_of
from models.domain.states import UNPUBLISHED, ApprovalState, Ratio, RenderKind, RenderState, Scope
from records.campaigns.facts import CampaignFacts
from records.campaigns.render_facts import RenderFacts


def open_renders(facts: CampaignFacts) -> list[RenderFacts]:
    return [render for render in facts.renders if render.is_open]


def new_renders(facts: CampaignFacts) -> list[RenderFacts]:
    """Those that no workflow watches yet."""
    return [render for render in open_renders(facts) if not render.is_handed_over]


def untaken_renders(facts: CampaignFacts) -> list[RenderFacts]:
    """Finished ones whose result no item has taken over."""
    return [render for render in facts.renders if render.state is RenderState.SUCCEEDED and not render.is_used]


def shared_renders(facts: CampaignFacts) -> dict[str, list[RenderFacts]]:
    """Items that are younger than renders of their concept, in a language that was added, and lack their pictures.

    Item key → those renders, open or finished, the latest of each ratio: one picture serves all languages.
    """
    found: dict[tuple[str, Slot], RenderFacts] = {}
    named = {(key, render.slot) for render in facts.renders for key in render.items}
    for render in facts.renders:
        if not (render.is_awaited or render.is_for_items):
            continue
        for key, content in facts.working_items.items():
            is_of_concept = (content.concept, content.format) == (render.slot.concept, FORMATS[render.slot.kind])
            is_younger = facts.items[key].row.created_at > render.created_at
            if is_of_concept and is_younger and (key, render.slot) not in named and _lacks(content, render.slot):
                found[key, render.slot] = render
    shared: dict[str, list[RenderFacts]] = {}
    for (key, _), render in found.items():
        shared.setdefault(key, []).append(render)
    return shared


def can_take(facts: CampaignFacts) -> bool:
    """Whether items can take finished pictures over."""
    shared = shared_renders(facts).values()
    return bool(untaken_renders(facts)) or any(render.is_for_items for renders in shared for render in renders)


def is_overtaken(facts: CampaignFacts, render: RenderFacts, item: str) -> bool:
    """The item has taken over what was asked for later than this."""
    later = facts.renders[facts.renders.index(render) + 1 :]
    return any(one.slot == render.slot and one.is_used and one.is_for_items and item in one.items for one in later)


def due_slots(facts: CampaignFacts) -> list[Slot]:
    """Pictures and videos that are made unasked, now. A step to plan them may come after the campaign was given up."""
    campaign = facts.campaign
    is_prepared = campaign.status in UNPUBLISHED and campaign.archived_at is None
    return missing_slots(facts) if is_prepared and _may_spend(facts) else []


def missing_slots(facts: CampaignFacts) -> list[Slot]:
    """Those that were never asked for: one per concept and ratio, and only where an item has nothing."""
    strategy = facts.working_strategy
    if strategy is None:
        return []
    asked = {render.slot for render in facts.renders}
    found = []
    for concept in strategy.message.concepts:
        items = [
            facts.working_items[key]
            for language in strategy.message.languages
            if (key := item_key(concept.key, language)) in facts.working_items
        ]
        for slot in slots_of(concept, images=facts.brief.allow_ai_images, videos=facts.brief.allow_ai_video):
            if slot not in asked and any(_lacks(item, slot) for item in items):
                found.append(slot)
    return found


def _may_spend(facts: CampaignFacts) -> bool:
    """Renders cost money: where others decide on the strategy, none is made before they agreed to it."""
    submitted = facts.briefs.submitted
    brief = Brief.model_validate(submitted.body) if submitted else facts.brief
    if brief.approval.preset is ApprovalPreset.SOLO:
        return True
    approved = facts.scope_views[Scope.STRATEGY].state is ApprovalState.APPROVED
    return approved and facts.strategies.draft is None


def _lacks(item: ItemContent, slot: Slot) -> bool:
    if slot.kind is RenderKind.VIDEO:
        return not item.assets
    bases = item.design.bases if item.design else []
    return slot.ratio not in {picture.ratio for picture in [*item.assets, *bases]}


def items_awaiting(facts: CampaignFacts) -> dict[str, int]:
    """How many pictures and videos each item still waits for."""
    waiting: dict[str, int] = {}
    for render in facts.renders:
        for item in render.items if render.is_awaited else ():
            waiting[item] = waiting.get(item, 0) + 1
    for item, renders in shared_renders(facts).items():
        waiting[item] = waiting.get(item, 0) + len(renders)
    strategy = facts.working_strategy
    for slot in missing_slots(facts):
        for language in strategy.message.languages if strategy else []:
            key = item_key(slot.concept, language)
            waiting[key] = waiting.get(key, 0) + 1
    return waiting


def ratios_of(facts: CampaignFacts, concept_key: str) -> list[Ratio]:
    strategy = facts.working_strategy
    concepts = strategy.message.concepts if strategy else []
    return next((concept.ratios for concept in concepts if concept.key == concept_key), list(Ratio))
