"""Settings of the workspace: how much the optimizer may do by itself."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api import advice_desk, optimizer_modes
from api.deps import ServicesDep
from api.pages.rendering import render
from api.pages.views.optimizer import MODE_CHOICES
from api.pages.visitor import FormDep, VisitorDep, text_of
from api.problems import ApiError, ProblemType
from api.security import require_editor
from api.visibility import require_team
from models.domain.states import OptimizerMode

router = APIRouter(prefix="/settings")


@router.get("")
async def settings(services: ServicesDep, visitor: VisitorDep, saved: bool = False) -> Response:
    require_team(visitor.caller)
    mode = await optimizer_modes.workspace_mode(services, visitor.caller)
    advice = await advice_desk.is_on(services, visitor.caller)
    return render(
        "settings.html",
        services.settings,
        visitor,
        mode=mode.value,
        choices=MODE_CHOICES,
        saved=saved,
        advice=advice,
    )


@router.post("/optimizer")
async def save_optimizer(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_editor(visitor.caller)
    mode = text_of(form, "mode")
    if mode not in set(OptimizerMode):
        raise ApiError(ProblemType.BAD_REQUEST, "Load the page again and choose one of its modes.")
    await optimizer_modes.set_workspace_mode(services, visitor.caller, OptimizerMode(mode))
    return RedirectResponse("/settings?saved=true", status_code=303)
