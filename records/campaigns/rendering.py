"""Renders of a campaign: asked for by people or by the campaign itself, and their results taken over by the items."""

from collections.abc import Callable
from uuid import UUID

from pydantic import JsonValue
from sqlmodel import col, select

from models.contracts import commands as c
from models.domain.content import ItemAsset, ItemContent, item_key
from models.domain.render_prompts import render_prompt
from models.domain.rendering import FORMATS, OVER, Slot
from models.domain.states import Ratio, RenderKind
from models.domain.strategy import Concept
from models.tables.asset import Asset
from models.tables.content import ContentSource, ItemVersion
from models.tables.render import RenderJob, RenderOutput
from records import changes
from records.campaigns.context import Change, Context, body_of
from records.campaigns.editing import Instruction, known_item, put_draft
from records.campaigns.pictures import as_base, reference_ids
from records.campaigns.refusals import CommandRefused, RefusalType
from records.campaigns.render_facts import RenderFacts
from records.campaigns.renders import (
    due_slots,
    is_overtaken,
    open_renders,
    ratios_of,
    shared_renders,
    untaken_renders,
)
from records.renders import jobs

ChooseModel = Callable[[RenderKind, bool], str]
"""The installation's model for a kind; the flag tells whether there is a picture to start from."""

# Each reference costs as much as a small picture; a model learns little from a fourth view of the same product.
REFERENCES = 3


async def render(context: Context, command: c.Render) -> dict[str, JsonValue]:
    concept, languages = _concept_of(context, command.items)
    if concept.format is not FORMATS[command.kind]:
        raise CommandRefused(
            RefusalType.INVALID, f"These items are {concept.format.value}; a {command.kind.value} does not fit them."
        )
    instruction = ""
    if command.input_id is not None:
        instruction = (await body_of(context, command.input_id, Instruction)).instruction
    wanted = [ratio for ratio in command.ratios if ratio in ratios_of(context.facts, concept.key)]
    if not wanted:
        raise CommandRefused(RefusalType.INVALID, "The concept is shown in none of these ratios; choose others.")
    made: list[JsonValue] = []
    for ratio in wanted:
        job = _job(context, concept, Slot(concept.key, command.kind, ratio), languages, command.items, instruction)
        job.model, job.variants = command.model, command.variants
        context.session.add(job)
        made.append(str(job.id))
    return {"renders": made}


def _concept_of(context: Context, items: list[str]) -> tuple[Concept, list[str]]:
    """Of items that share one concept; and their languages."""
    contents = [known_item(context, key).row for key in items]
    keys = {row.concept_key for row in contents}
    if len(keys) != 1:
        raise CommandRefused(RefusalType.INVALID, "Pictures are made for one concept at a time; choose its items only.")
    strategy = context.facts.working_strategy
    concepts = strategy.message.concepts if strategy else []
    concept = next((concept for concept in concepts if concept.key in keys), None)
    if concept is None:
        raise CommandRefused(RefusalType.NOT_ALLOWED, "The strategy has dropped this concept; nothing is made for it.")
    return concept, [row.language for row in contents]


def _job(
    context: Context, concept: Concept, slot: Slot, languages: list[str], items: list[str], instruction: str = ""
) -> RenderJob:
    brief = context.facts.brief
    return RenderJob(
        workspace_id=context.facts.campaign.workspace_id,
        campaign_id=context.facts.campaign.id,
        concept_key=concept.key,
        items=items,
        kind=slot.kind,
        ratio=slot.ratio,
        model="",
        prompt=render_prompt(brief, concept, slot.kind, slot.ratio, languages, instruction),
        reference_ids=reference_ids(brief)[:REFERENCES],
        created_by=context.actor_id,
    )


async def render_again(context: Context, command: c.RenderAgain) -> dict[str, JsonValue]:
    """A new render of the same; the old one stays as it ended."""
    old = await _known(context, command.render_id)
    if old.state not in OVER:
        raise CommandRefused(RefusalType.NOT_ALLOWED, "This is still being made; cancel it first, or wait.")
    if not old.items:
        raise CommandRefused(RefusalType.NOT_ALLOWED, "Its items show other pictures by now; order a new one.")
    _concept_of(context, old.items)
    asked = select(RenderJob.id).where(RenderJob.retry_of == old.id, col(RenderJob.state).not_in(OVER)).limit(1)
    if await context.session.scalar(asked) is not None:
        raise CommandRefused(RefusalType.NOT_ALLOWED, "Somebody has asked for this again already; it is being made.")
    again = RenderJob(
        **old.model_dump(
            include={
                "workspace_id",
                "campaign_id",
                "concept_key",
                "items",
                "kind",
                "ratio",
                "model",
                "prompt",
                "reference_ids",
                "variants",
                "duration_s",
            }
        ),
        created_by=context.actor_id,
        retry_of=old.id,
    )
    context.session.add(again)
    return {"renders": [str(again.id)]}


