"""Renders on real servers: a campaign's row in Postgres, and render workflows of its own started beside it."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlmodel import col, select
from temporalio.client import Client, WorkflowHandle

from models.contracts.rendering import RenderRef, RenderRun, RenderSeen
from models.domain.states import Ratio, RenderKind
from models.tables.ai_usage import AiUsage
from models.tables.asset import Asset
from models.tables.render import RenderAttempt, RenderJob, RenderOutput
from records import ai_usage
from records.renders import jobs
from tests.office import Office
from tests.records.campaigns.desk import Desk
from workflows import policies
from workflows.ids import render_workflow_id
from workflows.render import RenderJobWorkflow

PATIENCE_S = 90
PICTURE, VIDEO, PIKA = "replicate/flux-schnell", "runway/gen4_turbo", "fal/pika-image"


@dataclass
class RenderDesk:
    client: Client
    office: Office
    campaign_id: UUID
    control: httpx.Client

    async def wanted(self, model: str = PICTURE, kind: RenderKind = RenderKind.IMAGE, **more: Any) -> "RenderRunning":  # noqa: ANN401
        """A render that is written down; nobody works on it yet. Its prompt tells it from all others."""
        job = RenderJob(
            workspace_id=self.office.workspace_id,
            campaign_id=self.campaign_id,
            concept_key="evening",
            items=["evening.en"],
            kind=kind,
            ratio=more.pop("ratio", Ratio.VERTICAL if kind is RenderKind.VIDEO else Ratio.SQUARE),
            model=model,
            prompt=more.pop("prompt", f"A brass lamp at dusk, {uuid4().hex}"),
            **more,
        )
        async with self.office.db.workspace_transaction(self.office.workspace_id) as session:
            session.add(job)
        return RenderRunning(self, job.id, job.prompt)

    async def started(self, model: str = PICTURE, kind: RenderKind = RenderKind.IMAGE, **more: Any) -> "RenderRunning":  # noqa: ANN401
        render = await self.wanted(model, kind, **more)
        await render.start()
        return render

    def fault(self, service: str, name: str, **more: object) -> str:
        made = self.control.post("/faults", json={"service": service, "name": name, **more})
        made.raise_for_status()
        return str(made.json()["id"])

    def clear_faults(self) -> None:
        self.control.delete("/faults").raise_for_status()

    def pace(self, **wanted: object) -> None:
        self.control.post("/media", json=wanted).raise_for_status()

    async def spent(self) -> int:
        async with self.office.db.workspace_transaction(self.office.workspace_id) as session:
            return await ai_usage.spent_this_month(session, self.office.workspace_id)

    async def bills(self) -> list[AiUsage]:
        async with self.office.db.workspace_transaction(self.office.workspace_id) as session:
            return list(await session.scalars(select(AiUsage).order_by(col(AiUsage.at))))


@dataclass
class RenderRunning:
    desk: RenderDesk
    id: UUID
    prompt: str

    @property
    def ref(self) -> RenderRef:
        office = self.desk.office
        return RenderRef(workspace_id=office.workspace_id, campaign_id=self.desk.campaign_id, render_id=self.id)

    @property
    def handle(self) -> WorkflowHandle[RenderJobWorkflow, RenderSeen]:
        return self.desk.client.get_workflow_handle_for(RenderJobWorkflow.run, render_workflow_id(self.id))

    async def start(self) -> None:
        await self.desk.client.start_workflow(
            RenderJobWorkflow.run,
            RenderRun(ref=self.ref),
            id=render_workflow_id(self.id),
            task_queue=policies.QUEUE_CAMPAIGNS,
        )

    async def ended(self) -> RenderJob:
        async with asyncio.timeout(PATIENCE_S):
            await self.handle.result()
        return await self.job()

    async def job(self) -> RenderJob:
        async with self.desk.office.db.workspace_transaction(self.desk.office.workspace_id) as session:
            return (await jobs.read(session, self.ref))[0]

    async def until(self, holds: Callable[[RenderJob], bool]) -> RenderJob:
        deadline = time.monotonic() + PATIENCE_S
        while not holds(job := await self.job()):
            assert time.monotonic() < deadline, f"It never came to that; last seen: {job}"
            await asyncio.sleep(0.05)
        return job

    async def cancel(self) -> RenderSeen:
        """As the campaign does it: the wish is recorded, and the workflow is told to look."""
        async with self.desk.office.db.workspace_transaction(self.desk.office.workspace_id) as session:
            seen = await jobs.ask_to_cancel(session, self.id)
        await self.handle.signal(RenderJobWorkflow.look, 0)
        return seen

    async def attempts(self) -> list[RenderAttempt]:
        query = select(RenderAttempt).where(RenderAttempt.render_job_id == self.id).order_by(col(RenderAttempt.number))
        async with self.desk.office.db.workspace_transaction(self.desk.office.workspace_id) as session:
            return list(await session.scalars(query))

    async def assets(self) -> list[Asset]:
        query = select(Asset).join(RenderOutput, col(RenderOutput.asset_id) == col(Asset.id))
        query = query.where(RenderOutput.render_job_id == self.id).order_by(col(RenderOutput.position))
        async with self.desk.office.db.workspace_transaction(self.desk.office.workspace_id) as session:
            return list(await session.scalars(query))

    def submits(self) -> list[dict[str, Any]]:
        """What the provider's own books say was ever made for this render, oldest first."""
        books = self.desk.control.get("/media/books").json()
        made = [job for service in books.values() for job in service["jobs"] if job["prompt"] == self.prompt]
        return sorted(made, key=lambda job: str(job["created_at"]))


async def open_desk(client: Client, office: Office, control: httpx.Client) -> RenderDesk:
    desk = Desk(office)
    await desk.create()
    return RenderDesk(client, office, desk.campaign_id, control)
