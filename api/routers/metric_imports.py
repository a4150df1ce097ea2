"""Exported ads reports: upload, preview, mapping, applying, taking back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, Response, UploadFile, status

from api import report_desk
from api.deps import CallerDep, EditorDep, ServicesDep
from api.report_desk import MAX_REPORT_BYTES
from api.responses import problems
from api.schemas.metric_imports import MetricImportView
from api.visibility import require_team
from models.domain.ad_reports.mapping import ReportMapping
from records import metric_imports

router = APIRouter(prefix="/metric-imports", tags=["metrics"])

# The file and what multipart puts around it.
MAX_UPLOAD_BYTES = MAX_REPORT_BYTES + 100_000


@router.post(
    "",
    operation_id="upload_report",
    status_code=status.HTTP_201_CREATED,
    form_limits={"max_files": 1, "max_fields": 10, "max_part_size": 10_000},
    responses=problems(401, 403, 404, 413, 422, 503),
)
async def upload_report(
    file: Annotated[UploadFile, File(description="CSV of up to 20 MB and 100,000 rows, exported by day")],
    ad_account_id: Annotated[UUID, Form()],
    services: ServicesDep,
    caller: EditorDep,
    response: Response,
) -> MetricImportView:
    """Look at an exported ads report: which column is taken for what, what is open, which rows are bad and why.
    Nothing is taken over yet, so a repeat is harmless."""
    row = await report_desk.take_in(services, caller, ad_account_id, file.file, file.filename)
    response.headers["Location"] = f"/api/v1/metric-imports/{row.id}"
    return MetricImportView.of(row)


@router.get("", operation_id="list_reports", responses=problems(401, 403))
async def list_reports(
    services: ServicesDep,
    caller: CallerDep,
    ad_account_id: Annotated[UUID, Query()],
) -> list[MetricImportView]:
    """The last 50 of an ad account, newest first."""
    require_team(caller)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return [MetricImportView.of(row) for row in await metric_imports.of_account(session, ad_account_id)]


@router.get("/{import_id}", operation_id="get_report", responses=problems(401, 403, 404))
async def get_report(import_id: UUID, services: ServicesDep, caller: CallerDep) -> MetricImportView:
    """One report as it was last looked at."""
    require_team(caller)
    return MetricImportView.of(await report_desk.read(services, caller, import_id))


@router.put("/{import_id}/mapping", operation_id="map_report", responses=problems(401, 403, 404, 409, 422, 503))
async def map_report(
    import_id: UUID, body: ReportMapping, services: ServicesDep, caller: EditorDep
) -> MetricImportView:
    """Say which column fills which field and how days and numbers are written; the file is looked at again."""
    return MetricImportView.of(await report_desk.remap(services, caller, import_id, body))


@router.post("/{import_id}/apply", operation_id="apply_report", responses=problems(401, 403, 404, 409, 503))
async def apply_report(import_id: UUID, services: ServicesDep, caller: EditorDep) -> MetricImportView:
    """Take the good rows over as readings of source `csv`. Rows that say what is known already change nothing."""
    return MetricImportView.of(await report_desk.apply(services, caller, import_id))


@router.post("/{import_id}/discard", operation_id="discard_report", responses=problems(401, 403, 404))
async def discard_report(import_id: UUID, services: ServicesDep, caller: EditorDep) -> MetricImportView:
    """Forget a preview, or take an applied report back: what was imported before it counts again."""
    return MetricImportView.of(await report_desk.discard(services, caller, import_id))
