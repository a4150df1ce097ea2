"""All campaigns of the workspace at a glance."""

from fastapi import APIRouter

from api.deps import CallerDep, ServicesDep
from api.overview import CampaignFigures, Overview, read_overview
from api.responses import problems
from api.schemas.analytics import DataAgeView, Figures
from api.schemas.dashboard import (
    AccountDataView,
    CurrencyDaysView,
    CurrencyView,
    DashboardView,
    MoneyDayView,
    OnAirView,
    PointView,
    SummaryView,
)
from models.domain.metrics import Counts
from models.domain.roles import Role

router = APIRouter(prefix="/dashboard", tags=["dashboard"], responses=problems(401))


@router.get("", operation_id="get_dashboard")
async def get_dashboard(services: ServicesDep, caller: CallerDep) -> DashboardView:
    """The summary, every campaign that is on air, and spend and conversions of the last 30 days by currency."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        found = await read_overview(session, caller)
    return DashboardView(
        summary=_summary(found, client=caller.role is Role.CLIENT),
        campaigns=[_on_air(line) for line in found.campaigns],
        days=[
            CurrencyDaysView(
                currency=one.currency,
                days=[
                    MoneyDayView(day=day.day, spend_minor=day.counts.spend_minor, conversions=day.counts.conversions)
                    for day in one.days
                ],
            )
            for one in found.currencies
        ],
    )


@router.get("/summary", operation_id="get_dashboard_summary")
async def get_dashboard_summary(services: ServicesDep, caller: CallerDep) -> SummaryView:
    """Campaigns by status, spend and results by currency, what wants a person, and how old the figures are."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        found = await read_overview(session, caller)
    return _summary(found, client=caller.role is Role.CLIENT)


def _summary(found: Overview, *, client: bool) -> SummaryView:
    ages = [] if client else found.ages
    return SummaryView(
        campaigns=found.statuses,
        currencies=[
            CurrencyView.model_validate({"currency": c.currency, **_windows(c.windows)}) for c in found.currencies
        ],
        attention=[PointView.model_validate(point) for point in found.points],
        data=[AccountDataView(ad_account_id=a.id, name=a.name, data=DataAgeView.of(age)) for a, age in ages],
    )


def _on_air(line: CampaignFigures) -> OnAirView:
    campaign = line.running.campaign
    return OnAirView.model_validate(
        {
            **{name: getattr(campaign, name) for name in ("id", "name", "status", "delivery")},
            "currency": line.running.currency,
            "data": DataAgeView.of(line.age),
            **_windows(line.windows),
        }
    )


def _windows(windows: dict[int, Counts]) -> dict[str, Figures | None]:
    names = {"today": 1, "last_7_days": 7, "last_30_days": 30}
    return {name: Figures.of(windows[days]) if days in windows else None for name, days in names.items()}
