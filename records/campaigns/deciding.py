"""Decisions: ballots on what a person saw. States are computed from them, never set."""

from pydantic import JsonValue
from sqlmodel import col, select

from models.contracts import commands as c
from models.domain import approvals
from models.domain.ads_plan import AdsPlan
from models.domain.base import Document
from models.domain.content import ItemContent
from models.domain.diff import diff
from models.domain.roles import Role
from models.domain.schedule import Schedule
from models.domain.states import ApprovalState, CampaignStatus, Channel, Scope, Verdict
from models.domain.strategy import Strategy
from models.tables.approval import Ballot
from models.tables.campaign import Campaign
from models.tables.content import ItemVersion
from models.tables.document import DocumentVersion
from models.tables.plan import PlanVersion, ScheduleVersion
from models.tables.strategy import StrategyVersion
from records import notifications
from records.campaigns.context import Context
from records.campaigns.editing import known_item
from records.campaigns.lifecycle import ask_platform
from records.campaigns.progress import ON_PLATFORM
from records.campaigns.refusals import CommandRefused, RefusalType

VERSION_TABLES: dict[Scope, type[DocumentVersion]] = {
    Scope.STRATEGY: StrategyVersion,
    Scope.CONTENT: ItemVersion,
    Scope.SCHEDULE: ScheduleVersion,
    Scope.ADS: PlanVersion,
}


DOCUMENTS: dict[Scope, type[Document]] = {
    Scope.STRATEGY: Strategy,
    Scope.CONTENT: ItemContent,
    Scope.SCHEDULE: Schedule,
    Scope.ADS: AdsPlan,
}


async def decide(context: Context, command: c.Decide) -> dict[str, JsonValue]:
    await _check_seen(context, command.scope, command.item, command.seen_hash)
    if command.verdict is Verdict.REQUEST_CHANGES and not command.reason:
        raise CommandRefused(RefusalType.INVALID, "Say what should change, so that the marketer can act on it.")
    if command.scope is Scope.CONTENT and command.item is None and command.verdict in approvals.DECISIONS:
        return _decide_all_items(context, command)
    _check_may(context, command.scope, command.item, command.verdict)
    if command.verdict in (Verdict.EXCLUDE, Verdict.INCLUDE):
        _refuse_while_published(context)
    if command.verdict is Verdict.EXCLUDE and command.item is not None:
        _check_minimum(context, command.item)
    cast(context, command.scope, command.item, command.verdict, command.reason)
    return {"scope": command.scope.value, "verdict": command.verdict.value}


def _refuse_while_published(context: Context) -> None:
    """The ads of an item that runs would go on running, whatever a ballot says."""
    if context.facts.campaign.status in ON_PLATFORM:
        raise CommandRefused(
            RefusalType.NOT_ALLOWED, "Its ads are on the platform already; open a change set that pauses them."
        )


def _decide_all_items(context: Context, command: c.Decide) -> dict[str, JsonValue]:
    """Content is decided per item: one ballot for each included item whose turn with this person it is."""
    items = _items_to_decide(context, command.verdict)
    for key in items:
        cast(context, Scope.CONTENT, key, command.verdict, command.reason)
    return {"scope": command.scope.value, "verdict": command.verdict.value, "items": list[JsonValue](items)}


def _items_to_decide(context: Context, verdict: Verdict) -> list[str]:
    """Raises CommandRefused where not a single one waits for this person."""
    facts = context.facts
    asked = {key: _why_not(context, Scope.CONTENT, key, verdict) for key in facts.item_hashes if facts.included[key]}
    items = [key for key, reason in asked.items() if reason is None]
    if not items:
        raise _forbidden(next(reason for reason in asked.values() if reason))
    return items


async def approve_all(context: Context, command: c.ApproveAll) -> dict[str, JsonValue]:
    for seen in command.seen:
        await _check_seen(context, seen.scope, seen.item, seen.hash)
    wanted: dict[tuple[Scope, str | None], None] = {}
    for seen in command.seen:
        if _state(context, seen.scope, seen.item) is ApprovalState.APPROVED:
            continue
        if seen.scope is Scope.CONTENT and seen.item is None:
            wanted |= dict.fromkeys((seen.scope, item) for item in _items_to_decide(context, Verdict.APPROVE))
        else:
            _check_may(context, seen.scope, seen.item, Verdict.APPROVE)
            wanted[seen.scope, seen.item] = None
    for scope, item in wanted:
        cast(context, scope, item, Verdict.APPROVE, "")
    return {"approved": [item or scope.value for scope, item in wanted]}


async def withdraw(context: Context, command: c.Withdraw) -> dict[str, JsonValue]:
    """Takes an approval back. A live campaign keeps running and alerts, unless its workspace chose to pause."""
    facts = context.facts
    if command.item is not None:
        known_item(context, command.item)
    elif command.scope is Scope.CONTENT:
        raise CommandRefused(RefusalType.INVALID, "Content is decided per item; name the item to withdraw.")
    _check_may(context, command.scope, command.item, Verdict.WITHDRAW)
    cast(context, command.scope, command.item, Verdict.WITHDRAW, command.reason)
    if facts.campaign.status in ON_PLATFORM:
        pauses = facts.workspace.settings.get("voided_live_policy") == "pause" and _runs(facts.campaign)
        if pauses:
            ask_platform(context, "pause")
        await notifications.add(
            context.session,
            workspace_id=facts.campaign.workspace_id,
            campaign_id=facts.campaign.id,
            kind="approval_withdrawn_live",
            title=f"An approval of {facts.campaign.name} was withdrawn while it is live",
            body=command.reason
            + (" It is being paused." if pauses else " It keeps running; pause it if it must stop."),
            dedupe_key=f"withdrawn:{context.request.command_id}",
        )
    return {"scope": command.scope.value, "item": command.item}


