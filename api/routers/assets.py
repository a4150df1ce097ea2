"""The asset library: upload, search, look, download, edit, archive."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Query, Response, UploadFile, status
from pydantic import AwareDatetime, ValidationError

from api.auditing import entry
from api.delivering import Wish, deliver
from api.deps import CallerDep, EditorDep, ServicesDep
from api.field_errors import invalid
from api.problems import ApiError, ProblemType, not_found
from api.responses import Responses, problems
from api.schemas.assets import (
    AssetDetails,
    AssetEdit,
    AssetPage,
    AssetSearch,
    AssetUses,
    AssetView,
    FacetsView,
    LogoUse,
    UseView,
)
from api.services import Services
from api.storing import add_asset, store_file
from api.visibility import require_team
from imaging.inspecting import MAX_PICTURE_BYTES
from models.tables.asset import Asset
from records import asset_search, asset_uses, assets, audit
from records.access import Caller
from records.asset_search import AssetQuery, BadPattern

router = APIRouter(prefix="/assets", tags=["assets"])

# The file and what multipart puts around it. Larger ones come in parts.
MAX_UPLOAD_BYTES = MAX_PICTURE_BYTES + 100_000
DOWNLOAD: Responses = {
    200: {"description": "The file", "content": {"image/*": {}, "video/*": {}}},
    304: {"description": "You have it already"},
    307: {"description": "It is served by the store at this address for an hour"},
}


def asset_details(
    tags: Annotated[list[str] | None, Form(max_length=20)] = None,
    category: Annotated[str | None, Form(max_length=60)] = None,
    rights_until: Annotated[AwareDatetime | None, Form(description="When the right to use it ends")] = None,
    replaces: Annotated[UUID | None, Form(description="The asset whose next version this is")] = None,
) -> AssetDetails:
    """What a person may say about a file when uploading it."""
    named = [tag for tag in tags or [] if tag.strip()]
    try:
        return AssetDetails(tags=named, category=category or None, rights_until=rights_until, replaces=replaces)
    except ValidationError as error:
        raise invalid(error.errors()) from error


@router.post(
    "",
    operation_id="upload_asset",
    status_code=status.HTTP_201_CREATED,
    form_limits={"max_files": 1, "max_fields": 40, "max_part_size": 10_000},
    responses={
        200: {"model": AssetView, "description": "These bytes were here already"},
        **problems(401, 403, 409, 413, 415, 422, 503),
    },
)
async def upload_asset(
    file: Annotated[UploadFile, File(description="A JPEG or PNG picture or an MP4 or MOV video of up to 30 MB")],
    services: ServicesDep,
    caller: EditorDep,
    response: Response,
    details: Annotated[AssetDetails, Depends(asset_details)],
) -> AssetView:
    """Upload a file; larger videos go to /uploads. Its content is its key: a repeat answers with the same asset and
    needs no Idempotency-Key."""
    stored = await store_file(services, caller, file.file)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        asset, is_new = await add_asset(session, caller, stored, file.filename, details)
    if not is_new:
        response.status_code = status.HTTP_200_OK
    response.headers["Location"] = f"/api/v1/assets/{asset.id}"
    return AssetView.model_validate(asset)


@router.get("", operation_id="list_assets", responses=problems(401, 422))
async def list_assets(services: ServicesDep, caller: CallerDep, wanted: Annotated[AssetSearch, Query()]) -> AssetPage:
    """Newest first; of several versions the newest. What was put away is left out unless asked for."""
    rows, found = await find(services, caller, wanted.query())
    return AssetPage(
        items=[AssetView.model_validate(row) for row in rows],
        total=found.total,
        limit=wanted.limit,
        offset=wanted.offset,
        facets=FacetsView.model_validate(found),
    )


async def find(services: Services, caller: Caller, query: AssetQuery) -> tuple[list[Asset], asset_search.Facets]:
    """Raises ApiError `invalid` for a file name pattern that cannot be used."""
    try:
        async with services.database.workspace_transaction(caller.workspace_id) as session:
            return await asset_search.search(session, query), await asset_search.facets(session, query)
    except BadPattern as error:
        raise ApiError(ProblemType.INVALID, str(error)) from error


@router.get("/{asset_id}", operation_id="get_asset", responses=problems(401, 404))
async def get_asset(asset_id: UUID, services: ServicesDep, caller: CallerDep) -> AssetView:
    """One asset; its file is at `content_url`."""
    return AssetView.model_validate(await _read(services, caller, asset_id))


@router.patch("/{asset_id}", operation_id="edit_asset", responses=problems(401, 403, 404, 422))
async def edit_asset(asset_id: UUID, body: AssetEdit, services: ServicesDep, caller: EditorDep) -> AssetView:
    """Change what is known about an asset. Its file never changes; upload a new version for that."""
    wanted: assets.AssetChanges = body.model_dump(exclude_unset=True)  # type: ignore[assignment]
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        edited = await assets.edit(session, asset_id, wanted)
        if edited is None:
            raise not_found("asset")
        if edited.after:
            about = ("asset", asset_id)
            await audit.record(session, entry(caller, "edit_asset", about, before=edited.before, after=edited.after))
    return AssetView.model_validate(edited.asset)


@router.get("/{asset_id}/versions", operation_id="list_asset_versions", responses=problems(401, 404))
async def list_asset_versions(asset_id: UUID, services: ServicesDep, caller: CallerDep) -> list[AssetView]:
    """The newest first, this one among them. What uses an older version keeps it."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        asset = await assets.read(session, asset_id)
        if asset is None:
            raise not_found("asset")
        return [AssetView.model_validate(row) for row in await assets.versions(session, asset)]


