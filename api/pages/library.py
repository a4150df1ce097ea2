"""The asset library: search, upload, and each asset with its rights, versions and uses."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, UploadFile
from fastapi.responses import RedirectResponse, Response

from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.pages.rendering import render
from api.pages.views import library as views
from api.pages.views.asset_form import LABELS, edit_of
from api.pages.views.library import Link
from api.pages.views.problems import ProblemWords, problem_words
from api.pages.views.typed import Typed
from api.pages.visitor import FormDep, Visitor, VisitorDep, text_of
from api.problems import ApiError, ProblemType, not_found
from api.routers import assets as library
from api.schemas.assets import AssetSearch
from api.security import require_editor
from api.services import Services
from api.visibility import require_team
from imaging.inspecting import MAX_PICTURE_BYTES, MAX_VIDEO_BYTES
from models.tables.asset import Asset
from models.tables.brand import Brand
from records import asset_uses, assets
from records.asset_search import Facets
from records.asset_uses import Use

router = APIRouter(prefix="/assets")

PER_PAGE = 60
LIMITS = {"picture_mb": MAX_PICTURE_BYTES // 1_000_000, "video_mb": MAX_VIDEO_BYTES // 1_000_000}


@router.get("")
async def search(services: ServicesDep, visitor: VisitorDep, wanted: Annotated[AssetSearch, Query()]) -> Response:
    require_team(visitor.caller)
    return await _library(services, visitor, wanted)


@router.post("")
async def upload(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    """One file as a whole: what the page does without script."""
    require_editor(visitor.caller)
    replaces = _id(text_of(form, "replaces"))
    file = form.get("file")
    try:
        # Starlette's own class is what a form holds; FastAPI's is made from it.
        if file is None or isinstance(file, str) or not file.filename:
            raise ApiError(ProblemType.INVALID, "Choose a picture or a video first.")
        wanted = UploadFile(file.file, filename=file.filename, headers=file.headers)
        details = library.asset_details(replaces=replaces)
        made = await library.upload_asset(wanted, services, visitor.caller, Response(), details)
    except TRANSLATED as error:
        refused = translate(error)
        words = problem_words(refused)
        if replaces:
            return await _asset(services, visitor, replaces, problem=words, status=refused.status_code)
        return await _library(services, visitor, AssetSearch(), problem=words, status=refused.status_code)
    return RedirectResponse(f"/assets/{made.id}" if replaces else "/assets", status_code=303)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise not_found("asset") from None


@router.get("/{asset_id}")
async def show(asset_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_team(visitor.caller)
    return await _asset(services, visitor, asset_id)


@router.post("/{asset_id}")
async def save(asset_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_editor(visitor.caller)
    typed = Typed.of(form)
    edit = edit_of(typed)
    if edit is None:
        return await _asset(services, visitor, asset_id, typed=typed, status=422)
    await library.edit_asset(asset_id, edit, services, visitor.caller)
    return RedirectResponse(f"/assets/{asset_id}", status_code=303)


@router.post("/{asset_id}/archive")
async def archive(asset_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    await library.archive_asset(asset_id, services, visitor.caller)
    return RedirectResponse(f"/assets/{asset_id}", status_code=303)


@router.post("/{asset_id}/restore")
async def restore(asset_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    await library.restore_asset(asset_id, services, visitor.caller)
    return RedirectResponse(f"/assets/{asset_id}", status_code=303)


async def _library(
    services: Services,
    visitor: Visitor,
    wanted: AssetSearch,
    *,
    problem: ProblemWords | None = None,
    status: int = 200,
) -> Response:
    page = wanted.model_copy(update={"limit": PER_PAGE})
    rows: list[Asset] = []
    found = Facets()
    try:
        rows, found = await library.find(services, visitor.caller, page.query())
    except ApiError as refused:
        problem, status = problem_words(refused), refused.status_code
    after = page.offset + PER_PAGE
    return render(
        "library.html",
        services.settings,
        visitor,
        status=status,
        search=wanted,
        tiles=[views.tile(row) for row in rows],
        groups=views.groups(wanted, found),
        total=found.total,
        first=page.offset + 1,
        older=views.address(wanted, offset=after) if after < found.total else None,
        newer=views.address(wanted, offset=max(0, page.offset - PER_PAGE)) if page.offset else None,
        archived=Link("Put away", views.address(wanted, archived=not wanted.archived), wanted.archived),
        problem=problem,
        limits=LIMITS,
    )


@dataclass(frozen=True, slots=True)
class Known:
    """One asset with all around it. `versions` are the newest first, with how often each is used."""

    asset: Asset
    versions: list[tuple[Asset, int]]
    uses: list[Use]
    brands: list[Brand]


async def _around(services: Services, visitor: Visitor, asset_id: UUID) -> Known:
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        asset = await assets.read(session, asset_id)
        if asset is None:
            raise not_found("file")
        found = {row.id: await asset_uses.uses(session, row.id) for row in await assets.versions(session, asset)}
        rows = await assets.read_many(session, set(found))
        return Known(
            asset=asset,
            versions=[(rows[version_id], len(uses)) for version_id, uses in found.items()],
            uses=found[asset_id],
            brands=await asset_uses.brands_with_logo(session, [asset_id]),
        )


async def _asset(
    services: Services,
    visitor: Visitor,
    asset_id: UUID,
    *,
    typed: Typed | None = None,
    problem: ProblemWords | None = None,
    status: int = 200,
) -> Response:
    known = await _around(services, visitor, asset_id)
    asset = known.asset
    return render(
        "asset.html",
        services.settings,
        visitor,
        status=status,
        asset=asset,
        tile=views.tile(asset),
        still=views.still_url(asset, views.WHOLE_PX),
        source=views.SOURCES[asset.source.value],
        soft=asset.width is not None and asset.width < views.SOFT_BELOW_PX,
        versions=[views.version(row, asset, uses) for row, uses in known.versions],
        newest=known.versions[0][0].id,
        uses=views.use_words(known.uses),
        brands=known.brands,
        typed=typed or Typed(views.first_values(asset)),
        labels=LABELS,
        problem=problem,
        limits=LIMITS,
    )
