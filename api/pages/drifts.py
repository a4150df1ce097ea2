"""Differences between what was approved and what Meta holds, and a person's choice on each."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi.responses import RedirectResponse, Response

from api import drift_desk
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.pages.rendering import render
from api.pages.views.drifts import drift_cards
from api.pages.views.problems import ProblemWords, problem_words
from api.pages.visitor import FormDep, Visitor, VisitorDep, text_of
from api.problems import not_found
from api.schemas.base import next_cursor, place_of
from api.services import Services
from api.visibility import require_team
from models.domain.states import DriftState
from models.tables.campaign import Campaign
from records import drift_lists

router = APIRouter(prefix="/drifts")

PER_PAGE = 30
DONE = {
    "ignored": "Left as it is on Meta. You are told again only when it changes once more.",
    "adopted": "It is proposed as a change of the campaign, and settles once that is approved.",
    "reverted": "Set back as approved.",
    "dropped": "It could not be set back. The campaign's log says why.",
    "working": "It is being set back; Meta has not confirmed yet.",
}
CLOSED = tuple(state for state in DriftState if state is not DriftState.OPEN)


@router.get("")
async def drift_list(
    services: ServicesDep,
    visitor: VisitorDep,
    campaign: UUID | None = None,
    closed: bool = False,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Those that wait for a choice; with `closed` those that do not any more."""
    require_team(visitor.caller)
    return await _list(services, visitor, (campaign, closed, cursor), done=done)


@router.post("/{drift_id}/{choice}")
async def choose(
    drift_id: UUID,
    services: ServicesDep,
    visitor: VisitorDep,
    form: FormDep,
    choice: Annotated[str, Path(max_length=20)],
) -> Response:
    if choice not in CHOICES:
        raise not_found("page")
    try:
        done = await CHOICES[choice](services, visitor, drift_id, text_of(form, "key") or None)
    except TRANSLATED as error:
        refused = translate(error)
        problem = problem_words(refused)
        return await _list(services, visitor, (None, False, None), problem=problem, status=refused.status_code)
    return RedirectResponse(f"/drifts?done={done}", status_code=303)


async def _revert(services: Services, visitor: Visitor, drift_id: UUID, key: str | None) -> str:
    answer = await drift_desk.revert(services, visitor.caller, drift_id, key)
    if answer.state == "working":
        return "working"
    return "reverted" if answer.result is not None and answer.result.applied else "dropped"


async def _adopt(services: Services, visitor: Visitor, drift_id: UUID, key: str | None) -> str:
    await drift_desk.adopt(services, visitor.caller, drift_id, key)
    return "adopted"


async def _ignore(services: Services, visitor: Visitor, drift_id: UUID, key: str | None) -> str:
    await drift_desk.ignore(services, visitor.caller, drift_id, key)
    return "ignored"


CHOICES: dict[str, Callable[[Services, Visitor, UUID, str | None], Awaitable[str]]] = {
    "revert": _revert,
    "adopt": _adopt,
    "ignore": _ignore,
}


async def _list(
    services: Services,
    visitor: Visitor,
    place: tuple[UUID | None, bool, str | None],
    *,
    done: str = "",
    problem: ProblemWords | None = None,
    status: int = 200,
) -> Response:
    """`place`: the campaign, whether closed ones are asked for, and the cursor."""
    campaign_id, closed, cursor = place
    after = place_of(cursor)
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        rows = await drift_lists.page_of_drifts(
            session,
            limit=PER_PAGE + 1,
            after=after,
            campaign_id=campaign_id,
            states=CLOSED if closed else (DriftState.OPEN,),
        )
        views = await drift_desk.views_of(session, rows[:PER_PAGE])
        about = await session.get(Campaign, campaign_id) if campaign_id else None
    return render(
        "drifts.html",
        services.settings,
        visitor,
        status=status,
        cards=drift_cards(views),
        about=about,
        closed=closed,
        more=next_cursor(rows, PER_PAGE),
        first_page=after is None,
        done=DONE.get(done, ""),
        problem=problem,
    )
