"""What moved and why it did not: a campaign's log, and undoing."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from api import moves_client, optimizer_log, undo_desk
from api.deps import CallerDep, IdempotencyKey, ServicesDep
from api.responses import Responses, problems
from api.schemas.base import Page
from api.schemas.optimizer import MoveRequestView, MoveSearch, MoveSetView, UndoBody, UndoPreviewView
from api.visibility import require_team

router = APIRouter(tags=["optimizer"])

WORKING: Responses = {202: {"model": MoveRequestView, "description": "Under way; fetch it again at Location"}}
WISH = {**WORKING, **problems(400, 401, 403, 404, 409, 422, 503)}


@router.get("/campaigns/{campaign_id}/moves", operation_id="list_moves", responses=problems(400, 401, 403, 404))
async def list_moves(
    campaign_id: UUID, services: ServicesDep, caller: CallerDep, wanted: Annotated[MoveSearch, Query()]
) -> Page[MoveSetView]:
    """The optimizer's log, newest first: what moved, by whom and why, and "no action because …"."""
    require_team(caller)
    views, more = await optimizer_log.page_of_moves(
        services, caller, campaign_id, limit=wanted.limit, after=wanted.after, states=wanted.state
    )
    return Page(items=views, next_cursor=more)


@router.get("/moves/{move_set_id}", operation_id="get_move", responses=problems(401, 403, 404))
async def get_move(move_set_id: UUID, services: ServicesDep, caller: CallerDep) -> MoveSetView:
    """One move set with all of its actions."""
    require_team(caller)
    return await optimizer_log.one_move_set(services, caller, move_set_id)


@router.post("/undo/preview", operation_id="preview_undo", responses=problems(401, 403, 404, 409, 422))
async def preview_undo(body: UndoBody, services: ServicesDep, caller: CallerDep) -> UndoPreviewView:
    """What an undo would set back now, and what not and why. Changes nothing."""
    require_team(caller)
    return await undo_desk.preview(services, caller, body)


@router.post("/undo", operation_id="undo", response_model=MoveRequestView, responses=WISH)
async def undo(
    body: UndoBody, services: ServicesDep, caller: CallerDep, key: IdempotencyKey, response: Response
) -> MoveRequestView:
    """Set moves back through the same checks as any move; what cannot be set back is told, and why."""
    return answered(await undo_desk.undo(services, caller, body, key), response)


@router.get("/move-requests/{request_id}", operation_id="get_move_request", responses=problems(401, 403, 404, 503))
async def get_move_request(request_id: UUID, services: ServicesDep, caller: CallerDep) -> MoveRequestView:
    """What became of an undo, of an approved suggestion, or of a difference that was to be set back."""
    require_team(caller)
    return await moves_client.look(services, caller, request_id)


def answered(view: MoveRequestView, response: Response) -> MoveRequestView:
    """202 with where to look, as long as it is under way."""
    if view.state == "working":
        response.status_code = status.HTTP_202_ACCEPTED
        response.headers["Location"] = f"/api/v1/move-requests/{view.id}"
    return view
