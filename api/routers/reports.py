"""Reports: one campaign in full, all campaigns side by side, and both as CSV."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from api.analytics_views import analytics_view, line_view
from api.deps import CallerDep, ServicesDep
from api.performance import Wish, read_lines, read_performance
from api.report_export import export
from api.reports import Chosen, ReportLine, page_after, read_report
from api.responses import problems
from api.schemas.analytics import DataAgeView, Days, Figures
from api.schemas.reports import (
    CampaignReport,
    CurrencyTotal,
    ExportBody,
    PerformanceLine,
    PerformanceReport,
    PerformanceSearch,
)
from models.domain.metrics import MetricLevel
from models.domain.roles import Role
from models.domain.states import MoveState
from records.analytics.campaigns import move_counts

router = APIRouter(prefix="/reports", tags=["reports"], responses=problems(400, 401))


@router.get("/campaign/{campaign_id}", operation_id="get_campaign_report", responses=problems(404))
async def get_campaign_report(
    campaign_id: UUID, services: ServicesDep, caller: CallerDep, wanted: Annotated[Days, Query()]
) -> CampaignReport:
    """Totals, days, ad sets and ads, with attribution, trend, pacing, comparison and what was decided about money."""
    technical = caller.role is not Role.CLIENT
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        found = await read_performance(session, campaign_id, Wish(wanted.since, wanted.until))
        ads = await read_lines(session, found, MetricLevel.AD)
        moves: dict[MoveState, int] = await move_counts(session, campaign_id) if technical else {}
    return CampaignReport(
        generated_at=found.age.now,
        starts_at=found.campaign.starts_at,
        ends_at=found.campaign.ends_at,
        budget_total_minor=found.campaign.budget_total_minor,
        analytics=analytics_view(found, technical=technical),
        ads=[line_view(found, line, technical=technical, by_day=False) for line in ads],
        moves=moves,
    )


@router.get("/performance", operation_id="get_performance_report")
async def get_performance_report(
    services: ServicesDep, caller: CallerDep, wanted: Annotated[PerformanceSearch, Query()]
) -> PerformanceReport:
    """Campaigns side by side in the account days asked for; totals by currency."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        report = await read_report(session, Chosen.of(wanted))
    page, more = page_after(report.lines, wanted.cursor, wanted.limit)
    return PerformanceReport(
        since=report.span.first,
        until=report.span.last,
        totals=[CurrencyTotal(currency=currency, figures=Figures.of(counts)) for currency, counts in report.totals],
        items=[_line(line) for line in page],
        next_cursor=more,
    )


@router.post(
    "/export",
    operation_id="export_report",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The report as a CSV file"},
        **problems(403, 404, 422),
    },
)
async def export_report(body: ExportBody, services: ServicesDep, caller: CallerDep) -> StreamingResponse:
    """The same figures as a file for spreadsheets, by row or by account day. Changes nothing."""
    return await export(services, caller, body)


def _line(line: ReportLine) -> PerformanceLine:
    campaign = line.running.campaign
    return PerformanceLine(
        campaign_id=campaign.id,
        name=campaign.name,
        status=campaign.status,
        currency=line.running.currency,
        timezone=line.running.zone,
        data=DataAgeView.of(line.age),
        figures=Figures.of(line.counts) if line.counts else None,
    )
