"""Files in as many requests as the line allows: the core of the tus protocol 1.0.0, so that any client of it works.

Its creation, expiration and termination are there too; see https://tus.io/protocols/resumable-upload.
"""

import base64
import binascii
from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response, status
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from api.deps import EditorDep, ServicesDep
from api.errors import TRANSLATED, translate
from api.field_errors import invalid
from api.problems import ApiError, ProblemType
from api.receiving import Desk
from api.responses import problems
from api.schemas.assets import AssetDetails, UploadView
from api.storing import plain_name
from imaging.inspecting import MAX_VIDEO_BYTES
from models.tables.asset import Upload

PREFIX = "/uploads"
VERSION = "1.0.0"
RESUMABLE = {"Tus-Resumable": VERSION}
OFFSET_STREAM = "application/offset+octet-stream"
# One request may bring the whole file.
MAX_CHUNK_BYTES = MAX_VIDEO_BYTES


def refuse_other_bodies(request: Request) -> None:
    """Before anything reads them: a form or JSON would be read as a whole, and far too much is let in here for that."""
    if request.method == "PATCH" and request.headers.get("Content-Type", "").partition(";")[0] != OFFSET_STREAM:
        raise ApiError(ProblemType.UNSUPPORTED_MEDIA_TYPE, f"Send the bytes as Content-Type: {OFFSET_STREAM}.")


class TusRoute(APIRoute):
    """Every answer names the protocol's version, refusals too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_with_version(request: Request) -> Response:
            try:
                refuse_other_bodies(request)
                response = await handle(request)
            except TRANSLATED as error:
                refusal: HTTPException = translate(error)
                refusal.headers = {**(refusal.headers or {}), **RESUMABLE}
                raise refusal from error
            response.headers.update(RESUMABLE)
            return response

        return handle_with_version


router = APIRouter(prefix=PREFIX, tags=["assets"], route_class=TusRoute)


def speaks_tus(
    version: Annotated[str | None, Header(alias="Tus-Resumable", description="Always 1.0.0")] = None,
) -> None:
    if version != VERSION:
        raise ApiError(
            ProblemType.VERSION_MISMATCH,
            f"Send the header Tus-Resumable: {VERSION}; no other version of the protocol is spoken here.",
            headers={"Tus-Version": VERSION},
        )


Tus = Depends(speaks_tus)


def get_desk(services: ServicesDep, caller: EditorDep) -> Desk:
    return Desk(services, caller)


DeskDep = Annotated[Desk, Depends(get_desk)]


@router.options(
    "", operation_id="describe_uploads", status_code=status.HTTP_204_NO_CONTENT, responses=problems(401, 403)
)
async def describe_uploads(_: EditorDep) -> Response:
    """What of tus is spoken here."""
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": "creation,expiration,termination",
        "Tus-Max-Size": str(MAX_VIDEO_BYTES),
    }
    return Response(status_code=status.HTTP_204_NO_CONTENT, headers=headers)


@router.post(
    "",
    operation_id="begin_upload",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Tus],
    responses=problems(400, 401, 403, 412, 413, 422, 503),
)
async def begin_upload(
    desk: DeskDep,
    length: Annotated[int, Header(alias="Upload-Length", ge=1)],
    metadata: Annotated[
        str,
        Header(
            alias="Upload-Metadata",
            max_length=8_000,
            description="`filename`, `tags` (with commas), `category`, `rights_until` and `replaces`, each in base64",
        ),
    ] = "",
) -> Response:
    """Announce a file; then send it to the address in Location. It is kept for 24 hours until it is whole."""
    if length > MAX_VIDEO_BYTES:
        raise ApiError(ProblemType.TOO_LARGE, f"Files may have up to {MAX_VIDEO_BYTES // 1_000_000} MB.")
    said = _metadata(metadata)
    upload = await desk.begin(plain_name(said.get("filename"), "bin"), length, _details(said))
    headers = {"Location": f"/api/v1{PREFIX}/{upload.id}", **_state(upload)}
    return Response(status_code=status.HTTP_201_CREATED, headers=headers)


@router.head(
    "/{upload_id}",
    operation_id="look_at_upload_offset",
    dependencies=[Tus],
    responses=problems(401, 403, 404, 412),
)
async def look_at_upload_offset(upload_id: UUID, desk: DeskDep) -> Response:
    """Where to go on: Upload-Offset bytes are safely stored."""
    return Response(headers={**_state(await desk.read(upload_id)), "Cache-Control": "no-store"})


@router.get("/{upload_id}", operation_id="get_upload", responses=problems(401, 403, 404))
async def get_upload(upload_id: UUID, desk: DeskDep) -> UploadView:
    """How far it is, and the asset that came of it."""
    return UploadView.model_validate(await desk.read(upload_id))


@router.patch(
    "/{upload_id}",
    operation_id="continue_upload",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Tus],
    openapi_extra={"requestBody": {"required": True, "content": {OFFSET_STREAM: {}}}},
    responses=problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 503),
)
async def continue_upload(
    upload_id: UUID,
    request: Request,
    desk: DeskDep,
    offset: Annotated[int, Header(alias="Upload-Offset", ge=0)],
) -> Response:
    """Send what follows, as much as you like. With the last byte the file is checked and becomes an asset."""
    upload = await desk.receive(upload_id, offset, request.stream())
    return Response(status_code=status.HTTP_204_NO_CONTENT, headers=_state(upload))


@router.delete(
    "/{upload_id}",
    operation_id="drop_upload",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Tus],
    responses=problems(401, 403, 404, 412, 503),
)
async def drop_upload(upload_id: UUID, desk: DeskDep) -> Response:
    """Give it up and free what was stored. An asset that came of it stays."""
    await desk.remove(upload_id)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _state(upload: Upload) -> dict[str, str]:
    return {
        "Upload-Offset": str(upload.received),
        "Upload-Length": str(upload.byte_size),
        "Upload-Expires": upload.expires_at.strftime("%a, %d %b %Y %H:%M:%S GMT"),
    }


def _metadata(header: str) -> Mapping[str, str]:
    """Pairs of a name and its value in base64, with commas between them."""
    found = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        name, _, value = pair.partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ApiError(
                ProblemType.BAD_REQUEST, f"{name} in Upload-Metadata is not UTF-8 text in base64. Encode it so."
            ) from error
    return found


def _details(said: Mapping[str, str]) -> AssetDetails:
    known: dict[str, Any] = {name: said[name] for name in ("category", "rights_until", "replaces") if said.get(name)}
    known["tags"] = [tag for tag in said.get("tags", "").split(",") if tag.strip()]
    try:
        return AssetDetails.model_validate(known)
    except ValidationError as error:
        raise invalid(error.errors()) from error
