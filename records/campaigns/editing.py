"""Edits go to drafts; submitted versions never change."""

from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, JsonValue
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.contracts import commands as c
from models.domain.ads_plan import AdsPlan
from models.domain.base import Document, Text500
from models.domain.brief import Brief
from models.domain.content import ItemContent
from models.domain.schedule import Schedule
from models.domain.states import AdAccountState, DocumentState, Ratio, RenderKind
from models.domain.strategy import Strategy
from models.tables.ad_account import AdAccount
from models.tables.asset import Asset
from models.tables.content import ContentSource, Item, ItemVersion
from models.tables.document import DocumentVersion
from models.tables.plan import PlanVersion, ScheduleVersion
from models.tables.strategy import Brief as BriefRow
from models.tables.strategy import StrategyVersion
from records import platform_objects
from records.campaigns.context import Context, body_of
from records.campaigns.facts import ItemFacts, Versions
from records.campaigns.refusals import CommandRefused, RefusalType
from records.renders import jobs

V = TypeVar("V", bound=DocumentVersion)


class Instruction(Document):
    instruction: Text500


def put_draft(context: Context, table: type[V], versions: Versions[V], document: BaseModel, **columns: object) -> V:
    """Overwrites the draft, or opens the next version as one."""
    body = document.model_dump(mode="json")
    if versions.draft is not None:
        draft = versions.draft
        draft.body = body
    else:
        campaign = context.facts.campaign
        draft = table(
            workspace_id=campaign.workspace_id,
            campaign_id=campaign.id,
            version=versions.newest + 1,
            body=body,
            created_by=context.actor_id,
        )
        versions.draft, versions.newest = draft, draft.version
    for name, value in columns.items():
        setattr(draft, name, value)
    context.session.add(draft)
    return draft


def note_work(context: Context, **entries: JsonValue) -> None:
    """Sets entries of the campaign's work notes; None removes one."""
    work = {**context.facts.campaign.work, **entries}
    context.facts.campaign.work = {key: value for key, value in work.items() if value is not None}


async def edit_brief(context: Context, command: c.EditBrief) -> dict[str, JsonValue]:
    brief = await body_of(context, command.input_id, Brief)
    if working := context.facts.briefs.working:
        context.before = {"brief": working.body}
    draft = put_draft(context, BriefRow, context.facts.briefs, brief)
    context.facts.campaign.name = brief.name
    context.facts.campaign.brand_id = brief.brand_id
    note_work(context, parsed_brief=None)
    context.facts.campaign.problem = None
    return {"brief_version": draft.version}


async def edit_strategy(context: Context, command: c.EditStrategy) -> dict[str, JsonValue]:
    strategy = await body_of(context, command.input_id, Strategy)
    if working := context.facts.strategies.working:
        context.before = {"strategy": working.body}
    draft = put_draft(
        context, StrategyVersion, context.facts.strategies, strategy, brief_version=strategy.brief_version
    )
    context.facts.campaign.problem = None
    return {"strategy_version": draft.version}


async def edit_item(context: Context, command: c.EditItem) -> dict[str, JsonValue]:
    item = known_item(context, command.item)
    content = await body_of(context, command.input_id, ItemContent)
    if (content.concept, content.language) != (item.row.concept_key, item.row.language):
        raise CommandRefused(
            RefusalType.INVALID,
            f"The item {command.item!r} is concept {item.row.concept_key!r} in {item.row.language!r}; "
            "these two cannot be changed. Edit the strategy to add another item.",
        )
    await _check_pictures(context, content)
    await _keep_from_renders(context, command.item, item.working, content)
    content = _as_chosen(item.working, content)
    if working := item.versions.working:
        context.before = {"item": working.body}
    draft = put_draft(
        context,
        ItemVersion,
        item.versions,
        content,
        item_id=item.row.id,
        source=ContentSource.PERSON,
        instruction=None,
        strategy_version_id=context.facts.strategies.working.id if context.facts.strategies.working else None,
    )
    context.facts.campaign.problem = None
    return {"item": command.item, "item_version": draft.version}


def _as_chosen(before: ItemContent | None, after: ItemContent) -> ItemContent:
    """A finished picture that a person put in takes the place of what would be drawn in that ratio."""
    if after.design is None:
        return after
    chosen = _put_in(before, after)
    bases = [base for base in after.design.bases if base.ratio not in chosen]
    return after.model_copy(update={"design": after.design.model_copy(update={"bases": bases})})


def _put_in(before: ItemContent | None, after: ItemContent) -> set[Ratio]:
    """Where a person put another file in; one that was drawn here and comes back without its recipe is none."""
    known = {(asset.ratio, asset.asset_id) for asset in before.assets} if before else set()
    return {
        asset.ratio for asset in after.assets if asset.recipe is None and (asset.ratio, asset.asset_id) not in known
    }


async def _keep_from_renders(context: Context, key: str, before: ItemContent | None, after: ItemContent) -> None:
    """What was asked for before a person chose a picture or video goes to the library only."""
    had = {(base.ratio, base.asset_id) for base in before.design.bases} if before and before.design else set()
    bases = after.design.bases if after.design else []
    chosen = _put_in(before, after) | {base.ratio for base in bases if (base.ratio, base.asset_id) not in had}
    for render in context.facts.renders:
        # A video is shown alone, whatever its ratio.
        is_replaced = bool(chosen) if render.slot.kind is RenderKind.VIDEO else render.slot.ratio in chosen
        if is_replaced and key in render.items and (render.is_awaited or (render.is_for_items and not render.is_used)):
            job = await jobs.locked(context.session, render.id)
            job.items = [item for item in job.items if item != key]


