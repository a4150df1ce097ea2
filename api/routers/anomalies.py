"""What reporting and delivery do wrong, and what the learned parts say of ad sets."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api import anomaly_desk
from api.deps import CallerDep, OptionalIdempotencyKey, ServicesDep
from api.responses import problems
from api.schemas.base import Page, next_cursor
from api.schemas.signs import AnomalySearch, AnomalyView, SignalList
from api.visibility import require_team
from records import signs

router = APIRouter(tags=["anomalies"])


@router.get("/anomalies", operation_id="list_anomalies", responses=problems(400, 401, 403))
async def list_anomalies(
    services: ServicesDep, caller: CallerDep, wanted: Annotated[AnomalySearch, Query()]
) -> Page[AnomalyView]:
    """Newest first."""
    require_team(caller)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        rows = await signs.page_of_anomalies(
            session, limit=wanted.limit + 1, after=wanted.after, campaign_id=wanted.campaign_id, over=wanted.over
        )
        views = await anomaly_desk.views_of(session, rows[: wanted.limit])
    return Page(items=views, next_cursor=next_cursor(rows, wanted.limit))


@router.get("/anomalies/{anomaly_id}", operation_id="get_anomaly", responses=problems(401, 403, 404))
async def get_anomaly(anomaly_id: UUID, services: ServicesDep, caller: CallerDep) -> AnomalyView:
    """One anomaly, whether it goes on or is over."""
    require_team(caller)
    return await anomaly_desk.one(services, caller, anomaly_id)


@router.post(
    "/anomalies/{anomaly_id}/dismiss",
    operation_id="dismiss_anomaly",
    responses=problems(400, 401, 403, 404, 409, 422),
)
async def dismiss_anomaly(
    anomaly_id: UUID, services: ServicesDep, caller: CallerDep, key: OptionalIdempotencyKey = None
) -> AnomalyView:
    """Say that it is right so. It freezes nothing any more, and is not told again until it is over."""
    return await anomaly_desk.dismiss(services, caller, anomaly_id, key)


@router.get("/campaigns/{campaign_id}/signals", operation_id="list_signals", responses=problems(401, 403, 404))
async def list_signals(campaign_id: UUID, services: ServicesDep, caller: CallerDep) -> SignalList:
    """Score and trend of each ad set, as last noted."""
    require_team(caller)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return SignalList(items=await anomaly_desk.signals_of(session, campaign_id))
