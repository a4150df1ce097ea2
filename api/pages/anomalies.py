"""What reporting and delivery do wrong, and a person's "that is right so"."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from api import anomaly_desk
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.pages.rendering import render
from api.pages.views.problems import ProblemWords, problem_words
from api.pages.views.signs import anomaly_cards
from api.pages.visitor import FormDep, Visitor, VisitorDep, text_of
from api.schemas.base import next_cursor, place_of
from api.services import Services
from api.visibility import require_team
from models.tables.campaign import Campaign
from records import signs

router = APIRouter(prefix="/anomalies")

PER_PAGE = 30


@router.get("")
async def anomaly_list(
    services: ServicesDep,
    visitor: VisitorDep,
    campaign: UUID | None = None,
    over: bool = False,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    done: bool = False,
) -> Response:
    """Those that go on; with `over` those that do not any more."""
    require_team(visitor.caller)
    return await _list(services, visitor, (campaign, over, cursor), done=done)


@router.post("/{anomaly_id}/dismiss")
async def dismiss(anomaly_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    try:
        await anomaly_desk.dismiss(services, visitor.caller, anomaly_id, text_of(form, "key") or None)
    except TRANSLATED as error:
        refused = translate(error)
        problem = problem_words(refused)
        return await _list(services, visitor, (None, False, None), problem=problem, status=refused.status_code)
    return RedirectResponse("/anomalies?done=true", status_code=303)


async def _list(
    services: Services,
    visitor: Visitor,
    place: tuple[UUID | None, bool, str | None],
    *,
    done: bool = False,
    problem: ProblemWords | None = None,
    status: int = 200,
) -> Response:
    """`place`: the campaign, whether those that are over are asked for, and the cursor."""
    campaign_id, over, cursor = place
    after = place_of(cursor)
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        rows = await signs.page_of_anomalies(
            session, limit=PER_PAGE + 1, after=after, campaign_id=campaign_id, over=over
        )
        views = await anomaly_desk.views_of(session, rows[:PER_PAGE])
        about = await session.get(Campaign, campaign_id) if campaign_id else None
    return render(
        "anomalies.html",
        services.settings,
        visitor,
        status=status,
        cards=anomaly_cards(views),
        about=about,
        over=over,
        more=next_cursor(rows, PER_PAGE),
        first_page=after is None,
        done=done,
        problem=problem,
    )
