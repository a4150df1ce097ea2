"""Undo: first what would be set back and what not, then doing it, then what became of it."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from api import campaign_client, moves_client, optimizer_log, undo_desk
from api.deps import ServicesDep
from api.field_errors import invalid
from api.pages.rendering import render
from api.pages.views.optimizer import move_entries
from api.pages.views.undo import NOTHING, undo_words
from api.pages.views.words import when
from api.pages.visitor import FormDep, Visitor, VisitorDep, text_of
from api.problems import ApiError, ProblemType, not_found
from api.schemas.optimizer import UndoBody
from api.security import require_money
from api.services import Services
from api.visibility import require_team
from models.tables.campaign import Campaign

router = APIRouter()

LOOK_AGAIN_S = 3
MOST_ACTIONS = 500


@router.get("/campaigns/{campaign_id}/undo")
async def ask(
    campaign_id: UUID,
    services: ServicesDep,
    visitor: VisitorDep,
    action: UUID | None = None,
    move: UUID | None = None,
    since: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """The time is fixed here, so that what is done is what was shown."""
    require_money(visitor.caller)
    if action or move:
        body = UndoBody(action_id=action, move_set_id=None if action else move)
    else:
        moment = await undo_desk.since(services, visitor.caller, campaign_id, since)
        body = UndoBody(campaign_id=campaign_id, since=moment)
    return await _ask(services, visitor, campaign_id, body)


@router.post("/campaigns/{campaign_id}/undo")
async def undo(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_money(visitor.caller)
    await _campaign(services, visitor, campaign_id)
    typed = {name: text_of(form, name) or None for name in ("action_id", "move_set_id", "since", "seen_hash")}
    try:
        body = UndoBody.model_validate({**typed, "campaign_id": campaign_id if typed["since"] else None})
    except ValidationError as error:
        raise invalid(error.errors()) from error
    try:
        answer = await undo_desk.undo(services, visitor.caller, body, text_of(form, "key") or uuid4().hex)
    except ApiError as error:
        if error.kind is not ProblemType.STALE_HASH:
            raise
        return await _ask(services, visitor, campaign_id, body, problem=str(error.detail))
    return RedirectResponse(f"/campaigns/{campaign_id}/undo/{answer.id}", status_code=303)


@router.get("/campaigns/{campaign_id}/undo/{request_id}")
async def result(campaign_id: UUID, request_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_team(visitor.caller)
    campaign = await _campaign(services, visitor, campaign_id)
    view = await moves_client.look(services, visitor.caller, request_id)
    ids = view.result.move_set_ids if view.result else []
    sets = [await optimizer_log.one_move_set(services, visitor.caller, move_set_id) for move_set_id in ids]
    return render(
        "undo_result.html",
        services.settings,
        visitor,
        campaign=campaign,
        view=view,
        entries=move_entries(sets, campaign.timezone or "UTC"),
        refresh=LOOK_AGAIN_S if view.state == "working" else None,
        refresh_to=f"/campaigns/{campaign_id}/undo/{request_id}",
    )


@router.get("/moves/{move_set_id}")
async def one_move(move_set_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    """One move with all of its actions, or as many as a page can bear."""
    require_team(visitor.caller)
    view = await optimizer_log.one_move_set(services, visitor.caller, move_set_id, most=MOST_ACTIONS)
    campaign = await _campaign(services, visitor, view.campaign_id)
    entry = move_entries([view], campaign.timezone or "UTC")[0]
    return render("move.html", services.settings, visitor, campaign=campaign, entry=entry)


async def _ask(
    services: Services, visitor: Visitor, campaign_id: UUID, body: UndoBody, *, problem: str = ""
) -> Response:
    campaign = await _campaign(services, visitor, campaign_id)
    try:
        found = await undo_desk.preview(services, visitor.caller, body)
    except ApiError as error:
        if error.kind is not ProblemType.NOT_ALLOWED:
            raise
        found, problem = None, problem or ("" if body.since else str(error.detail))
    if found is not None and found.campaign_id != campaign_id:
        raise not_found("move")
    zone = campaign.timezone or "UTC"
    return render(
        "undo.html",
        services.settings,
        visitor,
        status=409 if problem else 200,
        campaign=campaign,
        words=undo_words(found) if found else NOTHING,
        body=body,
        seen_hash=found.hash if found else "",
        since_words=when(body.since, zone) if body.since else "",
        zone=zone,
        problem=problem,
    )


async def _campaign(services: Services, visitor: Visitor, campaign_id: UUID) -> Campaign:
    campaign = await campaign_client.visible_campaign(services, visitor.caller, campaign_id)
    if campaign is None:
        raise not_found("campaign")
    return campaign
