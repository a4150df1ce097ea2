"""What a planned campaign is expected to bring."""

from uuid import UUID

from fastapi import APIRouter, Response, status

from api import forecast_desk
from api.deps import CallerDep, EditorDep, ServicesDep
from api.responses import problems
from api.schemas.forecasts import ForecastAnswer

router = APIRouter(tags=["forecasts"])


@router.get("/campaigns/{campaign_id}/forecast", operation_id="get_forecast", responses=problems(401, 403, 404))
async def get_forecast(campaign_id: UUID, services: ServicesDep, caller: CallerDep) -> ForecastAnswer:
    """The newest forecast, with what it rests on, or why there is not enough to say."""
    return await forecast_desk.read(services, caller, campaign_id)


@router.post(
    "/campaigns/{campaign_id}/forecast",
    operation_id="make_forecast",
    status_code=status.HTTP_201_CREATED,
    responses={
        202: {"description": "Being made; read it in a moment", "model": ForecastAnswer},
        **problems(401, 403, 404, 409, 503),
    },
)
async def make_forecast(
    campaign_id: UUID, services: ServicesDep, caller: EditorDep, response: Response
) -> ForecastAnswer:
    """Make it anew for budget, dates and ads as they are planned now. One is made at a time."""
    answer = await forecast_desk.make(services, caller, campaign_id)
    if answer.making:
        response.status_code = status.HTTP_202_ACCEPTED
    return answer
