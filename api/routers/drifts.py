"""Differences between what was approved and what the platform holds: set back, adopt as a change, or ignore."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api import drift_desk
from api.deps import CallerDep, OptionalIdempotencyKey, ServicesDep
from api.responses import problems
from api.routers.moves import WISH, answered
from api.schemas.base import Page, next_cursor
from api.schemas.drifts import DriftSearch, DriftView
from api.schemas.optimizer import MoveRequestView
from api.visibility import require_team
from records import drift_lists

router = APIRouter(prefix="/drifts", tags=["differences"])

READ = problems(401, 403, 404)
CHOICE = problems(400, 401, 403, 404, 409, 412, 422, 503, 504)


@router.get("", operation_id="list_drifts", responses=problems(400, 401, 403))
async def list_drifts(
    services: ServicesDep, caller: CallerDep, wanted: Annotated[DriftSearch, Query()]
) -> Page[DriftView]:
    """Newest first."""
    require_team(caller)
    after = wanted.after
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        rows = await drift_lists.page_of_drifts(
            session,
            limit=wanted.limit + 1,
            after=after,
            campaign_id=wanted.campaign_id,
            states=wanted.state,
        )
        shown = rows[: wanted.limit]
        views = await drift_desk.views_of(session, shown)
    more = next_cursor(rows, wanted.limit)
    return Page(items=views, next_cursor=more)


@router.get("/{drift_id}", operation_id="get_drift", responses=READ)
async def get_drift(drift_id: UUID, services: ServicesDep, caller: CallerDep) -> DriftView:
    """One difference, expected and found."""
    require_team(caller)
    return await drift_desk.one(services, caller, drift_id)


@router.post("/{drift_id}/revert", operation_id="revert_drift", response_model=MoveRequestView, responses=WISH)
async def revert_drift(
    drift_id: UUID, services: ServicesDep, caller: CallerDep, response: Response, key: OptionalIdempotencyKey = None
) -> MoveRequestView:
    """Set it back as approved, through the same checks as any move."""
    return answered(await drift_desk.revert(services, caller, drift_id, key), response)


@router.post("/{drift_id}/adopt", operation_id="adopt_drift", responses=CHOICE)
async def adopt_drift(
    drift_id: UUID, services: ServicesDep, caller: CallerDep, key: OptionalIdempotencyKey = None
) -> DriftView:
    """Propose what is there as a change of the campaign. It needs its approval like any change."""
    return await drift_desk.adopt(services, caller, drift_id, key)


@router.post("/{drift_id}/ignore", operation_id="ignore_drift", responses=CHOICE)
async def ignore_drift(
    drift_id: UUID, services: ServicesDep, caller: CallerDep, key: OptionalIdempotencyKey = None
) -> DriftView:
    """Let it be. It is told again only when the platform shows yet another value."""
    return await drift_desk.ignore(services, caller, drift_id, key)
