"""Whether the optimizer earns its keep, and the campaigns that are left alone to find out."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api import campaign_client, evidence_desk
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.pages.optimizer import show_log
from api.pages.rendering import render
from api.pages.views.evidence import evidence_words
from api.pages.visitor import FormDep, VisitorDep, text_of
from api.problems import ApiError, ProblemType
from api.security import require_editor
from api.visibility import require_team
from models.contracts.commands import HoldOut
from models.domain.holdout import MOST_BP

router = APIRouter()

MOST = MOST_BP // 100


@router.get("/evidence")
async def evidence(services: ServicesDep, visitor: VisitorDep, saved: bool = False) -> Response:
    require_team(visitor.caller)
    found = await evidence_desk.evidence(services, visitor.caller)
    return render("evidence.html", services.settings, visitor, page=evidence_words(found), saved=saved, most=MOST)


@router.post("/evidence/holdout")
async def save_holdout(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_editor(visitor.caller)
    typed = text_of(form, "share")
    if not typed.isdecimal() or not typed.isascii() or int(typed) > MOST:
        raise ApiError(ProblemType.BAD_REQUEST, f"Go back and give a whole number of percent from 0 to {MOST}.")
    await evidence_desk.set_holdout(services, visitor.caller, int(typed) * 100)
    return RedirectResponse("/evidence?saved=true", status_code=303)


@router.post("/campaigns/{campaign_id}/optimizer/holdout")
async def hold_out(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_editor(visitor.caller)
    command = HoldOut(held_out=text_of(form, "held_out") == "yes")
    try:
        await campaign_client.send(services, visitor.caller, campaign_id, command, key=text_of(form, "key") or None)
    except TRANSLATED as error:
        return await show_log(services, visitor, campaign_id, ("moved", None), refused=translate(error))
    return RedirectResponse(f"/campaigns/{campaign_id}/optimizer?done=mode", status_code=303)
