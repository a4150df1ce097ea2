"""The page about the score: which model serves, how good it is, and what to do about it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from api import predictor_desk
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.pages.rendering import render
from api.pages.views.predictor import score_page
from api.pages.views.problems import problem_words
from api.pages.visitor import Visitor, VisitorDep
from api.problems import ApiError
from api.security import require_editor
from api.services import Services
from api.visibility import require_team

router = APIRouter(prefix="/score")

DONE = {
    "trained": "It has learnt from the past; what came of it stands below.",
    "repeated": "Nothing is new since the last training, so it stands as it was.",
    "training": "It is learning. That takes a minute or two; load this page again then.",
    "retired": "The built-in model serves again, from the next hour on.",
}


@router.get("")
async def score(
    services: ServicesDep, visitor: VisitorDep, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    require_team(visitor.caller)
    return await _show(services, visitor, done=done)


@router.post("/train")
async def train(services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    try:
        started = await predictor_desk.train(services, visitor.caller)
    except TRANSLATED as error:
        return await _show(services, visitor, refused=translate(error))
    done = "training" if started.training is None else "repeated" if started.repeated else "trained"
    return RedirectResponse(f"/score?done={done}", status_code=303)


@router.post("/{model_id}/retire")
async def retire(model_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    try:
        await predictor_desk.retire(services, visitor.caller, model_id)
    except TRANSLATED as error:
        return await _show(services, visitor, refused=translate(error))
    return RedirectResponse("/score?done=retired", status_code=303)


async def _show(services: Services, visitor: Visitor, *, done: str = "", refused: ApiError | None = None) -> Response:
    view = await predictor_desk.read(services, visitor.caller)
    return render(
        "score.html",
        services.settings,
        visitor,
        status=refused.status_code if refused else 200,
        page=score_page(view),
        done=DONE.get(done, ""),
        problem=problem_words(refused) if refused else None,
    )
