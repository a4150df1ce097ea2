"""Reads of one campaign. The team sees drafts; approvers and clients see what was put up for their decision."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from api.deps import CallerDep, ServicesDep
from api.documents import approval_view, document_view, item_view, plan_view
from api.problems import ApiError, ProblemType, not_found
from api.responses import problems
from api.schemas.base import Page, cursor_at, place_of
from api.schemas.documents import (
    ApprovalsView,
    AttemptView,
    AuditEventView,
    DocumentView,
    ItemsView,
    PlanView,
    PlatformObjectView,
    PublishRunView,
    PublishView,
    WriteView,
)
from api.visibility import require_scope, require_team, sees_drafts, sees_scope
from models.domain.ads_plan import AdsPlan
from models.domain.brief import Brief
from models.domain.exposure import LaunchSummary, launch_summary
from models.domain.schedule import Schedule
from models.domain.states import Scope
from models.domain.strategy import Strategy
from records import audit, ledger, platform_objects, publish_runs
from records.campaigns import facts as campaign_facts
from records.campaigns.facts import CampaignFacts
from records.ledger import UnknownIntent

router = APIRouter(prefix="/campaigns/{campaign_id}", tags=["documents"], responses=problems(401, 403, 404))

Submitted = Annotated[bool, Query(description="The submitted version even where a newer draft exists")]


async def campaign_of(campaign_id: UUID, services: ServicesDep, caller: CallerDep) -> CampaignFacts:
    """Raises a 404 where the caller's workspace has no such campaign."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return await campaign_facts.load(session, campaign_id)


FactsDep = Annotated[CampaignFacts, Depends(campaign_of)]


@router.get("/brief", operation_id="get_brief")
async def get_brief(facts: FactsDep, caller: CallerDep) -> DocumentView[Brief]:
    """The brief, each field with its source."""
    require_team(caller)
    return document_view(facts.briefs, Brief, drafts=True, what="brief")


@router.get("/strategy", operation_id="get_strategy")
async def get_strategy(facts: FactsDep, caller: CallerDep, submitted: Submitted = False) -> DocumentView[Strategy]:
    """The strategy: measurement, audience and message."""
    require_scope(caller, facts, Scope.STRATEGY)
    drafts = sees_drafts(caller) and not submitted
    hashed = facts.hashes.get(Scope.STRATEGY)
    return document_view(facts.strategies, Strategy, drafts=drafts, what="strategy", hashed=hashed)


@router.get("/items", operation_id="list_items")
async def list_items(facts: FactsDep, caller: CallerDep, submitted: Submitted = False) -> ItemsView:
    """All items of the strategy in its order, each with its own approval."""
    require_scope(caller, facts, Scope.CONTENT)
    drafts = sees_drafts(caller) and not submitted
    return ItemsView(items=[item_view(facts, key, item, drafts=drafts) for key, item in facts.active_items.items()])


@router.get("/schedule", operation_id="get_schedule")
async def get_schedule(facts: FactsDep, caller: CallerDep, submitted: Submitted = False) -> DocumentView[Schedule]:
    """Money, dates and the envelope of the optimizer."""
    require_scope(caller, facts, Scope.SCHEDULE)
    drafts = sees_drafts(caller) and not submitted
    hashed = facts.hashes.get(Scope.SCHEDULE)
    return document_view(facts.schedules, Schedule, drafts=drafts, what="schedule", hashed=hashed)


@router.get("/plan", operation_id="get_plan")
async def get_plan(facts: FactsDep, caller: CallerDep, submitted: Submitted = False) -> PlanView[AdsPlan]:
    """The tree of campaigns, ad sets and ads, with the dry run of each object."""
    require_scope(caller, facts, Scope.ADS)
    return plan_view(facts, drafts=sees_drafts(caller) and not submitted)


@router.get("/cost", operation_id="get_cost")
async def get_cost(facts: FactsDep, caller: CallerDep) -> LaunchSummary:
    """What can be spent: the total, the worst possible day, dates with zone, and when it has to be approved."""
    require_scope(caller, facts, Scope.SCHEDULE)
    version = facts.schedules.working if sees_drafts(caller) else facts.schedules.submitted
    if version is None:
        raise ApiError(ProblemType.NOT_FOUND, "There is no schedule yet, so nothing can be spent.")
    plan = facts.plans.working
    ads = len(AdsPlan.model_validate(plan.body).ads) if plan else 0
    return launch_summary(Schedule.model_validate(version.body), ads)


@router.get("/approvals", operation_id="get_approvals")
async def get_approvals(facts: FactsDep, caller: CallerDep) -> ApprovalsView:
    """The scopes, each with its own timeline of decisions."""
    return ApprovalsView(scopes=[approval_view(facts, scope) for scope in Scope if sees_scope(caller, facts, scope)])


@router.get("/publish", operation_id="get_publish")
async def get_publish(facts: FactsDep, services: ServicesDep, caller: CallerDep) -> PublishView:
    """What is on the platform, what the platform says of each ad, and how each write to it stands."""
    require_team(caller)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        run = await publish_runs.latest(session, facts.campaign.id)
        objects = await platform_objects.of_campaign(session, facts.campaign.id)
        writes = await ledger.of_campaign(session, facts.campaign.id)
    return PublishView(
        run=PublishRunView.model_validate(run) if run else None,
        objects=[PlatformObjectView.model_validate(row) for row in objects],
        writes=[WriteView.model_validate({**row.model_dump(), "kind": row.object_kind}) for row in writes],
    )


@router.get("/publish/writes/{write_id}", operation_id="list_write_attempts")
async def list_write_attempts(
    write_id: UUID, facts: FactsDep, services: ServicesDep, caller: CallerDep
) -> list[AttemptView]:
    """What happened to one write, in order: claims, replies, look-ups."""
    require_team(caller)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        try:
            intent = await ledger.load(session, write_id)
        except UnknownIntent as error:
            raise not_found("platform write") from error
        if intent.campaign_id != facts.campaign.id:
            raise not_found("platform write")
        return [AttemptView.model_validate(row) for row in await ledger.history(session, write_id)]


@router.get("/audit", operation_id="list_audit_events")
async def list_audit_events(
    facts: FactsDep,
    services: ServicesDep,
    caller: CallerDep,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Page[AuditEventView]:
    """Who did what when, with before and after; newest first."""
    require_team(caller)
    before = place_of(cursor)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        rows = await audit.trail(session, facts.campaign.id, before=before[0] if before else None, limit=limit + 1)
    shown = rows[:limit]
    more = cursor_at((shown[-1].at, shown[-1].id)) if len(rows) > limit else None
    return Page(items=[AuditEventView.model_validate(row) for row in shown], next_cursor=more)
