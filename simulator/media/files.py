"""Serves the files of finished jobs to anybody who has the link, as the vendors' delivery hosts do."""

import time
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from simulator.faults import Fault, FaultName, Service
from simulator.media.gallery import TYPES
from simulator.media.jobs import Job, State
from simulator.media.settings import SERVICES, read
from simulator.media.world import MediaWorld

PAGE = "<!doctype html><html><body><h1>This file cannot be shown</h1></body></html>"


def router(world: MediaWorld) -> APIRouter:
    routes = APIRouter()

    @routes.api_route("/{service}/delivery/{job_id}/out-{index}.{form}", methods=["GET", "HEAD"])
    async def deliver(service: str, job_id: str, index: int, form: str, request: Request) -> Response:
        job = world.jobs.find(Service(service), job_id) if service in SERVICES else None
        if request.method == "GET" and job:
            world.jobs.count(job.service, "downloads")
        made = job is not None and 0 <= index < job.delivered and form == job.form
        if job is None or not made or not _available(world, job, request):
            return _gone()
        return await _file(world, job, index, request)

    return routes


def _available(world: MediaWorld, job: Job, request: Request) -> bool:
    if job.state() is not State.SUCCEEDED:
        return False
    if (issued := request.query_params.get("issued", "")).isdigit():
        return time.time() * 1000 < int(issued) + 1000 * read(world.store, job.service).keep_s
    if world.jobs.expired(job):
        world.gallery.drop(job)
        return False
    return True


async def _file(world: MediaWorld, job: Job, index: int, request: Request) -> Response:
    def strikes(name: FaultName) -> Fault | None:
        return world.faults.take(name, request.method, request.url.path) if request.method == "GET" else None

    if strikes(FaultName.EXPIRED_LINK):
        return _gone()
    if fault := strikes(FaultName.WRONG_TYPE):
        return Response(PAGE, media_type=str(fault.params.get("content_type", TYPES[job.form])))
    path = await world.gallery.file(job, index, blank=strikes(FaultName.BLANK_FILE) is not None)
    if strikes(FaultName.TRUNCATED_FILE):
        return _Truncated(path, TYPES[job.form])
    return FileResponse(path, media_type=TYPES[job.form])


def _gone() -> Response:
    return PlainTextResponse("Not found", status_code=404)


class _Truncated(Response):
    """Promises the whole file and ends in the middle: the server then closes the connection."""

    def __init__(self, path: Path, media_type: str) -> None:
        content = path.read_bytes()
        super().__init__(content, media_type=media_type)
        self._half = content[: len(content) // 2]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (ASGI's own shape)
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self._half, "more_body": True})
