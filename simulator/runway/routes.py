"""Runway's HTTP interface under /v1: three ways to make a task, reading and deleting it, uploads, the organization."""

import random
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from simulator.faults import FaultName, Service
from simulator.media.http import Refused, ServiceRoute, base_url, json_object
from simulator.media.jobs import Asked, Ending, Job
from simulator.media.references import BadReference, keep
from simulator.media.settings import MediaKind
from simulator.media.world import MediaWorld
from simulator.runway import tasks, uploads
from simulator.runway.rules import TAKES, Task, checked
from simulator.store import Document

API_VERSION = "2024-11-06"
CREDITS = 100_000


def router(world: MediaWorld) -> APIRouter:
    """Its base URL is http://host:port/runway."""
    routes = APIRouter(prefix="/runway", route_class=ServiceRoute)
    uploads.add_target(routes, world.store)
    guarded = APIRouter(prefix="/v1", route_class=ServiceRoute, dependencies=[Depends(_Caller(world))])
    for endpoint in TAKES:
        _add_creating(guarded, world, endpoint)
    uploads.add(guarded, world.store)
    _add_tasks(guarded, world)
    _add_organization(guarded, world)
    routes.include_router(guarded)
    return routes


class _Caller:
    """Checks key and version."""

    def __init__(self, world: MediaWorld) -> None:
        self._world = world

    async def __call__(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        expired = self._world.faults.take(FaultName.EXPIRED_TOKEN, request.method, request.url.path)
        if scheme.lower() != "bearer" or not key.startswith("key_") or expired:
            raise Refused(401, {"error": "The API key is not valid."})
        if request.headers.get("x-runway-version") != API_VERSION:
            raise Refused(400, {"error": f"The header X-Runway-Version must be {API_VERSION}."})


def _add_creating(routes: APIRouter, world: MediaWorld, endpoint: str) -> None:
    @routes.post(f"/{endpoint}", name=endpoint)
    async def create(request: Request) -> Document:
        world.jobs.count(Service.RUNWAY, "creates")
        task = checked(endpoint, await json_object(request) or {})
        if world.faults.take(FaultName.NO_CREDIT, request.method, request.url.path):
            raise Refused(400, {"error": "You do not have enough credits to run this task."})
        job = await _create(world, request, task)
        return {"id": job.id, "estimatedCost": {"credits": task.credits()}}


async def _create(world: MediaWorld, request: Request, task: Task) -> Job:
    script, names = world.script(request.url.path), []
    try:
        for uri in task.pictures():
            names.append(uploads.kept(world.store, uri) or await keep(uri, world.store.media))
    except BadReference:
        script = script.model_copy(update={"ending": Ending.FAILED, "detail": "ASSET.INVALID"})
    width, height = map(int, task.ratio.split(":"))
    asked = Asked(
        service=Service.RUNWAY, model=task.model, kind=MediaKind.VIDEO if task.video else MediaKind.IMAGE,
        prompt=task.promptText or "", ratio=task.ratio, width=width, height=height,
        seed=random.getrandbits(32) if task.seed is None else task.seed, form="mp4" if task.video else "png",
        duration_s=task.duration, references=names, shown={"credits": task.credits()}, base_url=base_url(request),
    )  # fmt: skip
    return world.create(str(uuid4()), asked, script)


def _add_tasks(routes: APIRouter, world: MediaWorld) -> None:
    def known(task_id: str, request: Request) -> Job:
        if (job := world.find(Service.RUNWAY, task_id, request.method, request.url.path)) is None:
            raise Refused(404, {"error": "The requested task was not found."})
        return job

    @routes.get("/tasks/{task_id}")
    async def get(task_id: str, request: Request) -> Document:
        world.jobs.count(Service.RUNWAY, "polls")
        return tasks.read(known(task_id, request))

    @routes.delete("/tasks/{task_id}", status_code=204)
    async def delete(task_id: str, request: Request) -> Response:
        """Cancels what is open, and makes what has ended unknown."""
        world.jobs.count(Service.RUNWAY, "cancels")
        job = known(task_id, request)
        if job.ended:
            world.jobs.forget(job)
        else:
            world.cancel(job)
        return Response(status_code=204)


def _add_organization(routes: APIRouter, world: MediaWorld) -> None:
    @routes.get("/organization")
    async def organization() -> Document:
        jobs = world.jobs.every(Service.RUNWAY)
        models = sorted({name for models in TAKES.values() for name in models})
        limits = {name: {"maxConcurrentGenerations": 20, "maxDailyGenerations": 25_000} for name in models}
        used = {name: {"dailyGenerations": sum(job.model == name for job in jobs)} for name in models}
        spent = sum(tasks.charged(job) for job in jobs)
        tier = {"maxMonthlyCreditSpend": 10_000_000, "models": limits}
        return {"creditBalance": CREDITS - spent, "tier": tier, "usage": {"models": used}}
