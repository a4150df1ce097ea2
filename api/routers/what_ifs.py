"""Another engine or other rules over recorded hours, and recorded decisions computed again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from api import what_if_desk
from api.deps import CallerDep, EditorDep, OptionalIdempotencyKey, ServicesDep
from api.responses import problems
from api.schemas.base import Page, Paging, next_cursor
from api.schemas.evidence import ReplayView, WhatIfBody, WhatIfResultView, WhatIfView
from api.visibility import require_team
from api.what_if_words import tally_of

router = APIRouter(tags=["evidence"])


@router.post(
    "/what-ifs",
    operation_id="begin_what_if",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(400, 401, 403, 404, 422, 503),
)
async def begin_what_if(
    body: WhatIfBody, services: ServicesDep, caller: EditorDep, key: OptionalIdempotencyKey = None
) -> WhatIfView:
    """Decide the recorded hours of the last days once more in another way. Nothing is changed by it."""
    return WhatIfView.of(await what_if_desk.begin(services, caller, body, key))


@router.get("/what-ifs", operation_id="list_what_ifs", responses=problems(400, 401, 403))
async def list_what_ifs(
    services: ServicesDep, caller: CallerDep, wanted: Annotated[Paging, Query()]
) -> Page[WhatIfView]:
    """Newest first."""
    require_team(caller)
    rows = await what_if_desk.page(services, caller, wanted.limit + 1, wanted.after)
    views = [WhatIfView.of(row) for row in rows[: wanted.limit]]
    return Page(items=views, next_cursor=next_cursor(rows, wanted.limit))


@router.get("/what-ifs/{what_if_id}", operation_id="get_what_if", responses=problems(401, 403, 404))
async def get_what_if(what_if_id: UUID, services: ServicesDep, caller: CallerDep) -> WhatIfResultView:
    """How far it is, and what would differ so far: per campaign, and run by run."""
    require_team(caller)
    row = await what_if_desk.one(services, caller, what_if_id)
    return WhatIfResultView.whole(row, tally_of(row))


@router.post("/what-ifs/{what_if_id}/cancel", operation_id="cancel_what_if", responses=problems(401, 403, 404, 503))
async def cancel_what_if(what_if_id: UUID, services: ServicesDep, caller: EditorDep) -> WhatIfView:
    """End it; what was compared by then is kept."""
    return WhatIfView.of(await what_if_desk.cancel(services, caller, what_if_id))


@router.get(
    "/optimizer-runs/{run_id}/replay",
    operation_id="replay_optimizer_run",
    responses=problems(401, 403, 404, 409, 503),
)
async def replay_optimizer_run(run_id: UUID, services: ServicesDep, caller: CallerDep) -> ReplayView:
    """Compute a recorded decision again from its stored inputs: the same to the bit, or what differs."""
    require_team(caller)
    return await what_if_desk.compute_again(services, caller, run_id)
