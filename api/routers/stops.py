"""Stops: everything of a campaign, an ad account or the workspace, also while Temporal or the platform is away."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from api import stop_client
from api.deps import CallerDep, OptionalIdempotencyKey, ServicesDep
from api.problems import not_found
from api.responses import problems
from api.schemas.base import Page, next_cursor
from api.schemas.stops import StopBody, StopSearch, StopView
from api.stop_words import stop_view
from api.visibility import require_team
from models.tables.stop import StopOrder
from records import stop_lists

router = APIRouter(prefix="/stops", tags=["stops"])


@router.post(
    "",
    operation_id="stop",
    status_code=status.HTTP_201_CREATED,
    responses=problems(400, 401, 403, 404, 409, 422, 503),
)
async def stop(
    body: StopBody, services: ServicesDep, caller: CallerDep, response: Response, key: OptionalIdempotencyKey = None
) -> StopView:
    """Stop now. When this answers nothing new is sent; what runs on the platform is paused from then on, until all is.

    Repeating it is harmless: what is stopped already answers with that stop, which is then looked through once more.
    """
    ordered = await stop_client.order(services, caller, body, key)
    response.headers["Location"] = f"/api/v1/stops/{ordered.order.id}"
    view = stop_view(ordered.order)
    return view.model_copy(update={"words": f"{view.words} {ordered.notice}".strip()})


@router.get("", operation_id="list_stops", responses=problems(400, 401, 403))
async def list_stops(
    services: ServicesDep, caller: CallerDep, wanted: Annotated[StopSearch, Query()]
) -> Page[StopView]:
    """Newest first."""
    require_team(caller)
    after = wanted.after
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        rows = await stop_lists.page_of_stops(
            session,
            limit=wanted.limit + 1,
            after=after,
            states=wanted.state,
        )
    shown = rows[: wanted.limit]
    more = next_cursor(rows, wanted.limit)
    return Page(items=[stop_view(row) for row in shown], next_cursor=more)


@router.get("/{stop_id}", operation_id="get_stop", responses=problems(401, 403, 404))
async def get_stop(stop_id: UUID, services: ServicesDep, caller: CallerDep) -> StopView:
    """How far it is: what was paused, what did not stop yet and why."""
    require_team(caller)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        row = await session.get(StopOrder, stop_id)
    if row is None:
        raise not_found("stop")
    return stop_view(row)


@router.post("/{stop_id}/release", operation_id="release_stop", responses=problems(400, 401, 403, 404, 409, 422))
async def release_stop(
    stop_id: UUID, services: ServicesDep, caller: CallerDep, key: OptionalIdempotencyKey = None
) -> StopView:
    """Let Greenlight send again. Nothing starts by this: each campaign is resumed by a person."""
    return stop_view(await stop_client.release(services, caller, stop_id, key))
