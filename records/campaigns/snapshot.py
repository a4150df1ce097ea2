"""What follows from the records of a campaign: state per scope, status, the next step, who is awaited."""

import hashlib
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from models.contracts.campaign import (
    CampaignSnapshot,
    ChangeSetSnapshot,
    ItemSnapshot,
    ScopeSnapshot,
    Step,
)
from models.domain import hashing
from models.domain.states import ApprovalState, CampaignStatus, ChangeSetState, Scope
from models.tables.approval import Approval
from models.tables.campaign import Campaign
from records import changes
from records.campaigns import facts as campaign_facts
from records.campaigns.facts import CampaignFacts

UNPUBLISHED = {CampaignStatus.DRAFT, CampaignStatus.AWAITING_APPROVAL, CampaignStatus.READY}
ON_PLATFORM = {CampaignStatus.SCHEDULED, CampaignStatus.LIVE, CampaignStatus.PAUSED}
OVER = {CampaignStatus.ENDED, CampaignStatus.CANCELLED}

STEP_WORDS = {
    Step.PARSE_BRIEF: "Greenlight: reading the brief",
    Step.DRAFT_STRATEGY: "Greenlight: drafting a strategy",
    Step.WRITE_COPY: "Greenlight: writing copy",
    Step.DRAFT_PLAN: "Greenlight: preparing schedule and ads plan",
    Step.DRY_RUN: "Greenlight: checking every ad with Meta",
    Step.PUBLISH: "Greenlight: publishing",
    Step.PLATFORM_STATUS: "Greenlight: passing the command on to Meta",
    Step.APPLY_CHANGE_SET: "Greenlight: applying the change",
}


def platform_command(campaign: Campaign) -> Literal["pause", "resume", "end"] | None:
    match campaign.work.get("platform_status"):
        case "pause":
            return "pause"
        case "resume":
            return "resume"
        case "end":
            return "end"
    return None


def brief_gaps(facts: CampaignFacts) -> list[str]:
    """The fields without which no strategy can be drafted."""
    brief = facts.brief
    gaps = {
        "goal": brief.goal is None,
        "products": not brief.products,
        "landing_urls": not brief.landing_urls,
        "geo": brief.geo is None,
        "languages": not brief.languages,
        "budget": brief.budget is None,
    }
    return [name for name, missing in gaps.items() if missing]


def items_to_write(facts: CampaignFacts) -> list[str]:
    """Items that have no copy yet, and those a person asked to have written anew."""
    noted = facts.campaign.work.get("regenerate")
    wanted = noted if isinstance(noted, dict) else {}
    return [
        key for key in facts.expected_items if key in wanted or key not in facts.items or not facts.items[key].working
    ]


def next_step(facts: CampaignFacts) -> Step | None:
    """What the workflow can do now by itself; None while people are awaited or a problem holds it up."""
    campaign = facts.campaign
    if campaign.status is CampaignStatus.PUBLISHING:
        return Step.PUBLISH
    if campaign.archived_at is not None or campaign.status in OVER:
        return Step.PLATFORM_STATUS if campaign.work.get("platform_status") else None
    if any(row.state is ChangeSetState.APPROVED for row in facts.change_sets):
        step = Step.APPLY_CHANGE_SET
    elif campaign.work.get("platform_status"):
        step = Step.PLATFORM_STATUS
    elif campaign.status in UNPUBLISHED:
        found = _preparation(facts)
        if found is None:
            return None
        step = found
    else:
        return None
    held_up = campaign.problem and campaign.problem.get("step") == step.value
    return None if held_up else step


def _preparation(facts: CampaignFacts) -> Step | None:
    brief_version = facts.briefs.working.version if facts.briefs.working else 0
    if facts.strategies.working is None:
        if not brief_gaps(facts):
            return Step.DRAFT_STRATEGY
        parsed = facts.campaign.work.get("parsed_brief")
        return Step.PARSE_BRIEF if facts.brief.raw_text and parsed is None and brief_version else None
    if items_to_write(facts):
        return Step.WRITE_COPY
    if facts.account is None:
        return None
    if facts.schedules.working is None or facts.plans.working is None or _plan_is_outdated(facts):
        return Step.DRAFT_PLAN
    if facts.plans.submitted is not None and facts.launch_basis is not None:
        dry_run = facts.plans.submitted.dry_run or {}
        return Step.DRY_RUN if dry_run.get("basis") != facts.launch_basis else None
    return None


def plan_signature(facts: CampaignFacts) -> str:
    """Names what a drafted plan rests on: audiences, items and account. A new proposition needs no new plan."""
    strategy = facts.working_strategy
    audience = hashing.strategy_hashes(strategy).a if strategy else ""
    parts = [audience, str(facts.campaign.ad_account_id), *facts.expected_items]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _plan_is_outdated(facts: CampaignFacts) -> bool:
    """Only a plan that Greenlight drafted is drafted anew; one that a person edited is theirs to mend."""
    drafted_for = facts.campaign.work.get("plan_for")
    return drafted_for is not None and drafted_for != plan_signature(facts)