@router.get("/{asset_id}/uses", operation_id="list_asset_uses", responses=problems(401, 403, 404))
async def list_asset_uses(asset_id: UUID, services: ServicesDep, caller: CallerDep) -> AssetUses:
    """Campaigns whose brief or items name it in their working or submitted version, and brands whose logo it is."""
    require_team(caller)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        if await assets.read(session, asset_id) is None:
            raise not_found("asset")
        found = await asset_uses.uses(session, asset_id)
        brands = await asset_uses.brands_with_logo(session, [asset_id])
    return AssetUses(
        campaigns=[UseView.model_validate(use) for use in found],
        brands=[LogoUse.model_validate(brand) for brand in brands],
    )


@router.get(
    "/{asset_id}/content",
    operation_id="download_asset",
    response_class=Response,
    responses={**DOWNLOAD, 206: {"description": "The range asked for"}, **problems(401, 404, 416, 503)},
)
async def download_asset(
    asset_id: UUID, services: ServicesDep, caller: CallerDep, wish: Annotated[Wish, Depends()]
) -> Response:
    """The file itself. It never changes, so it may be kept for ever."""
    return await deliver(services, await _read(services, caller, asset_id), wish)


@router.head(
    "/{asset_id}/content",
    operation_id="look_at_asset_content",
    response_class=Response,
    responses={**DOWNLOAD, **problems(401, 404)},
)
async def look_at_asset_content(
    asset_id: UUID, services: ServicesDep, caller: CallerDep, wish: Annotated[Wish, Depends()]
) -> Response:
    """Length, type and hash of the file without the file."""
    return await deliver(services, await _read(services, caller, asset_id), wish, head=True)


@router.delete(
    "/{asset_id}",
    operation_id="archive_asset",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(401, 403, 404),
)
async def archive_asset(asset_id: UUID, services: ServicesDep, caller: EditorDep) -> None:
    """Hide it from the library. What uses it keeps it; uploading it again brings it back."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        if not await assets.archive(session, asset_id):
            raise not_found("asset")
        await audit.record(session, entry(caller, "archive_asset", ("asset", asset_id)))


@router.post("/{asset_id}/restore", operation_id="restore_asset", responses=problems(401, 403, 404))
async def restore_asset(asset_id: UUID, services: ServicesDep, caller: EditorDep) -> AssetView:
    """Show an archived asset in the library again."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        if not await assets.restore(session, asset_id):
            raise not_found("asset")
        await audit.record(session, entry(caller, "restore_asset", ("asset", asset_id)))
    return AssetView.model_validate(await _read(services, caller, asset_id))


async def _read(services: Services, caller: Caller, asset_id: UUID) -> Asset:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        asset = await assets.read(session, asset_id)
    if asset is None:
        raise not_found("asset")
    return asset
