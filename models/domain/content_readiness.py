"""Does the strategy keep to the brief, and is the content written, illustrated and fit to be shown?"""

from collections.abc import Sequence
from datetime import datetime

from models.domain.brief import Brief, Goal
from models.domain.content import ItemContent, item_key
from models.domain.copy_checks import check_item, near_duplicates
from models.domain.findings import Level
from models.domain.remarks import Remarks, blocker, recommendation
from models.domain.states import CreativeFormat
from models.domain.strategy import Objective, Strategy

OBJECTIVES = {
    Goal.SALES: Objective.SALES,
    Goal.LEADS: Objective.LEADS,
    Goal.TRAFFIC: Objective.TRAFFIC,
    Goal.AWARENESS: Objective.AWARENESS,
}


def strategy_remarks(strategy: Strategy, brief: Brief) -> Remarks:
    message = strategy.message
    if brief.goal and strategy.measurement.objective is not OBJECTIVES[brief.goal]:
        reason = f"the brief asks for {brief.goal}, the strategy pursues {strategy.measurement.objective}"
        yield blocker("strategy.objective.differs", "measurement.objective", reason, "revise the strategy or the goal")
    if missing := sorted(set(brief.languages) - set(message.languages)):
        reason = f"the brief asks for {', '.join(missing)} too"
        yield blocker("strategy.languages.missing", "message.languages", reason, "add the languages to the strategy")
    if len(message.concepts) * len(message.languages) < 2:
        reason = "one single ad cannot be compared with anything"
        yield blocker("strategy.concepts.too_few", "message.concepts", reason, "add a second concept")
    if message.offer != brief.offer:
        reason = "the offer in the strategy is not the one in the brief"
        yield recommendation("strategy.offer.differs", "message.offer", reason, "check which one is right")
    if message.voice != brief.voice:
        reason = "what must and must not be said differs between strategy and brief"
        yield recommendation("strategy.voice.differs", "message.voice", reason, "take the brief's wording rules over")
    for place, claim in enumerate(message.claims):
        if not claim.evidence:
            reason = f"{claim.text!r} has no evidence, so copy may not use it"
            yield recommendation(
                "strategy.claim.unproven", f"message.claims.{place}", reason, "add evidence or drop it"
            )
    yield from _reach(strategy)


def _reach(strategy: Strategy) -> Remarks:
    keys = {segment.key for segment in strategy.audience.segments}
    used = {concept.angle for concept in strategy.message.concepts}
    for angle in strategy.message.angles:
        if unknown := sorted(set(angle.segments) - keys):
            reason = f"the angle {angle.name!r} speaks to {', '.join(unknown)}, which is no segment"
            yield recommendation("strategy.angle.segment", f"message.angles.{angle.key}", reason, "correct the segment")
        if angle.key not in used:
            reason = f"no concept tells the angle {angle.name!r}"
            yield recommendation("strategy.angle.unused", f"message.angles.{angle.key}", reason, "add a concept for it")


def missing_items(strategy: Strategy, items: Sequence[ItemContent]) -> list[str]:
    """Keys of the concepts and languages that have no copy yet."""
    message = strategy.message
    written = {item_key(item.concept, item.language) for item in items}
    wanted = [item_key(concept.key, language) for concept in message.concepts for language in message.languages]
    return [key for key in wanted if key not in written]


def item_remarks(strategy: Strategy, brief: Brief, items: Sequence[ItemContent], now: datetime) -> Remarks:
    ratios = {concept.key: set(concept.ratios) for concept in strategy.message.concepts}
    for item in items:
        key = item_key(item.concept, item.language)
        # One mistake often stands in the texts of every placement; it is told once.
        findings = {finding.message: finding for finding in reversed(check_item(item, strategy, brief, now))}
        for finding in reversed(findings.values()):
            make = blocker if finding.level is Level.REFUSE else recommendation
            yield make("item.text", f"items.{key}.{finding.field}", finding.message, "edit the item")
        yield from _pictures(item, key, {str(ratio) for ratio in ratios.get(item.concept, set())})
    for finding in near_duplicates(items):
        yield recommendation(
            "item.near_duplicate", f"items.{finding.field}", finding.message, "edit or exclude the item"
        )


def _pictures(item: ItemContent, key: str, wanted: set[str]) -> Remarks:
    if item.format not in (CreativeFormat.SINGLE_IMAGE, CreativeFormat.SINGLE_VIDEO):
        return
    have = {str(asset.ratio) for asset in item.assets}
    if not have:
        reason = "it has no picture or video"
        yield blocker("item.picture.missing", f"items.{key}.assets", reason, "upload one, or exclude the item")
    elif missing := sorted(wanted - have):
        reason = f"it has nothing in {', '.join(missing)}, so the platform crops by itself"
        yield recommendation("item.ratio.missing", f"items.{key}.assets", reason, "crop or upload these ratios")
