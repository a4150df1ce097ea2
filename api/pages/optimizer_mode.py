"""The form on a campaign's optimizer page that says what it may do there."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api import campaign_client
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.pages.optimizer import show_log
from api.pages.visitor import FormDep, VisitorDep, text_of
from api.problems import ApiError, ProblemType
from api.security import require_editor
from models.contracts.commands import SetOptimizerMode
from models.domain.states import OptimizerMode

router = APIRouter()


@router.post("/campaigns/{campaign_id}/optimizer/mode")
async def save_mode(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_editor(visitor.caller)
    chosen = text_of(form, "mode")
    if chosen and chosen not in set(OptimizerMode):
        raise ApiError(ProblemType.BAD_REQUEST, "Load the page again and choose one of its modes.")
    command = SetOptimizerMode(mode=OptimizerMode(chosen) if chosen else None)
    try:
        await campaign_client.send(services, visitor.caller, campaign_id, command, key=text_of(form, "key") or None)
    except TRANSLATED as error:
        return await show_log(services, visitor, campaign_id, ("moved", None), refused=translate(error))
    return RedirectResponse(f"/campaigns/{campaign_id}/optimizer?done=mode", status_code=303)
