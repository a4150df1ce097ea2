"""fal's queue over HTTP: submit, status, result, cancel, and the public key of its webhooks."""

import random
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.responses import Response

from simulator.fal import pika, requests, signing
from simulator.faults import FaultName, Service
from simulator.media.http import Refused, ServiceRoute, base_url, json_object
from simulator.media.jobs import Asked, Ending, Job, State, Webhook
from simulator.media.references import BadReference, keep, size_of
from simulator.media.settings import MediaKind
from simulator.media.world import MediaWorld
from simulator.store import Document

ENDED = "completed"


def router(world: MediaWorld) -> APIRouter:
    """Its queue is http://host:port/fal/, its keys are at /fal/.well-known/jwks.json."""
    world.courier.teach(Service.FAL, lambda job, _: signing.call(world.store, job))
    routes = APIRouter(prefix="/fal", route_class=ServiceRoute)

    @routes.get("/.well-known/jwks.json")
    async def keys() -> Document:
        return signing.key_set(world.store)

    guarded = APIRouter(route_class=ServiceRoute, dependencies=[Depends(_Caller(world))])
    for model in pika.TAKES:
        _add_submitting(guarded, world, model)
    _add_requests(guarded, world)
    routes.include_router(guarded)
    return routes


class _Caller:
    """Checks the key."""

    def __init__(self, world: MediaWorld) -> None:
        self._world = world

    async def __call__(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        expired = self._world.faults.take(FaultName.EXPIRED_TOKEN, request.method, request.url.path)
        if scheme != "Key" or not all(key.partition(":")) or expired:
            raise Refused(401, {"detail": "Authentication is required to access this application."})


def _add_submitting(routes: APIRouter, world: MediaWorld, model: str) -> None:
    @routes.post(f"/{model}", name=model)
    async def submit(request: Request) -> Document:
        world.jobs.count(Service.FAL, "creates")
        if world.faults.take(FaultName.NO_CREDIT, request.method, request.url.path):
            text = "User is locked. Reason: Exhausted balance. Top up your balance to continue."
            raise Refused(403, {"detail": text})
        if (body := await json_object(request)) is None:
            raise Refused(422, {"detail": [{"loc": ["body"], "msg": "must be a JSON object", "type": "json_invalid"}]})
        job = await _create(world, request, model, body)
        url = requests.url(job)
        return {
            "request_id": job.id, "gateway_request_id": job.id, "status": "IN_QUEUE", "response_url": url,
            "queue_position": requests.place(job), "status_url": f"{url}/status", "cancel_url": f"{url}/cancel",
        }  # fmt: skip


async def _create(world: MediaWorld, request: Request, model: str, body: Document) -> Job:
    """Takes every input; one that the model refuses makes a job that fails."""
    script, names, issues = world.script(request.url.path), [], []
    wanted: pika.Video = pika.TextToVideo(prompt=str(body.get("prompt")))
    try:
        wanted = pika.TAKES[model].model_validate(body)
        names = [await keep(uri, world.store.media) for uri in wanted.pictures()]
    except ValidationError as refused:
        issues = pika.issues(refused)
    except BadReference as trouble:
        issues = [{"loc": ["body", "image_url"], "msg": f"The image {trouble}.", "type": "file_download_error"}]
    if issues:
        script = script.model_copy(update={"ending": Ending.FAILED})
    width, height = pika.pixels(wanted, size_of(names[0], world.store.media) if names else None)
    hook = request.query_params.get("fal_webhook")
    asked = Asked(
        service=Service.FAL, model=model, kind=MediaKind.VIDEO, prompt=wanted.prompt, form="mp4",
        ratio=f"{width}:{height}", width=width, height=height, duration_s=wanted.duration,
        seed=random.getrandbits(31) if wanted.seed is None else wanted.seed, references=names, shown={"issues": issues},
        base_url=base_url(request), webhook=Webhook(url=hook, events=[ENDED]) if hook else None,
    )  # fmt: skip
    return world.create(str(uuid4()), asked, script)


def _add_requests(routes: APIRouter, world: MediaWorld) -> None:
    def known(request: Request, app: str, job_id: str) -> Job:
        job = world.find(Service.FAL, job_id, request.method, request.url.path)
        if job is None or app != pika.APP:
            raise Refused(404, {"detail": "Request not found.", "status": "NOT_FOUND"})
        return job

    @routes.get("/{owner}/{app}/requests/{job_id}/status")
    async def status(owner: str, app: str, job_id: str, request: Request) -> Document:
        world.jobs.count(Service.FAL, "polls")
        logs = request.query_params.get("logs", "").lower() in ("1", "true")
        return requests.status(known(request, f"{owner}/{app}", job_id), logs=logs)

    @routes.get("/{owner}/{app}/requests/{job_id}")
    async def result(owner: str, app: str, job_id: str, request: Request) -> Response:
        return _result(known(request, f"{owner}/{app}", job_id))

    @routes.put("/{owner}/{app}/requests/{job_id}/cancel")
    async def cancel(owner: str, app: str, job_id: str, request: Request) -> Response:
        world.jobs.count(Service.FAL, "cancels")
        job = known(request, f"{owner}/{app}", job_id)
        if job.ended:
            return JSONResponse({"status": "ALREADY_COMPLETED"}, status_code=400)
        world.cancel(job)
        return JSONResponse({"status": "CANCELLATION_REQUESTED"}, status_code=202)


def _result(job: Job) -> Response:
    if not job.ended:
        return JSONResponse({"detail": "Request is still in progress"}, status_code=400)
    if job.state() is State.SUCCEEDED:
        return JSONResponse(requests.result(job))
    status, body, headers = requests.failure(job)
    return JSONResponse(body, status_code=status, headers=headers)
