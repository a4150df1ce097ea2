"""The button that asks a language model, and the switch that lets it be asked."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api import advice_desk
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.pages.optimizer import show_log
from api.pages.visitor import FormDep, VisitorDep, text_of
from api.problems import ApiError, ProblemType
from api.security import require_editor

router = APIRouter()


@router.post("/campaigns/{campaign_id}/optimizer/advice")
async def ask(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    try:
        view = await advice_desk.ask(services, visitor.caller, campaign_id)
        if view.state == "failed":
            raise ApiError(ProblemType.REFUSED_BY_PROVIDER, view.words)
    except TRANSLATED as error:
        return await show_log(services, visitor, campaign_id, ("moved", None), refused=translate(error))
    if view.suggestion_id is not None:
        return RedirectResponse(f"/suggestions/{view.suggestion_id}", status_code=303)
    return RedirectResponse(f"/campaigns/{campaign_id}/optimizer?done=advice", status_code=303)


@router.post("/settings/advice")
async def switch(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_editor(visitor.caller)
    await advice_desk.switch(services, visitor.caller, on=text_of(form, "advice") == "on")
    return RedirectResponse("/settings?saved=true", status_code=303)
