"""Replicate's files: pictures that are uploaded first and then named by their link in an input."""

import hashlib
import time
from secrets import token_hex

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from simulator.media.http import base_url
from simulator.media.jobs import stamp
from simulator.media.references import BadReference, keep_bytes
from simulator.replicate.shapes import not_found, problem
from simulator.store import Document, Store

KIND = "replicate_file"
LIFE_S = 24 * 3600.0
LARGEST = 100 * 1024 * 1024


def add(routes: APIRouter, store: Store) -> None:
    def known(file_id: str) -> Document:
        if (found := store.get(KIND, file_id)) is None:
            raise not_found()
        return found

    @routes.post("/files", status_code=201)
    async def create(request: Request) -> Document:
        async with request.form(max_part_size=LARGEST) as form:
            content = form.get("content")
            if not isinstance(content, UploadFile):
                raise problem(400, "Bad request", "The form has no file named content.")
            document = _keep(store, content, await content.read(), base_url(request))
        return _shown(document)

    @routes.get("/files")
    async def list_files() -> Document:
        found = [_shown(document) for document in reversed(store.all(KIND))]
        return {"next": None, "previous": None, "results": found}

    @routes.get("/files/{file_id}")
    async def get(file_id: str) -> Document:
        return _shown(known(file_id))

    @routes.delete("/files/{file_id}", status_code=204)
    async def delete(file_id: str) -> Response:
        store.remove(known(file_id)["id"])
        return Response(status_code=204)


def kept(store: Store, uri: str, base: str) -> str | None:
    """The kept picture that a link to an uploaded file means; None for other links."""
    start = f"{base}/replicate/v1/files/"
    if not uri.startswith(start):
        return None
    if (found := store.get(KIND, uri.removeprefix(start))) is None:
        raise BadReference("was uploaded too long ago or never")
    return str(found["_name"])


def _keep(store: Store, upload: UploadFile, content: bytes, base: str) -> Document:
    try:
        name = keep_bytes(content, store.media)
    except BadReference as trouble:
        raise problem(400, "Bad request", f"The file {trouble}.") from None
    now, digest = time.time(), hashlib.sha256(content).hexdigest()
    file_id = token_hex(16)
    document = {
        "id": file_id, "name": upload.filename or "file", "size": len(content), "etag": digest[:32],
        "content_type": upload.content_type or "application/octet-stream", "checksums": {"sha256": digest},
        "metadata": {}, "created_at": stamp(now), "expires_at": stamp(now + LIFE_S),
        "urls": {"get": f"{base}/replicate/v1/files/{file_id}"}, "_name": name,
    }  # fmt: skip
    store.put(KIND, document)
    return document


def _shown(document: Document) -> Document:
    return {key: value for key, value in document.items() if not key.startswith("_")}
