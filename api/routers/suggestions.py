"""Suggestions: the inbox over all campaigns, and a person's decision on each."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from api import suggestion_desk
from api.deps import CallerDep, IdempotencyKey, OptionalIdempotencyKey, ServicesDep
from api.responses import problems
from api.routers.moves import WISH, answered
from api.schemas.base import next_cursor
from api.schemas.optimizer import MoveRequestView
from api.schemas.suggestions import (
    ApproveBody,
    DismissBody,
    EditSuggestionBody,
    SuggestionBody,
    SuggestionPage,
    SuggestionSearch,
    SuggestionView,
)
from api.visibility import require_team
from records.optimizing import lists

router = APIRouter(tags=["suggestions"])

CHANGE = problems(400, 401, 403, 404, 409, 422)


@router.get("/suggestions", operation_id="list_suggestions", responses=problems(400, 401, 403))
async def list_suggestions(
    services: ServicesDep, caller: CallerDep, wanted: Annotated[SuggestionSearch, Query()]
) -> SuggestionPage:
    """Newest first, with how many there are of each status."""
    require_team(caller)
    after = wanted.after
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        rows = await lists.page_of_suggestions(
            session,
            limit=wanted.limit + 1,
            after=after,
            campaign_id=wanted.campaign_id,
            states=wanted.status,
        )
        shown = rows[: wanted.limit]
        views = await suggestion_desk.views_of(session, shown)
        counts = await lists.suggestion_counts(session, campaign_id=wanted.campaign_id)
    more = next_cursor(rows, wanted.limit)
    return SuggestionPage(items=views, next_cursor=more, counts=counts)


@router.get("/suggestions/{suggestion_id}", operation_id="get_suggestion", responses=problems(401, 403, 404))
async def get_suggestion(suggestion_id: UUID, services: ServicesDep, caller: CallerDep) -> SuggestionView:
    """One suggestion with its amounts before and after."""
    require_team(caller)
    return await suggestion_desk.one(services, caller, suggestion_id)


@router.post(
    "/campaigns/{campaign_id}/suggestions",
    operation_id="create_suggestion",
    status_code=status.HTTP_201_CREATED,
    responses=CHANGE,
)
async def create_suggestion(
    campaign_id: UUID,
    body: SuggestionBody,
    services: ServicesDep,
    caller: CallerDep,
    key: IdempotencyKey,
    response: Response,
) -> SuggestionView:
    """Propose a move of money yourself; it is decided like one of the optimizer's."""
    view = await suggestion_desk.propose(services, caller, campaign_id, body, key)
    response.headers["Location"] = f"/api/v1/suggestions/{view.id}"
    return view


@router.put("/suggestions/{suggestion_id}", operation_id="edit_suggestion", responses=CHANGE)
async def edit_suggestion(
    suggestion_id: UUID,
    body: EditSuggestionBody,
    services: ServicesDep,
    caller: CallerDep,
    key: OptionalIdempotencyKey = None,
) -> SuggestionView:
    """Change the amounts before approving. The sum stays, and so do the limits of the approved schedule."""
    return await suggestion_desk.edit(services, caller, suggestion_id, body, key)


@router.post(
    "/suggestions/{suggestion_id}/approve",
    operation_id="approve_suggestion",
    response_model=MoveRequestView,
    responses=WISH,
)
async def approve_suggestion(
    suggestion_id: UUID,
    services: ServicesDep,
    caller: CallerDep,
    response: Response,
    body: ApproveBody | None = None,
    key: OptionalIdempotencyKey = None,
) -> MoveRequestView:
    """Approve it, which applies it: through the same checks as any move. Repeats and two people apply it once."""
    seen_hash = body.seen_hash if body else None
    return answered(await suggestion_desk.approve(services, caller, suggestion_id, key, seen_hash), response)


@router.post("/suggestions/{suggestion_id}/dismiss", operation_id="dismiss_suggestion", responses=CHANGE)
async def dismiss_suggestion(
    suggestion_id: UUID,
    body: DismissBody,
    services: ServicesDep,
    caller: CallerDep,
    key: OptionalIdempotencyKey = None,
) -> SuggestionView:
    """Decide against it, with the reason."""
    return await suggestion_desk.dismiss(services, caller, suggestion_id, body.reason, key)


@router.delete(
    "/suggestions/{suggestion_id}",
    operation_id="withdraw_suggestion",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=CHANGE,
)
async def withdraw_suggestion(suggestion_id: UUID, services: ServicesDep, caller: CallerDep) -> None:
    """Take back a suggestion of a person's own that nobody has decided on; it stays readable as dismissed."""
    await suggestion_desk.withdraw(services, caller, suggestion_id)
