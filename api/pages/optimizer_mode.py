"""The forms on a campaign's optimizer page that say what it may do there, and what for."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api import campaign_client
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.pages.optimizer import show_log
from api.pages.visitor import FormDep, Visitor, VisitorDep, text_of
from api.problems import ApiError, ProblemType
from api.security import require_editor
from api.services import Services
from models.contracts.commands import SetOptimizerGoal, SetOptimizerMode
from models.domain.states import OptimizerGoal, OptimizerMode

router = APIRouter()


@router.post("/campaigns/{campaign_id}/optimizer/goal")
async def save_goal(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_editor(visitor.caller)
    chosen = text_of(form, "goal")
    if chosen and chosen not in set(OptimizerGoal):
        raise ApiError(ProblemType.BAD_REQUEST, "Load the page again and choose one of its goals.")
    command = SetOptimizerGoal(goal=OptimizerGoal(chosen) if chosen else None)
    return await _send(services, visitor, campaign_id, command, text_of(form, "key"))


@router.post("/campaigns/{campaign_id}/optimizer/mode")
async def save_mode(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_editor(visitor.caller)
    chosen = text_of(form, "mode")
    if chosen and chosen not in set(OptimizerMode):
        raise ApiError(ProblemType.BAD_REQUEST, "Load the page again and choose one of its modes.")
    command = SetOptimizerMode(mode=OptimizerMode(chosen) if chosen else None)
    return await _send(services, visitor, campaign_id, command, text_of(form, "key"))


async def _send(
    services: Services, visitor: Visitor, campaign_id: UUID, command: SetOptimizerMode | SetOptimizerGoal, key: str
) -> Response:
    try:
        await campaign_client.send(services, visitor.caller, campaign_id, command, key=key or None)
    except TRANSLATED as error:
        return await show_log(services, visitor, campaign_id, ("moved", None), refused=translate(error))
    return RedirectResponse(f"/campaigns/{campaign_id}/optimizer?done=mode", status_code=303)
