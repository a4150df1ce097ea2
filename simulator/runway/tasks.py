"""How a task reads, in each of its states with all the fields that Runway sends then."""

import time

from simulator.media.gallery import urls
from simulator.media.jobs import Ending, Job, State, stamp
from simulator.store import Document

CODES = {
    Ending.NSFW: ("SAFETY.INPUT.TEXT", "The input was flagged by the content moderation."),
    Ending.FAILED: ("INTERNAL.BAD_OUTPUT.CODE01", "The output was not good enough. Please try again."),
    Ending.TIMED_OUT: ("INTERNAL", "An unexpected error occurred."),
}


def read(job: Job) -> Document:
    state, credits = job.state(), int(job.shown["credits"])
    body: Document = {"id": job.id, "createdAt": stamp(job.created_at)}
    match state:
        case State.QUEUED:
            waiting = "THROTTLED" if job.script.throttled else "PENDING"
            return body | {"status": waiting, "estimatedCost": {"credits": credits}}
        case State.RUNNING:
            progress = round(job.progress(), 3)
            return body | {"status": "RUNNING", "progress": progress, "estimatedCost": {"credits": credits}}
        case State.SUCCEEDED:
            # Each reading gives links that live anew.
            links = urls(job, f"?issued={time.time() * 1000:.0f}")
            return body | {"status": "SUCCEEDED", "output": links, "cost": {"credits": credits}}
        case State.FAILED:
            code, text = CODES.get(job.script.ending, CODES[Ending.TIMED_OUT])
            code = job.script.detail or code
            return body | {"status": "FAILED", "failure": text, "failureCode": code, "cost": {"credits": 0}}
        case State.CANCELLED:
            # What was at work already is not refunded.
            began = job.ended_at is not None and job.ended_at > job.started_at
            return body | {"status": "CANCELLED", "cost": {"credits": credits if began else 0}}


def charged(job: Job) -> int:
    """Credits that it has cost so far."""
    return int(read(job).get("cost", {"credits": 0})["credits"])
