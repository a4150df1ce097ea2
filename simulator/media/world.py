"""What the handlers of the rendering services work with."""

from simulator.faults import FaultName, Faults, Service
from simulator.media.gallery import Gallery
from simulator.media.jobs import Asked, Job, Jobs, Script
from simulator.media.script import script_for
from simulator.media.webhooks import Courier
from simulator.store import Store


class MediaWorld:
    def __init__(self, store: Store, faults: Faults) -> None:
        self.store = store
        self.faults = faults
        self.jobs = Jobs(store)
        self.gallery = Gallery(self.jobs)
        self.courier = Courier(self.jobs)

    def script(self, path: str) -> Script:
        """The fate that the faults set for a POST to `path` give to a new job."""
        return script_for(self.faults, path)

    def create(self, job_id: str, asked: Asked, script: Script, deadline_s: float | None = None) -> Job:
        job = self.jobs.add(job_id, asked, script, deadline_s)
        self.courier.watch(job)
        return job

    def find(self, service: Service, job_id: str, method: str, path: str) -> Job | None:
        """None too where a fault makes the service forget the job just now."""
        job = self.jobs.find(service, job_id)
        if job and self.faults.take(FaultName.FORGOTTEN, method, path):
            self.jobs.forget(job)
            return None
        return job

    def cancel(self, job: Job) -> Job:
        cancelled = self.jobs.cancel(job)
        self.courier.end_moved()
        return cancelled

    def finish(self, job: Job) -> Job:
        finished = self.jobs.finish(job)
        self.courier.end_moved()
        return finished

    async def close(self) -> None:
        await self.courier.close()
        self.gallery.close()
