"""Stores what the workflow's own steps produced, each result once; a repeat answers with the present state."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from models.contracts.base import SYSTEM, CampaignRef
from models.contracts.campaign import CampaignSnapshot, Step
from models.contracts.commands import CommandRequest, Retry
from models.domain.ads_plan import AdsPlan
from models.domain.brief import Brief
from models.domain.content import ItemContent
from models.domain.schedule import Schedule
from models.domain.states import CampaignStatus, ChangeSetState, Delivery, DocumentState, Scope
from models.domain.strategy import Strategy
from models.tables.content import ContentSource, CopyVariant, ItemVersion
from models.tables.plan import PlanVersion, ScheduleVersion
from models.tables.strategy import Brief as BriefRow
from models.tables.strategy import StrategyVersion
from records import audit, notifications
from records.campaigns import facts as campaign_facts
from records.campaigns.context import Change, Context
from records.campaigns.editing import add_missing_items, note_work, put_draft
from records.campaigns.holding import hold_after_publish, pause_again, runs_again
from records.campaigns.lifecycle import ask_platform
from records.campaigns.progress import ON_PLATFORM, OVER
from records.campaigns.snapshot import refresh, snapshot_of
from records.campaigns.submitting import request
from records.evidence.settings import drawn_at


async def store_result(
    session: AsyncSession, ref: CampaignRef, key: str, action: str, now: datetime, change: Change
) -> CampaignSnapshot:
    """Runs `change` unless a result with this key is stored already, and returns the campaign as it then is."""
    facts = await campaign_facts.load(session, ref.campaign_id, lock=True)
    if await audit.seen(session, ref.workspace_id, key):
        return snapshot_of(facts)
    context = Context(session, facts, CommandRequest(command_id=key, actor=SYSTEM, command=Retry()), now)
    waiting = change(context)
    if waiting is not None:
        await waiting
    snapshot = await refresh(session, facts, now)
    await audit.record(
        session,
        audit.AuditEntry(
            workspace_id=ref.workspace_id,
            command_id=key,
            actor_name=SYSTEM.name,
            channel=SYSTEM.channel,
            action=action,
            object_kind="campaign",
            object_id=ref.campaign_id,
            before=context.before,
            after={"status": snapshot.status.value, "version": snapshot.version},
        ),
    )
    return snapshot


def brief_parsed(brief: Brief) -> Change:
    def change(context: Context) -> None:
        row = put_draft(context, BriefRow, context.facts.briefs, brief)
        note_work(context, parsed_brief=row.version)

    return change


def strategy_drafted(strategy: Strategy) -> Change:
    def change(context: Context) -> None:
        put_draft(context, StrategyVersion, context.facts.strategies, strategy, brief_version=strategy.brief_version)
        context.facts.campaign.problem = None

    return change


@dataclass(frozen=True, slots=True)
class Written:
    """One item's copy as a model wrote it; `cost_micros` in millionths of a US dollar."""

    item: str
    content: ItemContent
    model: str
    input_tokens: int
    output_tokens: int
    cost_micros: int
    storage_key: str
    instruction: str


def copy_written(written: Written) -> Change:
    async def change(context: Context) -> None:
        add_missing_items(context)
        await context.session.flush()
        facts = context.facts
        item = facts.items[written.item]
        content = written.content
        if present := item.working:
            # A person may have chosen other pictures while the words were written.
            content = content.model_copy(update={"assets": present.assets, "design": present.design})
        version = put_draft(
            context,
            ItemVersion,
            item.versions,
            content,
            item_id=item.row.id,
            strategy_version_id=facts.strategies.working.id if facts.strategies.working else None,
            source=ContentSource.AI,
            instruction=written.instruction or None,
            storage_key=written.storage_key,
        )
        await context.session.flush()
        await _replace_variants(context, version, written)
        asked = facts.campaign.work.get("regenerate")
        # Another instruction that came meanwhile is still to be done.
        done = (written.item, written.instruction)
        rest = {k: v for k, v in asked.items() if (k, v) != done} if isinstance(asked, dict) else {}
        note_work(context, regenerate=rest or None)

    return change


