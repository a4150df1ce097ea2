"""The Stop button's pages: what it will do, how far it is, and releasing."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from api import stop_client
from api.deps import ServicesDep
from api.field_errors import invalid
from api.pages.rendering import render
from api.pages.views.stops import StopPage, Target, stop_page, stop_rows
from api.pages.visitor import FormDep, Visitor, VisitorDep, text_of
from api.problems import ApiError, ProblemType, not_found
from api.schemas.base import next_cursor, place_of
from api.schemas.stops import StopBody
from api.security import require_editor, require_stopper
from api.services import Services
from api.stop_words import NO_WORKER
from api.visibility import require_team
from models.domain.states import StopScope
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.stop import StopOrder
from records import stop_lists

router = APIRouter()

PER_PAGE = 30
# Often enough to follow, seldom enough to read in between.
LOOK_AGAIN_S = 4


@router.get("/stop")
async def ask(
    services: ServicesDep, visitor: VisitorDep, campaign: UUID | None = None, account: UUID | None = None
) -> Response:
    """Says exactly what the button will do, before it does it."""
    require_stopper(visitor.caller)
    return await _ask(services, visitor, campaign, account)


@router.post("/stop")
async def stop(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_stopper(visitor.caller)
    try:
        body = StopBody.model_validate(
            {
                "scope": text_of(form, "scope"),
                "campaign_id": text_of(form, "campaign") or None,
                "ad_account_id": text_of(form, "account") or None,
                "reason": text_of(form, "reason"),
            }
        )
    except ValidationError as error:
        raise invalid(error.errors()) from error
    try:
        ordered = await stop_client.order(services, visitor.caller, body, text_of(form, "key") or None)
    except ApiError as error:
        if error.kind is not ProblemType.NOT_ALLOWED:
            raise
        problem = str(error.detail)
        return await _ask(services, visitor, body.campaign_id, body.ad_account_id, problem)
    return RedirectResponse(f"/stops/{ordered.order.id}{'?later=true' if ordered.notice else ''}", status_code=303)


@router.get("/stops")
async def stop_list(
    services: ServicesDep, visitor: VisitorDep, cursor: Annotated[str | None, Query(max_length=200)] = None
) -> Response:
    require_team(visitor.caller)
    after = place_of(cursor)
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        rows = await stop_lists.page_of_stops(session, limit=PER_PAGE + 1, after=after)
        names = await stop_lists.names_of(session, rows[:PER_PAGE])
    more = next_cursor(rows, PER_PAGE)
    shown = stop_rows(rows[:PER_PAGE], names)
    return render("stops.html", services.settings, visitor, rows=shown, more=more, first_page=after is None)


@router.get("/stops/{stop_id}")
async def progress(stop_id: UUID, services: ServicesDep, visitor: VisitorDep, later: bool = False) -> Response:
    require_team(visitor.caller)
    page = await _page(services, visitor, stop_id)
    return render(
        "stop_progress.html",
        services.settings,
        visitor,
        page=page,
        notice=NO_WORKER if later and page.waits else "",
        refresh=LOOK_AGAIN_S if page.at_work else None,
        refresh_to=f"/stops/{stop_id}{'?later=true' if later else ''}",
    )


@router.get("/stops/{stop_id}/release")
async def ask_release(stop_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    page = await _page(services, visitor, stop_id)
    return render("stop_release.html", services.settings, visitor, page=page, problem="")


@router.post("/stops/{stop_id}/release")
async def release(stop_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    try:
        await stop_client.release(services, visitor.caller, stop_id, text_of(form, "key") or None)
    except ApiError as error:
        if error.kind is not ProblemType.NOT_ALLOWED:
            raise
        page = await _page(services, visitor, stop_id)
        problem = str(error.detail)
        return render("stop_release.html", services.settings, visitor, status=409, page=page, problem=problem)
    return RedirectResponse(f"/stops/{stop_id}", status_code=303)


async def _ask(
    services: Services, visitor: Visitor, campaign_id: UUID | None, account_id: UUID | None, problem: str = ""
) -> Response:
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        target = await _target(session, campaign_id, account_id)
    status = 409 if problem else 200
    return render("stop.html", services.settings, visitor, status=status, target=target, problem=problem)


async def _target(session: AsyncSession, campaign_id: UUID | None, account_id: UUID | None) -> Target:
    campaign = await session.get(Campaign, campaign_id) if campaign_id else None
    account = await session.get(AdAccount, account_id) if account_id and campaign is None else None
    if (campaign_id and campaign is None) or (account_id and campaign is None and account is None):
        raise not_found("campaign" if campaign_id else "ad account")
    scope = StopScope.CAMPAIGN if campaign else StopScope.ACCOUNT if account else StopScope.WORKSPACE
    wider = [("stop everything in this workspace", "/stop")] if scope is not StopScope.WORKSPACE else []
    if campaign is not None and campaign.ad_account_id is not None:
        own = await session.get_one(AdAccount, campaign.ad_account_id)
        wider.insert(0, (f"stop everything on {own.name}", f"/stop?account={own.id}"))
    running = await stop_lists.covered(session, scope, campaign_id, account_id)
    standing = [
        order.id
        for order in await stop_lists.open_stops(session)
        if (order.scope, order.campaign_id, order.ad_account_id) == (scope, campaign_id, account_id)
    ]
    return Target(scope, campaign, account, running, wider, next(iter(standing), None))


async def _page(services: Services, visitor: Visitor, stop_id: UUID) -> StopPage:
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        order = await session.get(StopOrder, stop_id)
        if order is None:
            raise not_found("stop")
        names = await stop_lists.names_of(session, [order])
        campaigns = await stop_lists.covered(session, order.scope, order.campaign_id, order.ad_account_id)
    return stop_page(order, names, campaigns)
