"""Pictures: upload, list, look, download, archive."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Annotated
from urllib.parse import quote
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, File, Form, Header, Query, Response, UploadFile, status
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from api import pictures
from api.byte_ranges import wanted_range
from api.deps import CallerDep, EditorDep, ServicesDep, actor_of
from api.problems import ApiError, ProblemType, not_found
from api.responses import problems
from api.schemas.assets import AssetView
from api.services import Services
from models.tables.asset import Asset, AssetKind
from providers.storage.keys import asset_key
from providers.storage.protocol import ObjectMissing
from records import assets, audit
from records.access import Caller
from records.assets import AssetQuery

router = APIRouter(prefix="/assets", tags=["assets"])

# The picture and what multipart puts around it.
MAX_UPLOAD_BYTES = pictures.MAX_PICTURE_BYTES + 100_000
# The address never serves other bytes, but only to people of the workspace.
FOREVER = "private, max-age=31536000, immutable"
MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class AssetDetails:
    tags: list[str]
    category: str | None
    rights_until: datetime | None


def asset_details(
    tags: Annotated[list[str] | None, Form(max_length=20)] = None,
    category: Annotated[str | None, Form(max_length=60)] = None,
    rights_until: Annotated[AwareDatetime | None, Form(description="When the right to use it ends")] = None,
) -> AssetDetails:
    """What a person may say about a file when uploading it."""
    return AssetDetails(sorted({tag.strip() for tag in tags or [] if tag.strip()}), category or None, rights_until)


def asset_query(
    kind: AssetKind | None = None,
    tag: Annotated[list[str] | None, Query(max_length=20, description="All of these")] = None,
    filename: Annotated[str, Query(max_length=200, description="Part of the name, in any case")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> AssetQuery:
    return AssetQuery(kind=kind, tags=tuple(tag or ()), filename=filename, limit=limit, offset=offset)


@router.post(
    "",
    operation_id="upload_asset",
    status_code=status.HTTP_201_CREATED,
    form_limits={"max_files": 1, "max_fields": 40, "max_part_size": 10_000},
    responses={
        200: {"model": AssetView, "description": "These bytes were here already"},
        **problems(401, 403, 413, 415, 422, 503),
    },
)
async def upload_asset(
    file: Annotated[UploadFile, File(description="A JPEG or PNG picture of up to 30 MB")],
    services: ServicesDep,
    caller: EditorDep,
    response: Response,
    details: Annotated[AssetDetails, Depends(asset_details)],
) -> AssetView:
    """Upload a picture. Its content is its key: a repeat answers with the same asset and needs no Idempotency-Key."""
    picture = await pictures.inspect(file.file)
    key = asset_key(caller.workspace_id, picture.sha256, picture.ending)
    await services.storage.put_if_absent(key, file.file, picture.content_type)
    wanted = Asset(
        workspace_id=caller.workspace_id,
        kind=AssetKind.IMAGE,
        sha256=picture.sha256,
        content_type=picture.content_type,
        byte_size=picture.byte_size,
        width=picture.width,
        height=picture.height,
        filename=_plain_name(file.filename, picture.ending),
        storage_key=key,
        tags=details.tags,
        category=details.category,
        rights_until=details.rights_until,
    )
    asset, is_new = await _add(services, caller, wanted)
    if not is_new:
        response.status_code = status.HTTP_200_OK
    response.headers["Location"] = f"/api/v1/assets/{asset.id}"
    return AssetView.model_validate(asset)


async def _add(services: Services, caller: Caller, wanted: Asset) -> tuple[Asset, bool]:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        asset, is_new = await assets.add(session, wanted)
        await audit.record(session, _event(caller, asset.id, "upload_asset" if is_new else "upload_asset_again"))
        return asset, is_new


def _event(caller: Caller, asset_id: UUID, action: str) -> audit.AuditEntry:
    actor = actor_of(caller)
    return audit.AuditEntry(
        workspace_id=caller.workspace_id,
        command_id=str(uuid4()),
        actor_user_id=actor.user_id,
        actor_name=actor.name,
        channel=actor.channel,
        action=action,
        object_kind="asset",
        object_id=asset_id,
    )


def _plain_name(given: str | None, ending: str) -> str:
    """The last part of the name without control characters; browsers of old send whole paths."""
    name = "".join(letter for letter in PurePath((given or "").replace("\\", "/")).name if letter.isprintable())
    return name[:MAX_NAME] or f"picture.{ending}"


@router.get("", operation_id="list_assets", responses=problems(401, 422))
async def list_assets(
    services: ServicesDep, caller: CallerDep, query: Annotated[AssetQuery, Depends(asset_query)]
) -> list[AssetView]:
    """Not archived, newest first."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return [AssetView.model_validate(row) for row in await assets.search(session, query)]


@router.get("/{asset_id}", operation_id="get_asset", responses=problems(401, 404))
async def get_asset(asset_id: UUID, services: ServicesDep, caller: CallerDep) -> AssetView:
    """One asset; its file is at `content_url`."""
    return AssetView.model_validate(await _read(services, caller, asset_id))


@router.get(
    "/{asset_id}/content",
    operation_id="download_asset",
    response_class=Response,
    responses={
        200: {"description": "The file", "content": {"image/*": {}, "video/*": {}}},
        206: {"description": "The range asked for"},
        304: {"description": "You have it already"},
        **problems(401, 404, 416, 503),
    },
)
async def download_asset(
    asset_id: UUID,
    services: ServicesDep,
    caller: CallerDep,
    range_header: Annotated[str | None, Header(alias="Range")] = None,
    if_none_match: Annotated[str | None, Header(alias="If-None-Match")] = None,
) -> Response:
    """The file itself. It never changes, so it may be kept for ever."""
    asset = await _read(services, caller, asset_id)
    headers = {"ETag": f'"{asset.sha256}"', "Cache-Control": FOREVER, "Accept-Ranges": "bytes"}
    if if_none_match and headers["ETag"] in if_none_match:
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    wanted = wanted_range(range_header, asset.byte_size)
    first, last = wanted or (0, asset.byte_size - 1)
    headers["Content-Length"] = str(last - first + 1)
    headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(asset.filename)}"
    if wanted:
        headers["Content-Range"] = f"bytes {first}-{last}/{asset.byte_size}"
    chunks = (
        services.storage.stream(asset.storage_key, *wanted) if wanted else services.storage.stream(asset.storage_key)
    )
    return StreamingResponse(
        await _begun(chunks, asset.filename),
        status_code=status.HTTP_206_PARTIAL_CONTENT if wanted else status.HTTP_200_OK,
        media_type=asset.content_type,
        headers=headers,
    )


async def _begun(chunks: AsyncIterator[bytes], filename: str) -> AsyncIterator[bytes]:
    """With the first chunk in hand, so that a store that is down gets a problem and not a broken download."""
    try:
        first = await anext(chunks, b"")
    except ObjectMissing as error:
        raise ApiError(
            ProblemType.NOT_FOUND, f"The file of {filename!r} is gone from the object store. Upload it again."
        ) from error

    async def rest() -> AsyncIterator[bytes]:
        yield first
        async for chunk in chunks:
            yield chunk

    return rest()


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
        await audit.record(session, _event(caller, asset_id, "archive_asset"))


async def _read(services: Services, caller: Caller, asset_id: UUID) -> Asset:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        asset = await assets.read(session, asset_id)
    if asset is None:
        raise not_found("asset")
    return asset
