"""How a campaign does: figures by day or hour, per ad set or ad, with their age, trend, pace and a comparison."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from api.analytics_views import analytics_view
from api.deps import CallerDep, ServicesDep
from api.performance import DEFAULT_DAYS, Performance, Wish, read_performance
from api.problems import ApiError, ProblemType
from api.responses import problems
from api.schemas.analytics import AnalyticsSearch, AnalyticsView, Grain
from models.domain.account_days import day_start
from models.domain.hourly import Interval, intervals
from models.domain.metrics import MetricLevel
from models.domain.roles import Role
from records.analytics.days import readings_of_day

router = APIRouter(prefix="/campaigns/{campaign_id}", tags=["analytics"], responses=problems(400, 401, 404))

MOST_HOURLY_DAYS = 7


@router.get("/analytics", operation_id="get_campaign_analytics")
async def get_campaign_analytics(
    campaign_id: UUID, services: ServicesDep, caller: CallerDep, wanted: Annotated[AnalyticsSearch, Query()]
) -> AnalyticsView:
    """Figures of account days as last stated by the platform, and how old they are."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        wish = Wish(wanted.since, wanted.until, days=1 if wanted.grain is Grain.HOUR else DEFAULT_DAYS)
        found = await read_performance(session, campaign_id, wish, MetricLevel(wanted.level))
        hours = await _hours(session, found) if wanted.grain is Grain.HOUR else None
    return analytics_view(found, technical=caller.role is not Role.CLIENT, hours=hours, lines_by_day=True)


async def _hours(session: AsyncSession, found: Performance) -> list[Interval]:
    count = (found.span.last - found.span.first).days + 1
    if count > MOST_HOURLY_DAYS:
        raise ApiError(ProblemType.BAD_REQUEST, f"Ask for the hours of {MOST_HOURLY_DAYS} days at most.")
    hours: list[Interval] = []
    for day in (found.span.first + timedelta(days=place) for place in range(count)):
        readings = await readings_of_day(session, found.campaign.id, day)
        hours += intervals(readings, day_start(day, found.zone), day_start(day + timedelta(days=1), found.zone))
    return hours
