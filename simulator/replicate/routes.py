"""Replicate's HTTP interface under /v1: predictions, models, files, account and the secret of webhooks."""

import base64
import time
from datetime import datetime

from fastapi import APIRouter, Depends, Request

from simulator.faults import FaultName, Service
from simulator.media.http import ServiceRoute, base_url
from simulator.media.jobs import Job
from simulator.media.world import MediaWorld
from simulator.replicate import creating, files
from simulator.replicate.shapes import known_model, model_card, not_found, problem, shown, version_card
from simulator.replicate.signing import secret, writer
from simulator.store import Document

PAGE = 100


def router(world: MediaWorld) -> APIRouter:
    """Its base URL is http://host:port/replicate."""
    world.courier.teach(Service.REPLICATE, writer(world.store, lambda job: shown(world, job)))
    routes = APIRouter(prefix="/replicate/v1", route_class=ServiceRoute, dependencies=[Depends(_Caller(world))])
    creating.add(routes, world)
    files.add(routes, world.store)
    _add_predictions(routes, world)
    _add_catalogue(routes)
    _add_account(routes, world)
    return routes


class _Caller:
    """Checks the token."""

    def __init__(self, world: MediaWorld) -> None:
        self._world = world

    async def __call__(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        expired = self._world.faults.take(FaultName.EXPIRED_TOKEN, request.method, request.url.path)
        if scheme.lower() != "bearer" or not key.startswith("r8_") or expired:
            raise problem(401, "Unauthenticated", "You did not pass a valid authentication token")


def _add_predictions(routes: APIRouter, world: MediaWorld) -> None:
    def known(job_id: str, request: Request) -> Job:
        if (job := world.find(Service.REPLICATE, job_id, request.method, request.url.path)) is None:
            raise not_found()
        return job

    @routes.get("/predictions/{job_id}")
    async def get(job_id: str, request: Request) -> Document:
        world.jobs.count(Service.REPLICATE, "polls")
        return shown(world, known(job_id, request))

    @routes.post("/predictions/{job_id}/cancel")
    async def cancel(job_id: str, request: Request) -> Document:
        world.jobs.count(Service.REPLICATE, "cancels")
        return shown(world, world.cancel(known(job_id, request)))

    @routes.get("/predictions")
    async def list_predictions(request: Request) -> Document:
        world.jobs.count(Service.REPLICATE, "lists")
        after = _moment(request, "created_after", 0.0)
        before = _moment(request, "created_before", time.time())
        jobs = [job for job in reversed(world.jobs.every(Service.REPLICATE)) if not job.forgotten]
        return _page(world, [job for job in jobs if after <= job.created_at <= before], request)


def _moment(request: Request, name: str, default: float) -> float:
    if not (given := request.query_params.get(name)):
        return default
    try:
        return datetime.fromisoformat(given).timestamp()
    except ValueError:
        raise problem(400, "Bad request", f"{name} must be a time in ISO 8601.") from None


def _page(world: MediaWorld, newest: list[Job], request: Request) -> Document:
    """The cursor names the last prediction of the page before, so that new ones shift nothing."""
    if cursor := request.query_params.get("cursor"):
        places = [place for place, job in enumerate(newest) if _cursor(job) == cursor]
        if not places:
            raise problem(400, "Bad request", "The cursor is not valid.")
        newest = newest[places[0] + 1 :]
    page = newest[:PAGE]
    following = None
    if len(newest) > PAGE:
        following = str(request.url.include_query_params(cursor=_cursor(page[-1])))
    return {"next": following, "previous": None, "results": [shown(world, job) for job in page]}


def _cursor(job: Job) -> str:
    return base64.urlsafe_b64encode(job.id.encode()).decode().rstrip("=")


def _add_catalogue(routes: APIRouter) -> None:
    @routes.get("/models/{owner}/{name}")
    async def get_model(owner: str, name: str, request: Request) -> Document:
        return model_card(known_model(owner, name), base_url(request))

    @routes.get("/models/{owner}/{name}/versions")
    async def list_versions(owner: str, name: str) -> Document:
        return {"next": None, "previous": None, "results": [version_card(known_model(owner, name))]}

    @routes.get("/models/{owner}/{name}/versions/{version}")
    async def get_version(owner: str, name: str, version: str) -> Document:
        model = known_model(owner, name)
        if model.version != version:
            raise not_found()
        return version_card(model)


def _add_account(routes: APIRouter, world: MediaWorld) -> None:
    @routes.get("/account")
    async def account() -> Document:
        return {"type": "organization", "username": "simulated", "name": "Simulated", "github_url": None}

    @routes.get("/webhooks/default/secret")
    async def webhook_secret() -> Document:
        return {"key": secret(world.store)}
