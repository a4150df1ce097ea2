"""Jobs of the rendering services. Where a job stands follows from the clock, when it was made and its script alone."""

import time
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import BaseModel

from simulator.faults import Service
from simulator.media import settings
from simulator.media.settings import MediaKind
from simulator.store import Json, Store

KIND = "media_job"


class Ending(StrEnum):
    SUCCEEDED = "succeeded"
    NSFW = "nsfw"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    STUCK = "stuck"


class State(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Script(BaseModel):
    """What is going to happen to a job, fixed when it is made. `detail` is the vendor's code or words for a failure."""

    ending: Ending = Ending.SUCCEEDED
    detail: str | None = None
    flagged: int = 0
    throttled: bool = False
    forgotten: bool = False
    cancel_ignored: bool = False
    webhook_lost: bool = False
    webhook_twice: bool = False
    webhook_late: dict[str, float] = {}
    bad_signature: bool = False
    signature_age_s: float = 0


class Delivery(BaseModel):
    """One attempt to call a webhook; `status` is None where nobody answered."""

    event: str
    at: str
    status: int | None


class Webhook(BaseModel):
    url: str
    events: list[str]
    deliveries: list[Delivery] = []
    settled: list[str] = []


class Asked(BaseModel):
    """What a caller wants. `references` name kept pictures; `shown` is the input as the service repeats it."""

    service: Service
    model: str
    version: str = ""
    kind: MediaKind
    prompt: str
    ratio: str
    width: int
    height: int
    seed: int
    count: int = 1
    form: str = "png"
    duration_s: int = 5
    references: list[str] = []
    shown: Json = {}
    base_url: str
    webhook: Webhook | None = None


class Job(Asked):
    """Times are seconds since 1970. `cancelled_at` may lie ahead: the deadline that the caller has set."""

    id: str
    script: Script
    created_at: float
    queue_s: float
    render_s: float
    cancelled_at: float | None = None
    forgotten: bool = False

    @property
    def delivered(self) -> int:
        """How many files its end brings."""
        return max(0, self.count - self.script.flagged)

    @property
    def started_at(self) -> float:
        return self.created_at + self.queue_s

    @property
    def ended_at(self) -> float | None:
        """When it ends or has ended; None if nothing will end it."""
        natural = None if self.script.ending is Ending.STUCK else self.started_at + self.render_s
        if self.cancelled_at is None:
            return natural
        return self.cancelled_at if natural is None else min(natural, self.cancelled_at)

    def state(self, now: float | None = None) -> State:
        now = time.time() if now is None else now
        if self.ended_at is None or now < self.ended_at:
            return State.QUEUED if now < self.started_at else State.RUNNING
        if self.cancelled_at is not None and self.ended_at == self.cancelled_at:
            return State.CANCELLED
        return State.SUCCEEDED if self.script.ending is Ending.SUCCEEDED else State.FAILED

    @property
    def aborted(self) -> bool:
        """Replicate's word for a job whose deadline passed before it started."""
        never_began = self.service is Service.REPLICATE and self.script.ending is Ending.TIMED_OUT
        return never_began and self.state() is State.FAILED

    @property
    def ended(self) -> bool:
        return self.state() not in (State.QUEUED, State.RUNNING)

    def progress(self, at: float | None = None) -> float:
        """From 0 to 1 while it is at work; a job that is stuck comes to a halt at 0.9."""
        worked = max(0.0, (time.time() if at is None else at) - self.started_at)
        share = 1.0 if worked >= self.render_s else worked / self.render_s
        return min(share, 0.9) if self.script.ending is Ending.STUCK else share


class Jobs:
    def __init__(self, store: Store) -> None:
        self.store = store

    def add(self, job_id: str, asked: Asked, script: Script, deadline_s: float | None = None) -> Job:
        pace = settings.read(self.store, asked.service).pace(asked.kind)
        now, queue_s, render_s = time.time(), pace.queue_s, pace.render_s
        if script.flagged >= asked.count:
            script = script.model_copy(update={"ending": Ending.NSFW})
        if deadline_s is not None and deadline_s < queue_s:
            script = script.model_copy(update={"ending": Ending.TIMED_OUT})
            queue_s = deadline_s
        if script.ending is Ending.TIMED_OUT and asked.service is Service.REPLICATE:
            render_s = 0
        cancelled_at = None if deadline_s is None or deadline_s <= queue_s else now + deadline_s
        job = Job(
            id=job_id, script=script, created_at=now, queue_s=queue_s, render_s=render_s, cancelled_at=cancelled_at,
            forgotten=script.forgotten,
            **asked.model_dump(),
        )  # fmt: skip
        self.save(job)
        return job

    def save(self, job: Job) -> None:
        self.store.put(KIND, job.model_dump(mode="json"), account=job.service)

    def find(self, service: Service, job_id: str) -> Job | None:
        """None also for a job that its service has forgotten."""
        found = self.store.get(KIND, job_id)
        job = None if found is None else Job.model_validate(found)
        return job if job and job.service is service and not job.forgotten else None

    def every(self, service: Service) -> list[Job]:
        """All jobs ever made, oldest first, the forgotten ones too."""
        return [Job.model_validate(row) for row in self.store.all(KIND, account=service)]

    def cancel(self, job: Job) -> Job:
        """A job that has ended stays as it is."""
        if job.ended or job.script.cancel_ignored:
            return job
        return self._changed(job, cancelled_at=time.time())

    def finish(self, job: Job) -> Job:
        """Lets an open job end now, as its script says; one that was stuck succeeds."""
        if job.ended:
            return job
        ending = Ending.SUCCEEDED if job.script.ending is Ending.STUCK else job.script.ending
        waited = time.time() - job.created_at
        queue_s = min(job.queue_s, waited)
        script = job.script.model_copy(update={"ending": ending})
        return self._changed(job, script=script, queue_s=queue_s, render_s=waited - queue_s)

    def forget(self, job: Job) -> None:
        self._changed(job, forgotten=True)

    def expired(self, job: Job) -> bool:
        """Whether the service has deleted the job's files."""
        keep_s = settings.read(self.store, job.service).keep_s
        return job.ended and job.ended_at is not None and time.time() >= job.ended_at + keep_s

    def count(self, service: Service, what: str) -> None:
        self.store.record_request(service, "COUNT", what)

    def counts(self, service: Service) -> dict[str, int]:
        names = ("creates", "polls", "lists", "cancels", "downloads")
        counted = self.store.requests(service)
        return {name: counted.get(f"COUNT {name}", 0) for name in names}

    def _changed(self, job: Job, **update: object) -> Job:
        changed = job.model_copy(update=update)
        self.save(changed)
        return changed


def stamp(at: float) -> str:
    """The way these services write a time."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
