"""A campaign's forecast for both doors: reading it, having it made anew, and holding what came against it."""

import asyncio
import time
from itertools import dropwhile
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy
from temporalio.service import RPCError

from api import temporal_calls
from api.performance import Performance, read_performance
from api.problems import ApiError, ProblemType
from api.schemas.forecasts import ComparedView, ForecastAnswer, ForecastView
from api.services import Services
from api.temporal_calls import reaching_temporal
from api.visibility import require_team
from models.contracts.base import CampaignRef
from models.domain.ads_plan import AdsPlan
from models.domain.forecast import Forecast, basis_of
from models.domain.metrics import Counts
from models.domain.results import result_of
from models.domain.schedule import Schedule
from models.tables.evidence import CampaignForecast
from records import forecasts
from records.access import Caller
from records.campaigns import facts as campaign_facts
from records.campaigns.facts import CampaignFacts
from workflows import ids, policies
from workflows.visibility import WORKSPACE_ID

WORKFLOW = "ForecastWorkflow"
MADE_WITHIN_S = 4.0
LOOK_EVERY_S = 0.1
NO_PLAN = "There is nothing to foretell yet: budget, dates and ads are not planned. Choose an ad account first."


async def read(services: Services, caller: Caller, campaign_id: UUID) -> ForecastAnswer:
    require_team(caller)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        facts = await campaign_facts.load(session, campaign_id)
        row = await forecasts.newest(session, campaign_id)
        came = await compared(session, await read_performance(session, campaign_id))
    return ForecastAnswer(forecast=None if row is None else view_of(row, facts), compared=came)


async def make(services: Services, caller: Caller, campaign_id: UUID) -> ForecastAnswer:
    """Have it made for the plan as it is now, and wait a moment for it. One that is being made is waited for.

    Raises:
        ApiError: not_allowed where nothing is planned; unavailable while Temporal is away.
    """
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        facts = await campaign_facts.load(session, campaign_id)
        before = await forecasts.newest(session, campaign_id)
    if facts.working_schedule is None or facts.plans.working is None:
        raise ApiError(ProblemType.NOT_ALLOWED, NO_PLAN, members={"state": facts.campaign.status.value})
    await _start(services, caller, campaign_id)
    deadline = time.monotonic() + MADE_WITHIN_S
    while time.monotonic() < deadline:
        await asyncio.sleep(LOOK_EVERY_S)
        async with services.database.workspace_transaction(caller.workspace_id) as session:
            row = await forecasts.newest(session, campaign_id)
        if row is not None and (before is None or row.id != before.id):
            return ForecastAnswer(forecast=view_of(row, facts))
    kept = None if before is None else view_of(before, facts)
    return ForecastAnswer(forecast=kept, making=True)


async def _start(services: Services, caller: Caller, campaign_id: UUID) -> None:
    ref = CampaignRef(workspace_id=caller.workspace_id, campaign_id=campaign_id)
    away = "The workflow service cannot be reached, so no forecast can be made. Try again in a moment."
    try:
        with reaching_temporal():
            await services.temporal.start_workflow(
                WORKFLOW,
                ref,
                id=ids.forecast_workflow_id(campaign_id),
                task_queue=policies.QUEUE_CAMPAIGNS,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary="Foretell what the campaign will bring",
                search_attributes=TypedSearchAttributes([SearchAttributePair(WORKSPACE_ID, str(caller.workspace_id))]),
                priority=policies.of_workspace(policies.INTERACTIVE, caller.workspace_id),
                rpc_timeout=temporal_calls.ANSWER_WITHIN,
            )
    except RPCError as error:
        raise ApiError(ProblemType.UNAVAILABLE, away, headers={"Retry-After": "5"}) from error


def view_of(row: CampaignForecast, facts: CampaignFacts) -> ForecastView:
    return ForecastView(
        id=row.id,
        made_at=row.made_at,
        words=row.words,
        outdated=outdated(row, facts),
        forecast=Forecast.model_validate(row.body),
    )


def outdated(row: CampaignForecast, facts: CampaignFacts) -> bool:
    """It was made for another plan than the newest one."""
    schedule, plan = facts.schedules.working, facts.plans.working
    if schedule is None or plan is None:
        return True
    now = basis_of(Schedule.model_validate(schedule.body), AdsPlan.model_validate(plan.body))
    return Forecast.model_validate(row.body).basis != now


async def compared(session: AsyncSession, found: Performance) -> ComparedView | None:
    """What was foretold before it began, beside what came on its whole days until now; None where nothing was."""
    row = await forecasts.expected(session, found.campaign.id, found.campaign.live_at)
    if row is None:
        return None
    told = Forecast.model_validate(row.body)
    ran = [figures.counts for figures in found.whole if figures.day < found.today]
    past = list(dropwhile(lambda counts: not counts.spend_minor, ran))[: len(told.until)]
    if not past:
        return None
    came = sum(past, Counts())
    return ComparedView(
        made_at=row.made_at,
        days=len(past),
        planned_minor=told.spend_minor * len(past) // told.days,
        spent_minor=came.spend_minor,
        expected=told.until[len(past) - 1],
        results=result_of(found.campaign.objective, came),
        clicks=came.clicks if came.link_clicks is None else came.link_clicks,
        impressions=came.impressions,
    )