async def _replace_variants(context: Context, version: ItemVersion, written: Written) -> None:
    query = select(CopyVariant).where(CopyVariant.item_version_id == version.id)
    known = {row.key: row for row in (await context.session.execute(query)).scalars()}
    for position, text in enumerate(written.content.texts):
        key = text.placement.value
        row = known.get(key) or CopyVariant(
            workspace_id=version.workspace_id,
            item_version_id=version.id,
            key=key,
            placement=text.placement,
            body={},
            source=ContentSource.AI,
        )
        row.body = text.model_dump(mode="json")
        row.model = written.model
        if position == 0:
            # The bill is for the whole item; it stands once, beside its first text, and grows with each rewriting.
            row.input_tokens += written.input_tokens
            row.output_tokens += written.output_tokens
            row.cost_micros += written.cost_micros
        context.session.add(row)


def plan_drafted(schedule: Schedule, plan: AdsPlan, signature: str, notes: list[str]) -> Change:
    """`signature` names what the plan was drafted for; when that changes a new draft is due."""

    def change(context: Context) -> None:
        if schedule != context.facts.working_schedule:
            put_draft(context, ScheduleVersion, context.facts.schedules, schedule)
        put_draft(context, PlanVersion, context.facts.plans, plan, dry_run=None, dry_run_at=None)
        note_work(context, plan_for=signature, plan_notes=list[JsonValue](notes))

    return change


def dry_run_done(basis: str, passed: bool, lines: list[JsonValue]) -> Change:
    """A passed dry run asks for the ads approval; a failed one holds the campaign up with the platform's words."""

    async def change(context: Context) -> None:
        plan = context.facts.plans.submitted
        if plan is None or context.facts.launch_basis != basis:
            return
        plan.dry_run = {"basis": basis, "passed": passed, "lines": lines}
        plan.dry_run_at = context.now
        context.session.add(plan)
        if passed:
            if context.facts.campaign.problem and context.facts.campaign.problem.get("step") == Step.DRY_RUN.value:
                context.facts.campaign.problem = None
            request(context, Scope.ADS)
            return
        words = [str(line["words"]) for line in lines if isinstance(line, dict) and not line.get("ok")]
        message = f"Meta or our own rules would refuse this: {' '.join(dict.fromkeys(words))[:800]}"
        await _ask_a_person(context, Step.DRY_RUN, "dry_run", message)

    return change


def step_failed(step: Step, error_type: str, message: str) -> Change:
    async def change(context: Context) -> None:
        campaign = context.facts.campaign
        if campaign.archived_at is None and campaign.status not in OVER:
            await _ask_a_person(context, step, error_type, message)

    return change


async def _ask_a_person(context: Context, step: Step, error_type: str, message: str) -> None:
    """The problem holds back its step until somebody edits or retries, and people are told of it."""
    campaign = context.facts.campaign
    campaign.problem = {"step": step.value, "type": error_type, "message": message}
    await notifications.add(
        context.session,
        workspace_id=campaign.workspace_id,
        campaign_id=campaign.id,
        kind="step_failed",
        title=f"{campaign.name} needs you",
        body=message,
        dedupe_key=context.request.command_id,
    )


def cancel_ignored(reason: str) -> Change:
    """Whoever cancelled the run in Temporal may believe that the ads have stopped; people are told that they go on."""

    async def change(context: Context) -> None:
        campaign = context.facts.campaign
        running = " Its ads keep running." if campaign.status in ON_PLATFORM else ""
        await notifications.add(
            context.session,
            workspace_id=campaign.workspace_id,
            campaign_id=campaign.id,
            kind="cancel_ignored",
            title=f"{campaign.name} was not cancelled",
            body=f"Somebody tried to cancel it in Temporal.{running} What can be done: {reason}",
            dedupe_key=context.request.command_id,
        )

    return change


