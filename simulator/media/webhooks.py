"""Calls callers' webhooks when their jobs start and end, again where nobody said 2xx, and after a restart too."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import httpx

from simulator.faults import Service
from simulator.media.jobs import Delivery, Job, Jobs, stamp

RETRY_WAITS_S = (0.2, 0.5, 1.0)
ANSWER_WITHIN_S = 5.0


@dataclass(frozen=True)
class Call:
    """A signed body, ready to be sent."""

    body: bytes
    headers: Mapping[str, str]


Writer = Callable[[Job, str], Call]


class Courier:
    """One task per job and event; each waits until its moment has come, which a cancel may bring forward."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._writers: dict[Service, Writer] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._moved = asyncio.Event()
        self._client = httpx.AsyncClient(timeout=ANSWER_WITHIN_S, trust_env=False)

    def teach(self, service: Service, writer: Writer) -> None:
        """How this service writes and signs a call."""
        self._writers[service] = writer

    def resume(self) -> None:
        for service in self._writers:
            for job in self._jobs.every(service):
                self.watch(job)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def watch(self, job: Job) -> None:
        """Sees to all calls that this job still owes."""
        if job.webhook is None or job.script.webhook_lost or job.forgotten:
            return
        for event in _without(job.webhook.events, job.webhook.settled):
            task = asyncio.create_task(self._run(job.service, job.id, event))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def end_moved(self) -> None:
        """Must be told when some job's end has moved; every task then looks again."""
        self._moved.set()
        self._moved = asyncio.Event()

    async def _run(self, service: Service, job_id: str, event: str) -> None:
        while (job := self._jobs.find(service, job_id)) and not _void(job, event):
            due = _due(job, event)
            if due is None or due > time.time():
                await self._wait(None if due is None else due - time.time())
                continue
            for _ in range(2 if job.script.webhook_twice else 1):
                await self._deliver(job, event)
            return

    async def _wait(self, seconds: float | None) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._moved.wait(), seconds)

    async def _deliver(self, job: Job, event: str) -> None:
        """Each attempt is signed anew; the last one settles the matter, whatever came of it."""
        for wait_s in (*RETRY_WAITS_S, None):
            status = await self._post(job, event)
            welcome = status is not None and 200 <= status < 300
            self._note(job, Delivery(event=event, at=stamp(time.time()), status=status), welcome or wait_s is None)
            if welcome or wait_s is None:
                return
            await asyncio.sleep(wait_s)

    async def _post(self, job: Job, event: str) -> int | None:
        if job.webhook is None:
            return None
        call = self._writers[job.service](job, event)
        headers = {"content-type": "application/json", **call.headers}
        try:
            reply = await self._client.post(job.webhook.url, content=call.body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
        return reply.status_code

    def _note(self, job: Job, delivery: Delivery, settled: bool) -> None:
        latest = self._jobs.find(job.service, job.id)
        if latest is None or latest.webhook is None:
            return
        latest.webhook.deliveries.append(delivery)
        if settled:
            latest.webhook.settled = sorted({*latest.webhook.settled, delivery.event})
        self._jobs.save(latest)


def _without(events: Iterable[str], settled: Iterable[str]) -> list[str]:
    done = set(settled)
    return [event for event in events if event not in done]


def _void(job: Job, event: str) -> bool:
    """Nobody is told of a start that a cancel prevented, nor anything of a job that was aborted before its start."""
    unstarted = job.ended and job.ended_at is not None and job.ended_at < job.started_at
    return job.aborted or (event == "start" and unstarted)


def _due(job: Job, event: str) -> float | None:
    at = job.started_at if event == "start" else job.ended_at
    return None if at is None else at + job.script.webhook_late.get(event, 0.0)
