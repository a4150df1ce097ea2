"""The snapshot of a campaign, and the end of every transaction that changed one."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from models.contracts.campaign import CampaignSnapshot, ChangeSetSnapshot, ItemSnapshot, ScopeSnapshot, Step
from models.domain.schedule import Schedule
from models.domain.states import UNPUBLISHED, ApprovalState, ChangeSetState, Scope
from models.tables.approval import Approval
from records import changes
from records.campaigns import facts as campaign_facts
from records.campaigns.evaluating import evaluation_of
from records.campaigns.facts import CampaignFacts
from records.campaigns.progress import (
    items_to_compose,
    items_to_write,
    next_step,
    platform_command,
    status_of,
    waiting_on,
)
from records.campaigns.renders import new_renders, open_renders
from records.campaigns.running import running_schedule


def snapshot_of(facts: CampaignFacts) -> CampaignSnapshot:
    campaign = facts.campaign
    step = next_step(facts)
    return CampaignSnapshot(
        workspace_id=campaign.workspace_id,
        campaign_id=campaign.id,
        title=campaign.name,
        status=status_of(facts),
        version=campaign.version,
        scopes=_scopes(facts),
        items=[
            ItemSnapshot(key=key, state=view.state, included=facts.included[key], hash=facts.item_hashes.get(key))
            for key, view in facts.item_views.items()
        ],
        change_sets=[
            ChangeSetSnapshot(number=row.number, hash=row.content_hash or "", state=row.state)
            for row in facts.change_sets
            if row.state in (ChangeSetState.SUBMITTED, ChangeSetState.APPROVED)
        ],
        step=step,
        write_items=items_to_write(facts) if step is Step.WRITE_COPY else [],
        new_renders=[render.id for render in new_renders(facts)],
        open_renders=[render.id for render in open_renders(facts) if render.is_handed_over],
        compose_items=items_to_compose(facts) if step is Step.COMPOSE else [],
        waiting_on=waiting_on(facts, step),
        problem=str(campaign.problem.get("message", "")) if campaign.problem else None,
        publish_number=campaign.publish_number,
        starts_at=campaign.starts_at,
        ends_at=campaign.ends_at,
        delivery=campaign.delivery,
        archived=campaign.archived_at is not None,
        launch_basis=facts.launch_basis,
        platform_command=platform_command(campaign),
    )


def _scopes(facts: CampaignFacts) -> dict[Scope, ScopeSnapshot]:
    return {
        scope: ScopeSnapshot(
            state=view.state,
            requested=facts.requested(scope),
            hash=facts.hashes.get(scope),
            waiting_for=view.waiting_for.name if view.waiting_for else None,
        )
        for scope, view in facts.scope_views.items()
    }


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
    if schedule := await _schedule(session, current):
        campaign.budget_currency, campaign.budget_total_minor = schedule.currency, schedule.total_cap_minor
        campaign.starts_at, campaign.ends_at, campaign.timezone = schedule.start, schedule.end, schedule.zone
    snapshot = snapshot_of(current)
    campaign.waiting_on = snapshot.waiting_on
    campaign.next_step = snapshot.step.value if snapshot.step else None
    campaign.evaluation = evaluation_of(current, now).model_dump(mode="json")
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


async def _schedule(session: AsyncSession, facts: CampaignFacts) -> Schedule | None:
    """What is being worked on; once published what runs."""
    if facts.campaign.status in UNPUBLISHED:
        working = facts.schedules.working
        return Schedule.model_validate(working.body) if working else None
    return await running_schedule(session, facts)