def publish_ended(status: str, problem: JsonValue, counts: JsonValue) -> Change:
    """Live or scheduled; a failed or cancelled publish returns the campaign to `ready` with the problem shown."""

    async def change(context: Context) -> None:
        campaign = context.facts.campaign
        cancelled = campaign.work.get("cancel_publish")
        note_work(context, cancel_publish=None, published=counts)
        if status in ("live", "scheduled"):
            if cancelled:
                await _pause_instead(context)
            campaign.status = CampaignStatus(status)
            if campaign.live_at is None:
                campaign.live_at = context.now
                campaign.held_out_at = drawn_at(context.facts.workspace, campaign, context.now)
            campaign.delivery = Delivery.IN_PLATFORM_REVIEW
            campaign.problem = None
        else:
            campaign.status = CampaignStatus.READY
            if isinstance(problem, dict):
                campaign.problem = {"step": Step.PUBLISH.value, **problem}
        await hold_after_publish(context)
        await notifications.add(
            context.session,
            workspace_id=campaign.workspace_id,
            campaign_id=campaign.id,
            kind=f"publish_{status}",
            title=f"{campaign.name} is {status}" if campaign.problem is None else f"{campaign.name} was not published",
            body=str(campaign.problem["message"]) if campaign.problem else "",
            dedupe_key=context.request.command_id,
        )

    return change


async def _pause_instead(context: Context) -> None:
    """Somebody said that it must not go live, a moment too late."""
    campaign = context.facts.campaign
    ask_platform(context, "pause")
    await notifications.add(
        context.session,
        workspace_id=campaign.workspace_id,
        campaign_id=campaign.id,
        kind="cancelled_too_late",
        title=f"{campaign.name} went live before the cancel arrived",
        body="It is being paused. End it for good, or resume it.",
        dedupe_key=f"too-late:{context.request.command_id}",
    )


def status_changed(command: str, status: CampaignStatus) -> Change:
    """The platform did what `pause`, `resume` or `end` asked for, unless a hold took its place meanwhile."""

    async def change(context: Context) -> None:
        campaign = context.facts.campaign
        still_wished = campaign.work.get("platform_status") == command
        if still_wished:
            note_work(context, platform_status=None)
        if command == "resume":
            if still_wished:
                runs_again(context, status)
            else:
                await pause_again(context)
            return
        if command == "start" and campaign.status is not CampaignStatus.SCHEDULED:
            return
        campaign.status = status
        if status is CampaignStatus.ENDED:
            campaign.ended_at = campaign.ended_at or context.now

    return change


def change_set_applied(number: int, schedule: Schedule | None, status: CampaignStatus | None) -> Change:
    """`schedule`, where the change touched it, becomes the approved version; its approval is the one of the change."""

    def change(context: Context) -> None:
        facts = context.facts
        row = next(row for row in facts.change_sets if row.number == number)
        row.state, row.applied_at = ChangeSetState.APPLIED, context.now
        problem = facts.campaign.problem
        if problem and problem.get("step") == Step.APPLY_CHANGE_SET.value:
            facts.campaign.problem = None
        if status is CampaignStatus.PAUSED:
            facts.campaign.status = status
        elif status is not None:
            runs_again(context, status)
        if schedule is not None and schedule != facts.schedule and facts.schedules.submitted is not None:
            if facts.schedules.draft is not None:
                facts.schedules.draft.state = DocumentState.DISCARDED
                facts.schedules.draft = None
            version = put_draft(context, ScheduleVersion, facts.schedules, schedule)
            facts.schedules.submitted.state = DocumentState.SUPERSEDED
            version.state, version.submitted_at = DocumentState.SUBMITTED, context.now

    return change
