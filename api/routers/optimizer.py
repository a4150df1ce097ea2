"""The optimizer on demand, and what its runs came to."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from api import optimizer_log, optimizer_trigger
from api.deps import CallerDep, EditorDep, ServicesDep
from api.problems import ApiError, ProblemType
from api.responses import problems
from api.schemas.base import Page, next_cursor
from api.schemas.optimizer import (
    CampaignBeliefsView,
    RunReasonsView,
    RunSearch,
    RunView,
    TriggerView,
)
from api.visibility import require_team
from records.optimizing import lists

router = APIRouter(tags=["optimizer"])

READ = problems(401, 403, 404)
TRIGGER = problems(401, 403, 404, 409, 503)


@router.post(
    "/campaigns/{campaign_id}/optimize",
    operation_id="optimize_campaign",
    status_code=status.HTTP_202_ACCEPTED,
    responses=TRIGGER,
)
async def optimize_campaign(campaign_id: UUID, services: ServicesDep, caller: EditorDep) -> TriggerView:
    """Measure and decide now, instead of at the next hour, for the account that the campaign runs in."""
    return await optimizer_trigger.trigger_campaign(services, caller, campaign_id)


@router.post(
    "/ad-accounts/{account_id}/optimize",
    operation_id="optimize_ad_account",
    status_code=status.HTTP_202_ACCEPTED,
    responses=TRIGGER,
)
async def optimize_ad_account(account_id: UUID, services: ServicesDep, caller: EditorDep) -> TriggerView:
    """Measure and decide now for every live campaign of the account. A run under way is never doubled."""
    return await optimizer_trigger.trigger_account(services, caller, account_id)


@router.get("/campaigns/{campaign_id}/optimizer/beliefs", operation_id="get_campaign_beliefs", responses=READ)
async def get_campaign_beliefs(campaign_id: UUID, services: ServicesDep, caller: CallerDep) -> CampaignBeliefsView:
    """What the optimizer saw, believes and expects of each budget since its last look, and why it moved or did not."""
    require_team(caller)
    found = await optimizer_log.beliefs(services, caller, campaign_id)
    if found is None:
        raise ApiError(ProblemType.NOT_FOUND, "No run has looked at this campaign yet; live ones are looked at hourly.")
    return found


@router.get("/optimizer-runs", operation_id="list_optimizer_runs", responses=problems(400, 401, 403))
async def list_optimizer_runs(
    services: ServicesDep, caller: CallerDep, wanted: Annotated[RunSearch, Query()]
) -> Page[RunView]:
    """Newest first, of one ad account or of all."""
    require_team(caller)
    after = wanted.after
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        rows = await lists.page_of_runs(
            session,
            limit=wanted.limit + 1,
            after=after,
            ad_account_id=wanted.ad_account_id,
        )
    shown = rows[: wanted.limit]
    more = next_cursor(rows, wanted.limit)
    return Page(items=[RunView.of(row) for row in shown], next_cursor=more)


@router.get("/optimizer-runs/{run_id}", operation_id="get_optimizer_run", responses=READ)
async def get_optimizer_run(run_id: UUID, services: ServicesDep, caller: CallerDep) -> RunView:
    """What one run read, decided and applied."""
    require_team(caller)
    return RunView.of(await optimizer_log.one_run(services, caller, run_id))


@router.get("/optimizer-runs/{run_id}/reasons", operation_id="get_optimizer_reasons", responses=READ)
async def get_optimizer_reasons(
    run_id: UUID, services: ServicesDep, caller: CallerDep, campaign_id: UUID | None = None
) -> RunReasonsView:
    """Why each budget owner was moved or left alone, of one campaign or of all."""
    require_team(caller)
    return await optimizer_log.reasons(services, caller, run_id, campaign_id)
