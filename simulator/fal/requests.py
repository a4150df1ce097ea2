"""How a request of fal's queue reads: its status, its result, and the error that is the result of one that failed."""

import time

from simulator.media.gallery import TYPES, urls
from simulator.media.jobs import Ending, Job, State, stamp
from simulator.store import Document

PLACES = 5
STEPS = 20


def status(job: Job, *, logs: bool) -> Document:
    """There is no state for a failure: it is completed, and its error shows here or in the result."""
    body: Document = {"request_id": job.id, "response_url": url(job)}
    match job.state():
        case State.QUEUED:
            return body | {"status": "IN_QUEUE", "queue_position": place(job)}
        case State.RUNNING:
            return body | {"status": "IN_PROGRESS", "logs": _logs(job, time.time()) if logs else None}
        case _:
            end = job.ended_at or job.started_at
            body |= {"status": "COMPLETED", "logs": _logs(job, end) if logs else None}
            return body | {"metrics": {"inference_time": max(0.0, end - job.started_at)}} | _own_error(job)


def url(job: Job) -> str:
    app = "/".join(job.model.split("/")[:2])
    return f"{job.base_url}/fal/{app}/requests/{job.id}"


def place(job: Job) -> int:
    """In the queue, from 0; it falls as time passes."""
    return int(max(0.0, job.started_at - time.time()) / (job.queue_s or 1) * PLACES)


def result(job: Job) -> Document:
    (link,) = urls(job)
    return {"video": {"url": link, "content_type": TYPES["mp4"], "file_name": "output.mp4"}}


def failure(job: Job) -> tuple[int, Document, dict[str, str]]:
    """HTTP status, body and headers of what failed or was cancelled."""
    if job.state() is State.CANCELLED:
        return 499, _refusal("client_cancelled", "The request was cancelled."), {}
    if job.script.ending is Ending.TIMED_OUT:
        return 504, _refusal("timeout", "The request timed out."), {"x-fal-retryable": "true"}
    if issues := job.shown.get("issues"):
        return 422, {"detail": issues}, {"x-fal-retryable": "false"}
    if job.script.ending is Ending.NSFW:
        text = "The content could not be processed because it was flagged by a content checker."
        return 422, _detail(job.script.detail or "content_policy_violation", text), {"x-fal-retryable": "false"}
    broken = _detail(job.script.detail or "internal_server_error", "Internal server error")
    return 500, broken, {"x-fal-retryable": "true"}


def _own_error(job: Job) -> Document:
    """What the queue itself says; what the model says stands in the result only."""
    if job.state() is State.SUCCEEDED:
        return {}
    body = failure(job)[1]
    return {"error": body["detail"], "error_type": body["error_type"]} if "error_type" in body else {}


def _refusal(kind: str, text: str) -> Document:
    return {"detail": text, "error_type": kind}


def _detail(kind: str, text: str) -> Document:
    return {"detail": [{"loc": ["body", "prompt"], "msg": text, "type": kind}]}


def _logs(job: Job, until: float) -> list[Document]:
    done = int(job.progress(until) * STEPS)
    line = {"level": "INFO", "source": "USER", "timestamp": stamp(job.started_at)}
    return [line | {"message": _bar(step)} for step in range(done + 1)]


def _bar(step: int) -> str:
    return f"{step * 100 // STEPS:3d}%|{'#' * (step // 2 or 1)}| {step}/{STEPS}"
