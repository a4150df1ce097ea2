"""How campaigns do: the overview, one campaign's figures, and reports over all of them with a file to take along."""

from typing import Any, TypeVar, get_origin
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ValidationError
from starlette.datastructures import ImmutableMultiDict

from api import forecast_desk, report_export
from api.deps import ServicesDep
from api.field_errors import invalid
from api.overview import read_overview
from api.pages.campaign_signs import campaign_signs
from api.pages.rendering import render
from api.pages.views.overview import overview_page
from api.pages.views.performance import performance_page
from api.pages.views.report import report_page
from api.pages.visitor import FormDep, VisitorDep
from api.performance import Wish, read_lines, read_performance
from api.reports import Chosen, page_after, read_report
from api.schemas.analytics import Days
from api.schemas.reports import ExportBody, PerformanceSearch
from models.domain.metrics import MetricLevel
from models.domain.roles import Role
from records.analytics.campaigns import currencies_of

router = APIRouter()

Wanted = TypeVar("Wanted", bound=BaseModel)


@router.get("/")
@router.get("/dashboard")
async def dashboard(services: ServicesDep, visitor: VisitorDep) -> Response:
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        found = await read_overview(session, visitor.caller)
    return render("dashboard.html", services.settings, visitor, page=overview_page(found))


@router.get("/campaigns/{campaign_id}/performance")
async def performance(campaign_id: UUID, request: Request, services: ServicesDep, visitor: VisitorDep) -> Response:
    days = _asked(Days, request.query_params)
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        found = await read_performance(session, campaign_id, Wish(days.since, days.until))
        ads = await read_lines(session, found, MetricLevel.AD)
        theirs = visitor.caller.role is Role.CLIENT
        forecast = None if theirs else await forecast_desk.compared(session, found)
        seen = await campaign_signs(session, visitor.caller, campaign_id)
    return render(
        "performance.html", services.settings, visitor, page=performance_page(found, ads, forecast), seen=seen
    )


@router.get("/reports")
async def reports(request: Request, services: ServicesDep, visitor: VisitorDep) -> Response:
    wanted = _asked(PerformanceSearch, request.query_params)
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        report = await read_report(session, Chosen.of(wanted))
        currencies = await currencies_of(session)
    shown, more = page_after(report.lines, wanted.cursor, wanted.limit)
    kept = [(name, value) for name, value in request.query_params.multi_items() if value and name != "cursor"]
    return render(
        "reports.html",
        services.settings,
        visitor,
        page=report_page(report, shown, currencies, wanted),
        wanted=wanted,
        first_page=wanted.cursor is None,
        newest=urlencode(kept),
        more=urlencode([*kept, ("cursor", str(more))]) if more else "",
    )


@router.post("/reports/export")
async def export(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    """The form of a page; it carries what the page shows."""
    return await report_export.export(services, visitor.caller, _asked(ExportBody, form))


def _asked(model: type[Wanted], sent: ImmutableMultiDict[str, Any]) -> Wanted:
    """Forms send every field, also the empty ones, which mean that nobody asked."""
    given = {name for name, value in sent.multi_items() if value}
    lists = {name for name, field in model.model_fields.items() if get_origin(field.annotation) is list}
    values = {name: sent.getlist(name) if name in lists else sent[name] for name in given & set(model.model_fields)}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise invalid(error.errors()) from error