async def _check_pictures(context: Context, content: ItemContent) -> None:
    """What people approve is the hash of a picture, so it must be that of the picture which is sent."""
    named = {(used.asset_id, used.sha256) for used in content.files}
    query = select(Asset.id, Asset.sha256).where(col(Asset.id).in_([asset_id for asset_id, _ in named]))
    known = {(asset_id, sha256) for asset_id, sha256 in (await context.session.execute(query)).all()}
    if named - known:
        raise CommandRefused(
            RefusalType.INVALID,
            "Some pictures are not in this workspace's library, or their checksum is not the library's; choose again.",
            pictures=[str(asset_id) for asset_id, _ in named - known],
        )


def known_item(context: Context, key: str) -> ItemFacts:
    item = context.facts.active_items.get(key)
    if item is None:
        raise CommandRefused(
            RefusalType.NOT_FOUND, f"There is no item {key!r}.", items=list[JsonValue](context.facts.active_items)
        )
    return item


async def regenerate(context: Context, command: c.Regenerate) -> dict[str, JsonValue]:
    for key in command.items:
        known_item(context, key)
    instruction = ""
    if command.input_id is not None:
        instruction = (await body_of(context, command.input_id, Instruction)).instruction
    wanted = context.facts.campaign.work.get("regenerate")
    asked = wanted if isinstance(wanted, dict) else {}
    note_work(context, regenerate={**asked, **dict.fromkeys(command.items, instruction)})
    context.facts.campaign.problem = None
    return {"items": list[JsonValue](command.items)}


async def edit_schedule(context: Context, command: c.EditSchedule) -> dict[str, JsonValue]:
    schedule = await body_of(context, command.input_id, Schedule)
    account = context.facts.account
    if account is not None and (schedule.currency, schedule.zone) != (account.currency, account.timezone):
        raise CommandRefused(
            RefusalType.INVALID,
            f"The ad account runs in {account.currency} and {account.timezone}; the schedule must use the same.",
        )
    if schedule.start <= context.now:
        raise CommandRefused(RefusalType.INVALID, "The start lies in the past; choose a later one.", field="start")
    if working := context.facts.schedules.working:
        context.before = {"schedule": working.body}
    draft = put_draft(context, ScheduleVersion, context.facts.schedules, schedule)
    return {"schedule_version": draft.version}


async def edit_plan(context: Context, command: c.EditPlan) -> dict[str, JsonValue]:
    plan = await body_of(context, command.input_id, AdsPlan)
    if working := context.facts.plans.working:
        context.before = {"plan": working.body}
    draft = put_draft(context, PlanVersion, context.facts.plans, plan, dry_run=None, dry_run_at=None)
    note_work(context, plan_for=None)
    context.facts.campaign.problem = None
    return {"plan_version": draft.version}


async def choose_ad_account(context: Context, command: c.ChooseAdAccount) -> dict[str, JsonValue]:
    """Schedule and plan depend on the account's currency, zone and page, so their drafts start anew."""
    account = await ready_account(context.session, command.ad_account_id)
    campaign = context.facts.campaign
    if campaign.ad_account_id not in (None, account.id):
        for versions in (context.facts.schedules, context.facts.plans):
            for version in (versions.draft, versions.submitted):
                if version is not None:
                    version.state = DocumentState.DISCARDED
                    context.session.add(version)
        # What a failed publish left in the old account was told then; no publish in the new one may use it.
        left = await platform_objects.of_campaign(context.session, campaign.id)
        await platform_objects.retire(context.session, [row.id for row in left], context.now)
    context.before = {"ad_account_id": str(campaign.ad_account_id) if campaign.ad_account_id else None}
    campaign.ad_account_id = account.id
    campaign.problem = None
    return {"ad_account_id": str(account.id)}


async def ready_account(session: AsyncSession, ad_account_id: UUID) -> AdAccount:
    """Raises CommandRefused where ads cannot be run from it yet."""
    account = await session.get(AdAccount, ad_account_id)
    if account is None:
        raise CommandRefused(RefusalType.NOT_FOUND, "There is no such ad account in this workspace.")
    if account.state is not AdAccountState.CONNECTED or account.page_id is None:
        raise CommandRefused(
            RefusalType.INVALID,
            f"The ad account {account.name!r} is not ready; finish connecting it and choose a page.",
        )
    return account


async def rename(context: Context, command: c.Rename) -> dict[str, JsonValue]:
    context.before = {"name": context.facts.campaign.name}
    context.facts.campaign.name = command.title
    return {}


def add_missing_items(context: Context) -> None:
    """An item row for each concept and language of the working strategy; their copy follows."""
    strategy = context.facts.working_strategy
    if strategy is None:
        return
    campaign = context.facts.campaign
    pairs = [
        (concept.key, language) for concept in strategy.message.concepts for language in strategy.message.languages
    ]
    for position, (key, (concept, language)) in enumerate(zip(context.facts.expected_items, pairs, strict=True)):
        if key not in context.facts.items:
            row = Item(
                workspace_id=campaign.workspace_id,
                campaign_id=campaign.id,
                key=key,
                concept_key=concept,
                language=language,
                position=position,
            )
            context.session.add(row)
            context.facts.items[key] = ItemFacts(row)
