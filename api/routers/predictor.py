"""The model of the score: what serves and why, training anew, going back to the built-in one."""

from uuid import UUID

from fastapi import APIRouter, Response, status

from api import predictor_desk
from api.deps import CallerDep, EditorDep, ServicesDep
from api.responses import problems
from api.schemas.predictor import PredictorView, TrainingStartedView, TrainingView
from api.visibility import require_team

router = APIRouter(tags=["optimizer"])


@router.get("/workspace/predictor", operation_id="get_predictor", responses=problems(401, 403))
async def get_predictor(services: ServicesDep, caller: CallerDep) -> PredictorView:
    """Which model scores ad sets now, why, and how good each training was beside the smoothed ratio."""
    require_team(caller)
    return await predictor_desk.read(services, caller)


@router.post(
    "/workspace/predictor/trainings",
    operation_id="train_predictor",
    responses={
        202: {"description": "At work; read the predictor in a minute", "model": TrainingStartedView},
        **problems(401, 403, 409, 503),
    },
)
async def train_predictor(services: ServicesDep, caller: EditorDep, response: Response) -> TrainingStartedView:
    """Learn from the workspace's own past. What comes of it serves only if it beats what serves without it."""
    started = await predictor_desk.train(services, caller)
    if started.training is None:
        response.status_code = status.HTTP_202_ACCEPTED
    return started


@router.post(
    "/workspace/predictor/trainings/{training_id}/retire",
    operation_id="retire_predictor",
    responses=problems(401, 403, 404, 409),
)
async def retire_predictor(training_id: UUID, services: ServicesDep, caller: EditorDep) -> TrainingView:
    """Let the built-in model serve again, from the next hour on."""
    return await predictor_desk.retire(services, caller, training_id)
