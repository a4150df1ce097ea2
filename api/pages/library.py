"""The pictures of the workspace: upload and look."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, UploadFile
from fastapi.responses import RedirectResponse, Response

from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.pages.rendering import render
from api.pages.views.problems import ProblemWords, problem_words
from api.pages.visitor import FormDep, Visitor, VisitorDep
from api.problems import ApiError, ProblemType
from api.routers import assets as uploads
from api.security import require_editor
from api.services import Services
from api.visibility import require_team
from models.tables.asset import AssetKind
from records import assets
from records.assets import AssetQuery

router = APIRouter(prefix="/assets")

PER_PAGE = 60


@router.get("")
async def library(
    services: ServicesDep, visitor: VisitorDep, offset: Annotated[int, Query(ge=0, le=100_000)] = 0
) -> Response:
    require_team(visitor.caller)
    return await _page(services, visitor, offset=offset)


@router.post("")
async def upload(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_editor(visitor.caller)
    file = form.get("file")
    try:
        # Starlette's own class is what a form holds; FastAPI's is made from it.
        if file is None or isinstance(file, str) or not file.filename:
            raise ApiError(ProblemType.INVALID, "Choose a JPEG or PNG picture first.")
        wanted = UploadFile(file.file, filename=file.filename, headers=file.headers)
        details = uploads.asset_details()
        await uploads.upload_asset(wanted, services, visitor.caller, Response(), details)
    except TRANSLATED as error:
        refused = translate(error)
        return await _page(services, visitor, problem=problem_words(refused), status=refused.status_code)
    return RedirectResponse("/assets", status_code=303)


@router.post("/{asset_id}/archive")
async def archive(asset_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    await uploads.archive_asset(asset_id, services, visitor.caller)
    return RedirectResponse("/assets", status_code=303)


async def _page(
    services: Services,
    visitor: Visitor,
    *,
    offset: int = 0,
    problem: ProblemWords | None = None,
    status: int = 200,
) -> Response:
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        query = AssetQuery(kind=AssetKind.IMAGE, limit=PER_PAGE + 1, offset=offset)
        rows = await assets.search(session, query)
    return render(
        "library.html",
        services.settings,
        visitor,
        status=status,
        pictures=rows[:PER_PAGE],
        more=offset + PER_PAGE if len(rows) > PER_PAGE else None,
        problem=problem,
    )