async def cancel_render(context: Context, command: c.CancelRender) -> dict[str, JsonValue]:
    """Allowed as long as it is open; one that has ended stays as it is."""
    job = await _known(context, command.render_id)
    if job.state in OVER:
        raise CommandRefused(RefusalType.NOT_ALLOWED, f"This has ended already: {job.state.value}.")
    seen = await jobs.ask_to_cancel(context.session, job.id)
    return {"render": str(job.id), "state": seen.state.value}


async def cancel_open_renders(context: Context) -> None:
    """Nothing more is paid for a campaign that is given up."""
    for render in open_renders(context.facts):
        await jobs.ask_to_cancel(context.session, render.id)


async def _known(context: Context, render_id: UUID) -> RenderJob:
    job = await context.session.get(RenderJob, render_id)
    if job is None or job.campaign_id != context.facts.campaign.id:
        raise CommandRefused(RefusalType.NOT_FOUND, "This campaign has no such picture or video in the making.")
    return job


def renders_planned(choose: ChooseModel) -> Change:
    """What is due is written down, so that it is paid once; its workflow starts afterwards."""

    def change(context: Context) -> None:
        strategy = context.facts.working_strategy
        concepts = {concept.key: concept for concept in strategy.message.concepts} if strategy else {}
        languages = list(strategy.message.languages) if strategy else []
        for slot in due_slots(context.facts):
            items = [item_key(slot.concept, language) for language in languages]
            job = _job(context, concepts[slot.concept], slot, languages, items)
            job.model = choose(slot.kind, bool(job.reference_ids))
            context.session.add(job)

    return change


def renders_handed_over(render_ids: list[UUID]) -> Change:
    async def change(context: Context) -> None:
        for render_id in render_ids:
            job = await jobs.locked(context.session, render_id)
            job.handed_over_at = job.handed_over_at or context.now

    return change


def renders_taken() -> Change:
    """Each item gets the first result of the renders made for it; what was asked for last wins, whichever ended first.

    Variants wait in the library.
    """

    async def change(context: Context) -> None:
        facts = context.facts
        shared = shared_renders(facts)
        for finished in untaken_renders(facts):
            job = await jobs.locked(context.session, finished.id)
            job.used_at = context.now
            wanted = [key for key in job.items if finished.is_for_items and not is_overtaken(facts, finished, key)]
            await _give(context, finished, wanted)
            await changes.notify(context.session, job.workspace_id, "render", job.id)
        for key, renders in shared.items():
            for render in renders:
                if render.is_for_items:
                    job = await jobs.locked(context.session, render.id)
                    job.items = [*job.items, key]
                    await _give(context, render, [key])

    return change


async def _give(context: Context, render: RenderFacts, items: list[str]) -> None:
    base = await _first_output(context, render.id, render.slot.ratio)
    if base is not None:
        for key in items:
            _take_over(context, key, base, render.slot.kind)


async def _first_output(context: Context, render_id: UUID, ratio: Ratio) -> ItemAsset | None:
    query = select(Asset).join(RenderOutput, col(RenderOutput.asset_id) == col(Asset.id))
    query = query.where(RenderOutput.render_job_id == render_id).order_by(col(RenderOutput.position)).limit(1)
    asset = (await context.session.execute(query)).scalar_one_or_none()
    if asset is None:
        return None
    poster = await context.session.get(Asset, asset.poster_asset_id) if asset.poster_asset_id else None
    return as_base(asset, ratio, poster)


def _take_over(context: Context, key: str, base: ItemAsset, kind: RenderKind) -> None:
    item = context.facts.items.get(key)
    content = item.working if item else None
    if item is None or content is None or content.format is not FORMATS[kind]:
        return
    if (taken := with_base(content, base)) == content:
        return
    put_draft(
        context,
        ItemVersion,
        item.versions,
        taken,
        item_id=item.row.id,
        source=ContentSource.AI,
        instruction=None,
        strategy_version_id=context.facts.strategies.working.id if context.facts.strategies.working else None,
    )


def with_base(content: ItemContent, base: ItemAsset) -> ItemContent:
    """The item with another picture in that ratio, to be drawn over; a video is shown as it is."""
    if content.design is None or base.poster is not None:
        others = [asset for asset in content.assets if asset.ratio is not base.ratio]
        return content.model_copy(update={"assets": [*others, base]})
    others = [known for known in content.design.bases if known.ratio is not base.ratio]
    return content.model_copy(update={"design": content.design.model_copy(update={"bases": [*others, base]})})


def item_composed(key: str, drawn_from: ItemContent, assets: list[ItemAsset]) -> Change:
    """Stores the finished pictures, unless the item was changed meanwhile: then it is drawn anew from that."""

    def change(context: Context) -> None:
        item = context.facts.items.get(key)
        if item is None or item.working != drawn_from:
            return
        version = item.versions.working
        put_draft(
            context,
            ItemVersion,
            item.versions,
            drawn_from.model_copy(update={"assets": assets}),
            item_id=item.row.id,
            source=version.source if version else ContentSource.AI,
            instruction=version.instruction if version else None,
            strategy_version_id=version.strategy_version_id if version else None,
        )

    return change
