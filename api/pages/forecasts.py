"""The button that has a campaign's forecast made anew."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from api import forecast_desk
from api.pages.desk import DeskDep
from api.security import require_editor

router = APIRouter(prefix="/campaigns/{campaign_id}/forecast")


@router.post("")
async def make_forecast(campaign_id: UUID, desk: DeskDep) -> Response:
    async def work() -> None:
        require_editor(desk.visitor.caller)
        await forecast_desk.make(desk.services, desk.visitor.caller, campaign_id)

    return await desk.finish(work, "forecast")
