"""For orchestrators and operators; no log-in, and nothing about anybody's data."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response, status

from api.deps import ServicesDep
from api.health import Health, HealthDesk, HealthReport
from api.schemas.base import View
from api.version import VERSION

router = APIRouter(tags=["health"])


def get_health_desk(request: Request) -> HealthDesk:
    desk: HealthDesk = request.app.state.health
    return desk


HealthDeskDep = Annotated[HealthDesk, Depends(get_health_desk)]


class Alive(View):
    status: Literal["ok"] = "ok"


class VersionView(View):
    """`simulated_providers` are stand-ins on this installation: nothing sent to them reaches real people."""

    name: Literal["greenlight"] = "greenlight"
    version: str
    api: Literal["v1"] = "v1"
    simulated_providers: list[str]


@router.get("/health", operation_id="get_liveness")
async def get_liveness() -> Alive:
    """This process answers. Restart it when this does not."""
    return Alive()


@router.get("/health/", operation_id="get_health", responses={503: {"model": HealthReport}})
async def get_health(desk: HealthDeskDep, response: Response) -> HealthReport:
    """Each part with its state. 503 only when nothing can be shown at all."""
    found = await desk.report()
    if found.status is Health.DOWN:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return found


@router.get("/api/v1/version", operation_id="get_version")
async def get_version(services: ServicesDep) -> VersionView:
    """What runs here, and which providers are simulated."""
    return VersionView(version=VERSION, simulated_providers=services.settings.simulated_providers)
