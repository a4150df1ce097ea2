"""Replicate's reply shapes: predictions, pages, models, files."""

import time

from simulator.media.gallery import urls
from simulator.media.http import Refused
from simulator.media.jobs import Ending, Job, State, stamp
from simulator.media.world import MediaWorld
from simulator.replicate import catalogue
from simulator.replicate.catalogue import Model, openapi_schema
from simulator.store import Document, Json

STATUSES = {
    State.QUEUED: "starting",
    State.RUNNING: "processing",
    State.SUCCEEDED: "succeeded",
    State.FAILED: "failed",
    State.CANCELLED: "canceled",
}
ERRORS = {
    Ending.NSFW: "NSFW content detected. Try running it again, or try a different prompt.",
    Ending.FAILED: "Prediction failed: E1000 unknown error. Please try again.",
}
STEPS = 20
RELEASED = "2026-01-15T09:00:00.000Z"


def problem(status: int, title: str, detail: str, **more: Json) -> Refused:
    return Refused(status, {"title": title, "detail": detail, "status": status, **more})


def not_found() -> Refused:
    return problem(404, "Not found", "The requested resource could not be found.")


def known_model(owner: str, name: str) -> Model:
    if (model := catalogue.find(f"{owner}/{name}")) is None:
        raise not_found()
    return model


def shown(world: MediaWorld, job: Job) -> Document:
    """The prediction as it stands now."""
    model = catalogue.find(job.model)
    return _prediction(job, many=model is not None and model.many, expired=world.jobs.expired(job))


def _prediction(job: Job, *, many: bool, expired: bool) -> Document:
    """`many`: the output is a list of links; `expired`: Replicate has deleted input, output and logs."""
    base, state = f"{job.base_url}/replicate", job.state()
    body: Document = {
        "id": job.id,
        "model": job.model,
        "version": job.version,
        "status": "aborted" if job.aborted else STATUSES[state],
        "input": {} if expired else job.shown,
        "output": None if expired else _output(job, state, many),
        "error": _error(job, state),
        "logs": "" if expired else _logs(job, state),
        "data_removed": expired,
        "source": "api",
        "created_at": stamp(job.created_at),
        "urls": {
            "get": f"{base}/v1/predictions/{job.id}",
            "cancel": f"{base}/v1/predictions/{job.id}/cancel",
            "web": f"{base}/p/{job.id}",
        },
    }
    if state is not State.QUEUED and not job.aborted and job.started_at <= (job.ended_at or job.started_at):
        body["started_at"] = stamp(job.started_at)
    if job.ended and job.ended_at is not None:
        body["completed_at"] = stamp(job.ended_at)
        worked = max(0.0, job.ended_at - job.started_at)
        body["metrics"] = {"predict_time": worked, "total_time": job.ended_at - job.created_at}
        if state is State.SUCCEEDED:
            body["metrics"]["image_count"] = job.delivered
    return body


def _output(job: Job, state: State, many: bool) -> Json:
    if state is not State.SUCCEEDED:
        return None
    links = urls(job)
    return links if many else links[0]


def _error(job: Job, state: State) -> str | None:
    if state is not State.FAILED or job.aborted:
        return None
    return job.script.detail or ERRORS.get(job.script.ending, "Prediction failed.")


def _logs(job: Job, state: State) -> str:
    """One line per step, as a progress bar in a terminal leaves them behind."""
    if state is State.QUEUED or job.aborted:
        return ""
    reached = job.ended_at if job.ended and job.ended_at is not None else time.time()
    share = job.progress(reached)
    lines = [f"Using seed: {job.seed}"]
    for step in range(int(share * STEPS) + 1):
        percent = step * 100 // STEPS
        bar = "█" * (percent // 10) or " "
        lines.append(f"{percent:3d}%|{bar:<10}| {step}/{STEPS} [00:00<00:00, 16.00it/s]")
    return "\n".join(lines)


def model_card(model: Model, base_url: str) -> Document:
    return {
        "url": f"{base_url}/replicate/{model.path}",
        "owner": model.owner,
        "name": model.name,
        "description": model.description,
        "visibility": "public",
        "github_url": None,
        "paper_url": None,
        "license_url": None,
        "run_count": 1000,
        "cover_image_url": None,
        "default_example": None,
        "latest_version": version_card(model),
    }


def version_card(model: Model) -> Document:
    schema = openapi_schema(model)
    return {"id": model.version, "created_at": RELEASED, "cog_version": "0.14.0", "openapi_schema": schema}
