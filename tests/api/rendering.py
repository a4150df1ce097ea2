"""Renders behind the API: a row and its workflow, and calls that are really signed by a simulated provider."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle

from models.contracts.rendering import RenderRef, RenderRun, RenderSeen
from models.domain.states import Ratio, RenderKind
from models.tables.render import RenderJob
from providers.media.catalogue import entry
from providers.media.registry import MediaProviders
from records.database import Database
from tests.api.campaigns import Campaign
from tests.providers.ads.meta.wire_stub import reply, wire_stub
from tests.providers.media.requests import World, asking
from workflows import policies
from workflows.ids import render_workflow_id
from workflows.render import RenderJobWorkflow

SIGNALLED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
PICTURE, FILM = "replicate/flux-schnell", "fal/pika-text"


@dataclass(frozen=True)
class Render:
    """One that somebody watches, without a campaign's asking for it."""

    id: UUID
    handle: WorkflowHandle[RenderJobWorkflow, RenderSeen]

    async def events(self) -> list[EventType.ValueType]:
        return [event.event_type async for event in self.handle.fetch_history_events()]

    async def signals(self, least: int = 1) -> int:
        """How many came, once that many did: Temporal writes them down only between two steps of the workflow."""
        deadline = time.monotonic() + 20
        while (found := (await self.events()).count(SIGNALLED)) < least:
            assert time.monotonic() < deadline, f"{found} of {least} signals came"
            await asyncio.sleep(0.05)
        return found


async def started(client: Client, records: Database, campaign: Campaign, model: str = PICTURE) -> Render:
    job = await wanted(records, campaign, model)
    ref = RenderRef(workspace_id=job.workspace_id, campaign_id=job.campaign_id, render_id=job.id)
    handle = await client.start_workflow(
        RenderJobWorkflow.run,
        RenderRun(ref=ref),
        id=render_workflow_id(job.id),
        task_queue=policies.QUEUE_CAMPAIGNS,
    )
    return Render(job.id, handle)


async def wanted(records: Database, campaign: Campaign, model: str = PICTURE, **more: Any) -> RenderJob:  # noqa: ANN401 - any column
    """A row alone, in any state; nobody works on it."""
    kind = entry(model).kind
    values = {
        "concept_key": "evening",
        "items": ["evening.en"],
        "ratio": Ratio.VERTICAL if kind is RenderKind.VIDEO else Ratio.SQUARE,
        "prompt": f"A brass lamp at dusk, {uuid4().hex}",
        **more,
    }
    workspace_id = campaign.member.workspace_id
    job = RenderJob(workspace_id=workspace_id, campaign_id=UUID(campaign.id), kind=kind, model=model, **values)
    async with records.workspace_transaction(workspace_id) as session:
        session.add(job)
    return job


@dataclass(frozen=True)
class Call:
    """What a provider sent, byte for byte."""

    provider: str
    headers: dict[str, str]
    body: bytes

    async def sent_to(self, http: httpx.AsyncClient, address: str, **changes: bytes) -> httpx.Response:
        return await http.post(address, content=changes.get("body", self.body), headers=self.headers)


async def real_call(provider: str, providers: MediaProviders, world: World) -> Call:
    """A job is made and finished, and its provider's call is caught on its way."""
    async with wire_stub(reply({}), reply({})) as stub:
        job = await providers.provider(provider).render(asking(provider, webhook_url=f"{stub.url}/hook"))
        world.finish(job.provider_job_id)
        await asyncio.wait_for(stub.arrived.wait(), 10)
    head, _, body = stub.requests[0].partition(b"\r\n\r\n")
    lines = (line.partition(": ") for line in head.decode().split("\r\n")[1:])
    dropped = ("host", "content-length", "connection")
    return Call(provider, {name: value for name, _, value in lines if name.lower() not in dropped}, body)
