"""The ad platforms that this installation speaks, and how each fares."""

from enum import StrEnum

from fastapi import APIRouter

from api.deps import CallerDep, ServicesDep
from api.health import Health, platform_health
from api.problems import not_found
from api.responses import problems
from api.schemas.base import UtcTime, View
from models.domain.states import AdAccountState
from models.tables.ad_account import AdAccount
from records import ad_accounts

router = APIRouter(prefix="/platforms", tags=["platforms"])


class Platform(StrEnum):
    META = "meta"


class PlatformView(View):
    """`simulated` platforms are stand-ins: nothing sent to them reaches real people or costs real money."""

    id: Platform
    name: str
    placements: list[str]
    api_version: str
    simulated: bool
    connected_accounts: int


class AccountQuota(View):
    """How much of its call quota an account has used, 0 to 100, as of the platform's last reply."""

    external_id: str
    name: str
    state: AdAccountState
    usage_pct: int
    throttled_until: UtcTime | None


class PlatformStatus(View):
    id: Platform
    status: Health
    detail: str
    simulated: bool
    accounts: list[AccountQuota]


@router.get("", operation_id="list_platforms", responses=problems(401))
async def list_platforms(services: ServicesDep, caller: CallerDep) -> list[PlatformView]:
    """Facebook and Instagram are placements of one Meta campaign."""
    accounts = await _accounts(services, caller)
    return [
        PlatformView(
            id=Platform.META,
            name="Meta",
            placements=["facebook", "instagram"],
            api_version=services.settings.meta_api_version,
            simulated=_simulated(services),
            connected_accounts=sum(account.state is AdAccountState.CONNECTED for account in accounts),
        )
    ]


@router.get("/{platform}/status", operation_id="get_platform_status", responses=problems(401, 404))
async def get_platform_status(platform: str, services: ServicesDep, caller: CallerDep) -> PlatformStatus:
    """Whether the platform can be reached now, and how the workspace's accounts stand with it."""
    if platform not in list(Platform):
        raise not_found("platform")
    part = await platform_health(services)
    accounts = await _accounts(services, caller)
    return PlatformStatus(
        id=Platform(platform),
        status=part.status,
        detail=part.detail,
        simulated=_simulated(services),
        accounts=[AccountQuota.model_validate(account) for account in accounts],
    )


async def _accounts(services: ServicesDep, caller: CallerDep) -> list[AdAccount]:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        found = await ad_accounts.all_of_workspace(session)
    return [account for account in found if account.state is not AdAccountState.DISCONNECTED]


def _simulated(services: ServicesDep) -> bool:
    return "Meta" in services.settings.simulated_providers