def all_approved(facts: CampaignFacts) -> bool:
    return all(view.state is ApprovalState.APPROVED for view in facts.scope_views.values())


def status_of(facts: CampaignFacts) -> CampaignStatus:
    """Before publishing the status follows from the approvals; later it is set by what happens."""
    if facts.campaign.status not in UNPUBLISHED:
        return facts.campaign.status
    if all_approved(facts):
        return CampaignStatus.READY
    if any(facts.requested(scope) for scope in Scope):
        return CampaignStatus.AWAITING_APPROVAL
    return CampaignStatus.DRAFT


def waiting_on(facts: CampaignFacts, step: Step | None) -> str:
    """Who or what blocks, in words for people."""
    campaign = facts.campaign
    if campaign.problem:
        return f"A person: {campaign.problem.get('message', '')}"
    if step is not None:
        return STEP_WORDS[step]
    if campaign.status in ON_PLATFORM or campaign.status in OVER:
        return ""
    if campaign.archived_at is not None:
        return ""
    if facts.strategies.working is None and (gaps := brief_gaps(facts)):
        return f"Marketer: complete the brief ({', '.join(gap.replace('_', ' ') for gap in gaps)})"
    if facts.account is None:
        return "Marketer: choose an ad account"
    if all_approved(facts):
        return "Marketer: publish"
    waiting = [
        f"{view.waiting_for.name} ({scope.value})"
        for scope, view in facts.scope_views.items()
        if facts.requested(scope) and view.state is not ApprovalState.APPROVED and view.waiting_for
    ]
    return f"Approval by {', '.join(waiting)}" if waiting else "Marketer: ask for approval"


def snapshot_of(facts: CampaignFacts) -> CampaignSnapshot:
    campaign = facts.campaign
    step = next_step(facts)
    views = facts.scope_views
    return CampaignSnapshot(
        workspace_id=campaign.workspace_id,
        campaign_id=campaign.id,
        title=campaign.name,
        status=status_of(facts),
        version=campaign.version,
        scopes={
            scope: ScopeSnapshot(
                state=view.state,
                requested=facts.requested(scope),
                hash=facts.hashes.get(scope),
                waiting_for=view.waiting_for.name if view.waiting_for else None,
            )
            for scope, view in views.items()
        },
        items=[
            ItemSnapshot(key=key, state=view.state, included=facts.included[key], hash=facts.item_hashes.get(key))
            for key, view in facts.item_views.items()
        ],
        change_sets=[
            ChangeSetSnapshot(number=row.number, hash=row.content_hash or "", state=row.state.value)
            for row in facts.change_sets
            if row.state in (ChangeSetState.SUBMITTED, ChangeSetState.APPROVED)
        ],
        step=step,
        write_items=items_to_write(facts) if step is Step.WRITE_COPY else [],
        waiting_on=waiting_on(facts, step),
        problem=str(campaign.problem.get("message", "")) if campaign.problem else None,
        publish_number=campaign.publish_number,
        ends_at=campaign.ends_at,
        archived=campaign.archived_at is not None,
        launch_basis=facts.launch_basis,
        platform_command=platform_command(campaign),
    )


async def refresh(session: AsyncSession, facts: CampaignFacts, now: datetime, *, bump: bool = True) -> CampaignSnapshot:
    """Writes what follows from the present facts into the campaign and approval rows, and tells the live page.

    Called at the end of each transaction that changed a campaign; `bump` raises the version (the ETag).
    """
    await session.flush()
    current = await campaign_facts.load(session, facts.campaign.id)
    campaign = current.campaign
    campaign.status = status_of(current)
    if bump:
        campaign.version += 1
    snapshot = snapshot_of(current)
    campaign.waiting_on = snapshot.waiting_on
    campaign.next_step = snapshot.step.value if snapshot.step else None
    schedule = current.schedules.working
    if schedule is not None:
        body = schedule.body
        campaign.budget_currency = str(body["currency"])
        campaign.budget_total_minor = int(str(body["total_cap_minor"]))
        campaign.starts_at = datetime.fromisoformat(str(body["start"]))
        campaign.ends_at = datetime.fromisoformat(str(body["end"])) if body.get("end") else None
        campaign.timezone = str(body["zone"])
    for scope, view in current.scope_views.items():
        row = current.approvals.get(scope)
        if row is None:
            row = Approval(workspace_id=campaign.workspace_id, campaign_id=campaign.id, scope=scope)
            session.add(row)
        if row.state is not view.state:
            row.decided_at = now if view.state in (ApprovalState.APPROVED, ApprovalState.REJECTED) else None
        row.state = view.state
        row.content_hash = current.hashes.get(scope)
        row.basis_hash = current.basis or None
        row.note = view.last_reason or None
    await session.flush()
    await changes.notify(session, campaign.workspace_id, "campaign", campaign.id, campaign.version)
    return snapshot
