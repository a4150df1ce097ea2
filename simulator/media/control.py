"""Control of the simulated rendering services: pace, ending a job by hand, and the books."""

from collections import Counter

from fastapi import APIRouter, HTTPException

from simulator.faults import Service
from simulator.media import settings
from simulator.media.jobs import KIND, Job, stamp
from simulator.media.settings import SERVICES, MediaChange, MediaSettings
from simulator.media.world import MediaWorld
from simulator.store import Document


def router(world: MediaWorld) -> APIRouter:
    routes = APIRouter(prefix="/control/media")

    @routes.get("")
    async def read_settings() -> dict[str, MediaSettings]:
        return {service: settings.read(world.store, service) for service in SERVICES}

    @routes.post("")
    async def change_settings(wanted: MediaChange) -> dict[str, MediaSettings]:
        if wanted.service not in (None, *SERVICES):
            raise HTTPException(422, f"service must be one of {', '.join(SERVICES)}")
        settings.change(world.store, wanted)
        return await read_settings()

    @routes.delete("")
    async def reset_settings() -> dict[str, MediaSettings]:
        settings.reset(world.store)
        return await read_settings()

    @routes.post("/jobs/{job_id}/finish")
    async def finish_job(job_id: str) -> Document:
        if (found := world.store.get(KIND, job_id)) is None:
            raise HTTPException(404, f"No job has the id {job_id}; GET /control/media/books lists them.")
        return _row(world.finish(Job.model_validate(found)))

    @routes.get("/books")
    async def books() -> dict[str, Document]:
        return {service: _books(world, service) for service in SERVICES}

    return routes


def _books(world: MediaWorld, service: Service) -> Document:
    """`duplicates`: how many jobs repeat model and seed of an earlier one."""
    jobs = world.jobs.every(service)
    same = Counter((job.model, job.seed) for job in jobs)
    return {
        "jobs": [_row(job) for job in jobs],
        "counts": world.jobs.counts(service),
        "duplicates": sum(count - 1 for count in same.values()),
    }


def _row(job: Job) -> Document:
    calls = job.webhook.deliveries if job.webhook else []
    return {
        "id": job.id,
        "model": job.model,
        "seed": job.seed,
        "prompt": job.prompt,
        "created_at": stamp(job.created_at),
        "state": job.state(),
        "forgotten": job.forgotten,
        "webhook_deliveries": [call.model_dump() for call in calls],
    }
