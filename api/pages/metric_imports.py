"""Bringing an exported report: look at it, correct what its columns mean, take it over, take it back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from api import ad_account_setup as setup
from api import report_desk
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.field_errors import invalid
from api.pages import account_objects
from api.pages.rendering import render
from api.pages.views import metric_imports as views
from api.pages.views.problems import ProblemWords, problem_words
from api.pages.visitor import FormDep, Visitor, VisitorDep, text_of
from api.problems import ApiError, ProblemType, not_found
from api.security import require_editor
from api.services import Services
from api.visibility import require_team
from models.domain.ad_reports.fields import ReportField
from models.domain.ad_reports.mapping import ReportMapping

router = APIRouter(prefix="/metric-imports")

DONE = {
    "mapped": "The columns were read again.",
    "applied": "The good rows were taken over.",
    "discarded": "The report was discarded. What was there before counts again.",
}


@router.post("")
async def upload(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_editor(visitor.caller)
    try:
        account_id = UUID(text_of(form, "ad_account_id"))
    except ValueError:
        raise not_found("ad account") from None
    file = form.get("file")
    try:
        if file is None or isinstance(file, str) or not file.filename:
            raise ApiError(ProblemType.INVALID, "Choose a report first.")
        row = await report_desk.take_in(services, visitor.caller, account_id, file.file, file.filename)
    except TRANSLATED as error:
        return await account_objects.show(services, visitor, account_id, refused=translate(error))
    return RedirectResponse(f"/metric-imports/{row.id}", status_code=303)


@router.get("/{import_id}")
async def report(
    import_id: UUID, services: ServicesDep, visitor: VisitorDep, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    require_team(visitor.caller)
    return await _show(services, visitor, import_id, done=done)


@router.post("/{import_id}/mapping")
async def remap(import_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_editor(visitor.caller)
    said = {field: text_of(form, field.value) for field in ReportField}
    wanted = {
        "columns": {field: column for field, column in said.items() if column},
        "day_order": text_of(form, "day_order") or None,
        "decimal_mark": text_of(form, "decimal_mark") or None,
    }
    try:
        mapping = ReportMapping.model_validate(wanted)
        await report_desk.remap(services, visitor.caller, import_id, mapping)
    except ValidationError as error:
        return await _refused(services, visitor, import_id, invalid(error.errors()))
    except TRANSLATED as error:
        return await _refused(services, visitor, import_id, translate(error))
    return _back(import_id, "mapped")


@router.post("/{import_id}/apply")
async def apply(import_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    try:
        await report_desk.apply(services, visitor.caller, import_id)
    except TRANSLATED as error:
        return await _refused(services, visitor, import_id, translate(error))
    return _back(import_id, "applied")


@router.post("/{import_id}/discard")
async def discard(import_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    await report_desk.discard(services, visitor.caller, import_id)
    return _back(import_id, "discarded")


def _back(import_id: UUID, done: str) -> Response:
    return RedirectResponse(f"/metric-imports/{import_id}?done={done}", status_code=303)


async def _refused(services: Services, visitor: Visitor, import_id: UUID, error: ApiError) -> Response:
    return await _show(services, visitor, import_id, problem=problem_words(error), status=error.status_code)


async def _show(
    services: Services,
    visitor: Visitor,
    import_id: UUID,
    *,
    done: str = "",
    problem: ProblemWords | None = None,
    status: int = 200,
) -> Response:
    row = await report_desk.read(services, visitor.caller, import_id)
    account = await setup.read_account(services, visitor.caller, row.ad_account_id)
    return render(
        "metric_import.html",
        services.settings,
        visitor,
        status=status,
        account=account,
        report=views.report_words(row, account),
        fields={field.value: words for field, words in views.FIELDS.items()},
        orders={order.value: words for order, words in views.ORDERS.items()},
        marks={mark.value: words for mark, words in views.MARKS.items()},
        done=DONE.get(done, ""),
        problem=problem,
    )
