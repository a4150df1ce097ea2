"""Making a prediction: which model, whether its input is allowed, which pictures it brings, who is to be called."""

import random
import re
import secrets
import string

from fastapi import APIRouter, Request
from pydantic import ValidationError

from simulator.faults import FaultName, Service
from simulator.media.http import Refused, base_url, json_object, shortened
from simulator.media.jobs import Asked, Ending, Webhook
from simulator.media.references import BadReference, keep, size_of
from simulator.media.settings import MediaKind
from simulator.media.world import MediaWorld
from simulator.replicate import catalogue, files
from simulator.replicate.catalogue import Model
from simulator.replicate.shapes import known_model, problem, shown
from simulator.store import Document

WEBHOOK_EVENTS = ["start", "completed"]
DEADLINE = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
LETTERS = string.ascii_lowercase + string.digits


def add(routes: APIRouter, world: MediaWorld) -> None:
    @routes.post("/predictions", status_code=201)
    async def create(request: Request) -> Document:
        body = await _body(request)
        named = str(body.get("version") or body.get("model") or "")
        path, _, version = named.rpartition(":")
        model = catalogue.find(path) if path else catalogue.find(named) or catalogue.find_version(named)
        if model is None or (path and version != model.version):
            detail = "The specified version does not exist (or perhaps you don't have permission to use it?)"
            raise problem(422, "Invalid version or not permitted", detail)
        return await _create(world, request, body, model, "hidden" if named == model.path else model.version)

    @routes.post("/models/{owner}/{name}/predictions", status_code=201)
    async def create_of_model(owner: str, name: str, request: Request) -> Document:
        body, model = await _body(request), known_model(owner, name)
        return await _create(world, request, body, model, "hidden")


async def _body(request: Request) -> Document:
    if (body := await json_object(request)) is None:
        raise problem(400, "Bad request", "The body must be a JSON object.")
    return body


async def _create(world: MediaWorld, request: Request, body: Document, model: Model, version: str) -> Document:
    world.jobs.count(Service.REPLICATE, "creates")
    wanted = _checked(model, body.get("input"))
    if world.faults.take(FaultName.NO_CREDIT, request.method, request.url.path):
        raise problem(402, "Insufficient credit", "You have insufficient credit to run this model. Add credit first.")
    names, trouble = await _references(world, wanted.pictures(), base_url(request))
    width, height = wanted.pixels(size_of(names[0], world.store.media) if names else None)
    given = body["input"]
    asked = Asked(
        service=Service.REPLICATE, model=model.path, version=version, kind=MediaKind.IMAGE, prompt=wanted.prompt,
        ratio=str(given.get("aspect_ratio", "default")), width=width, height=height,
        seed=random.getrandbits(31) if wanted.seed is None else wanted.seed,
        count=int(given.get("num_outputs", 1)), form=str(wanted.model_dump()["output_format"]), references=names,
        shown=shortened(given), base_url=base_url(request), webhook=_webhook(body),
    )  # fmt: skip
    job_id = "".join(secrets.choice(LETTERS) for _ in range(26))
    script = world.script(request.url.path)
    if trouble:
        script = script.model_copy(update={"ending": Ending.FAILED, "detail": trouble})
    return shown(world, world.create(job_id, asked, script, _deadline(request)))


def _checked(model: Model, given: object) -> catalogue.Input:
    if not isinstance(given, dict):
        raise _invalid([("input", "input is required")])
    try:
        return model.takes.model_validate(given)
    except ValidationError as refused:
        found = [("input." + ".".join(map(str, one["loc"])), one["msg"]) for one in refused.errors()]
        raise _invalid(found) from None


def _invalid(found: list[tuple[str, str]]) -> Refused:
    detail = "\n".join(f"- {field}: {text}" for field, text in found) + "\n"
    fields = [{"type": "validation", "field": field, "description": text} for field, text in found]
    return problem(422, "Input validation failed", detail, invalid_fields=fields)


async def _references(world: MediaWorld, uris: list[str], base: str) -> tuple[list[str], str | None]:
    """Names of the kept pictures, or why one cannot be used: the prediction then fails, as it does over there."""
    names = []
    for uri in uris:
        try:
            names.append(files.kept(world.store, uri, base) or await keep(uri, world.store.media))
        except BadReference as trouble:
            return [], f"The input image {trouble}."
    return names, None


def _webhook(body: Document) -> Webhook | None:
    if (url := body.get("webhook")) is None:
        return None
    # Over there HTTPS is a must; the simulator's world is one machine, where nothing has a certificate.
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise _invalid([("webhook", "must be a URL")])
    only = body.get("webhook_events_filter") or WEBHOOK_EVENTS
    if not isinstance(only, list):
        raise _invalid([("webhook_events_filter", "must be a list")])
    return Webhook(url=url, events=[event for event in WEBHOOK_EVENTS if event in only])


def _deadline(request: Request) -> float | None:
    found = DEADLINE.fullmatch(request.headers.get("cancel-after", ""))
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    return hours * 3600 + minutes * 60 + seconds or None