def _runs(campaign: Campaign) -> bool:
    """Spends, or will by itself: a scheduled campaign is active on the platform, one being resumed soon is."""
    asked = campaign.work.get("platform_status")
    return asked == "resume" or (campaign.status in (CampaignStatus.LIVE, CampaignStatus.SCHEDULED) and asked != "end")


def cast(context: Context, scope: Scope, item: str | None, verdict: Verdict, reason: str) -> None:
    facts, actor = context.facts, context.request.actor
    seen = facts.item_hashes[item] if item is not None else facts.hashes[scope]
    ballot = Ballot(
        workspace_id=facts.campaign.workspace_id,
        campaign_id=facts.campaign.id,
        scope=scope,
        item_key=item,
        stage=stage_of(context, scope, item),
        decider_user_id=actor.user_id,
        decider_name=actor.name,
        seen_hash=seen,
        basis_hash=facts.basis,
        verdict=verdict,
        reason=reason or None,
        channel=actor.channel,
        command_id=context.request.command_id,
        created_at=context.now,
    )
    context.session.add(ballot)


def _state(context: Context, scope: Scope, item: str | None) -> ApprovalState:
    if item is not None:
        return context.facts.item_views[item].state
    return context.facts.scope_views[scope].state


def stage_of(context: Context, scope: Scope, item: str | None) -> str:
    """The stage whose turn it is, else the first in which this person may decide."""
    facts = context.facts
    view = facts.item_views[item] if item is not None else facts.scope_views[scope]
    if view.waiting_for is not None:
        return view.waiting_for.name
    role = context.request.actor.role
    stages = facts.policy.stages[scope]
    return next((stage.name for stage in stages if role in stage.roles), stages[0].name)


def _turn(context: Context, scope: Scope, item: str | None) -> approvals.Stage:
    facts = context.facts
    view = facts.item_views[item] if item is not None else facts.scope_views[scope]
    return view.waiting_for or facts.policy.stages[scope][0]


def _check_may(context: Context, scope: Scope, item: str | None, verdict: Verdict) -> None:
    if reason := _why_not(context, scope, item, verdict):
        raise _forbidden(reason)


def _forbidden(reason: str) -> CommandRefused:
    return CommandRefused(RefusalType.FORBIDDEN, f"{reason[0].upper()}{reason[1:]}.")


def _why_not(context: Context, scope: Scope, item: str | None, verdict: Verdict) -> str | None:
    facts, actor = context.facts, context.request.actor
    asked = facts.item_facts(item) if item is not None else facts.scope_facts(scope)
    version = known_item(context, item).versions.submitted if item is not None else facts.submitted_version(scope)
    role = Role(actor.role or Role.VIEWER)
    if actor.channel is Channel.OPERATOR_UNVERIFIED:
        # Nobody knows who that is: counted as whoever's turn it is, and bound by every other rule.
        role = _turn(context, scope, item).roles[0]
    is_author = version is not None and actor.user_id is not None and version.created_by == actor.user_id
    return approvals.may_decide(facts.policy, asked, role, is_author, verdict)


async def _check_seen(context: Context, scope: Scope, item: str | None, seen: str) -> None:
    facts = context.facts
    if item is not None:
        known_item(context, item)
        if scope is not Scope.CONTENT:
            raise CommandRefused(RefusalType.INVALID, f"Items belong to the content, not to the {scope.value}.")
    if not facts.requested(scope):
        raise CommandRefused(
            RefusalType.NOT_ALLOWED, f"Nobody has asked for the approval of the {scope.value} yet; submit it first."
        )
    present = facts.item_hashes.get(item) if item is not None else facts.hashes.get(scope)
    if present is None:
        raise CommandRefused(RefusalType.NOT_ALLOWED, "There is nothing submitted to decide on.")
    if present.startswith(seen):
        return
    raise CommandRefused(
        RefusalType.STALE_HASH,
        "This changed since you looked at it. See what changed and decide on the present version.",
        present_hash=present,
        changes=await _changes_since(context, scope, item, seen),
    )


async def _changes_since(context: Context, scope: Scope, item: str | None, seen: str) -> list[JsonValue]:
    """What changed since the version with that hash; empty where no version of it is known."""
    table = VERSION_TABLES[scope]
    query = (
        select(table)
        .where(
            table.campaign_id == context.facts.campaign.id, col(table.content_hash).startswith(seen, autoescape=True)
        )
        .order_by(col(table.version).desc())
        .limit(1)
    )
    old = (await context.session.execute(query)).scalar_one_or_none()
    facts = context.facts
    present = facts.submitted_version(scope) if item is None else known_item(context, item).versions.submitted
    if old is None or present is None:
        return []
    document = DOCUMENTS[scope]
    changes = diff(document.model_validate(old.body), document.model_validate(present.body))
    return [change.model_dump(mode="json") for change in changes]


def _check_minimum(context: Context, item: str) -> None:
    remaining = sum(taken for key, taken in context.facts.included.items() if key != item)
    if remaining < context.facts.policy.min_items:
        raise CommandRefused(
            RefusalType.NOT_ALLOWED,
            f"At least {context.facts.policy.min_items} items must stay; ask for changes instead of excluding this.",
        )
