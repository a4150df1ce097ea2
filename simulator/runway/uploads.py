"""Runway's uploads: a place is asked for, the file is sent there as a form, and its runway:// address names it."""

from uuid import uuid4

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from simulator.media.http import Refused, base_url, json_object
from simulator.media.references import BadReference, keep_bytes
from simulator.runway.rules import invalid
from simulator.store import Document, Store

KIND = "runway_upload"
LARGEST = 200 * 1024 * 1024


def add(routes: APIRouter, store: Store) -> None:
    @routes.post("/uploads")
    async def create(request: Request) -> Document:
        body = await json_object(request) or {}
        if not body.get("filename") or body.get("type") != "ephemeral":
            raise invalid(
                [{"code": "invalid_value", "path": ["filename"], "message": "filename and type are required"}]
            )
        upload_id = str(uuid4())
        store.put(KIND, {"id": upload_id, "name": None})
        url = f"{base_url(request)}/runway/upload-target/{upload_id}"
        return {"uploadUrl": url, "fields": {"key": upload_id}, "runwayUri": f"runway://{upload_id}"}


def add_target(routes: APIRouter, store: Store) -> None:
    """Where the file itself goes, without a key."""

    @routes.post("/upload-target/{upload_id}", status_code=204)
    async def receive(upload_id: str, request: Request) -> Response:
        async with request.form(max_part_size=LARGEST) as form:
            file = form.get("file")
            if store.get(KIND, upload_id) is None or form.get("key") != upload_id or not isinstance(file, UploadFile):
                raise Refused(403, {"error": "This upload is not allowed."})
            try:
                name = keep_bytes(await file.read(), store.media)
            except BadReference as trouble:
                raise Refused(400, {"error": f"The file {trouble}."}) from None
        store.put(KIND, {"id": upload_id, "name": name})
        return Response(status_code=204)


def kept(store: Store, uri: str) -> str | None:
    """The kept picture that a runway:// address means; None for other links.

    Raises:
        BadReference: nothing was uploaded there.
    """
    if not uri.startswith("runway://"):
        return None
    found = store.get(KIND, uri.removeprefix("runway://"))
    if found is None or found["name"] is None:
        raise BadReference("was never uploaded")
    return str(found["name"])
