"""Meta over HTTP: turns a web request into a Graph request, and serves the consent dialog and simulated files."""

import logging
import secrets
from io import BytesIO
from typing import Any

import httpx
from fastapi import APIRouter
from fastapi import Request as WebRequest
from PIL import Image
from starlette.datastructures import UploadFile
from starlette.responses import FileResponse, JSONResponse, Response

from simulator.meta import batch, dialog, graph
from simulator.meta.errors import GraphError, Refusal, invalid
from simulator.meta.world import API_VERSION, Request, Upload, World

log = logging.getLogger(__name__)
LARGEST_PART = 64 * 1024 * 1024
FETCH_TIMEOUT_S = 10.0


def router(world: World) -> APIRouter:
    routes = APIRouter()
    routes.include_router(dialog.router(world))

    @routes.get("/simulated/media/{digest}")
    async def media(digest: str) -> Response:
        path = world.store.media / digest
        return FileResponse(path) if digest.isalnum() and path.is_file() else Response(status_code=404)

    @routes.get("/simulated/thumbnails/{video_id}.png")
    async def thumbnail(video_id: str) -> Response:
        if world.store.get("video", video_id) is None:
            return Response(status_code=404)
        buffer = BytesIO()
        Image.new("RGB", (1080, 1080), f"#{int(video_id) % 0xFFFFFF:06x}").save(buffer, "PNG")
        return Response(buffer.getvalue(), media_type="image/png")

    @routes.api_route("/v{version}/{path:path}", methods=["GET", "POST", "DELETE"])
    async def call_graph(version: str, path: str, web: WebRequest) -> Response:
        try:
            if f"v{version}" != API_VERSION:
                raise GraphError(Refusal.VERSION, version=version)
            request = await _read(web, path.strip("/"))
            return _answer(world, request)
        except GraphError as refused:
            error = refused
        except Exception:
            # As Meta answers what its validation did not foresee, such as a text where an object belongs.
            log.exception("unforeseen request: %s %s", web.method, web.url.path)
            error = GraphError(Refusal.INTERNAL)
        return JSONResponse(error.body(secrets.token_urlsafe(12)), status_code=error.entry.status)

    return routes


def _answer(world: World, request: Request) -> Response:
    if request.path == "" and request.method == "POST" and "batch" in request.params:
        return JSONResponse(batch.run(world, request, _for_batch))
    reply = graph.handle(world, request)
    return JSONResponse(reply.body, status_code=reply.status, headers=reply.headers)


def _for_batch(world: World, request: Request) -> tuple[int, Any, dict[str, str]]:
    reply = graph.handle(world, request)
    return reply.status, reply.body, reply.headers


async def _read(web: WebRequest, path: str) -> Request:
    """Query, form, multipart and JSON bodies all mean the same parameters."""
    params: dict[str, Any] = dict(web.query_params)
    files: list[Upload] = []
    if web.headers.get("content-type", "").startswith("application/json"):
        try:
            params |= dict(await web.json())
        except (ValueError, TypeError):
            raise invalid("body", "must be a JSON object") from None
    elif web.method != "GET":
        async with web.form(max_part_size=LARGEST_PART) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files.append(Upload(value.filename or name, await value.read()))
                else:
                    params[name] = value
    scheme, _, token = web.headers.get("authorization", "").partition(" ")
    if token and scheme.lower() in ("bearer", "oauth"):
        params.setdefault("access_token", token)
    for gone in ("date_format", "ids"):
        if gone in params:
            raise invalid(gone, "was removed in v26.0")
    if path.endswith("/advideos") and params.get("file_url"):
        files.append(await _fetch(str(params["file_url"])))
    return Request(web.method, path, params, tuple(files), str(web.base_url).rstrip("/"), web.url.path)


async def _fetch(url: str) -> Upload:
    try:
        async with httpx.AsyncClient(timeout=FETCH_TIMEOUT_S, follow_redirects=True) as client:
            reply = await client.get(url)
            reply.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL):
        raise GraphError(Refusal.VIDEO_UNREACHABLE, "file_url") from None
    return Upload(httpx.URL(url).path.rpartition("/")[2] or "video.mp4", reply.content)
