"""Renders per second through workflow, records and files, beside a workflow of the same shape that does nothing."""

import asyncio
import time
from datetime import timedelta
from uuid import UUID, uuid4

from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from bench.bare_render import BareRender, Listener
from bench.installation import BenchFailed
from bench.render_worker import BARE_QUEUES, NAMESPACE, OUR_QUEUES
from bench.timing import Pair, Work, rates
from models.contracts.rendering import RenderRef, RenderRun
from models.domain.states import Ratio, RenderKind
from models.tables.render import RenderJob
from records.database import Database
from settings import Settings
from workflows.ids import campaign_workflow_id, render_workflow_id
from workflows.render import RenderJobWorkflow
from workflows.temporal_client import connect

RENDERS = 180
AT_ONCE = 12
PATIENCE_S = 30.0


async def make_namespace(temporal: Client) -> None:
    """Where the workers of the measurement are alone, although queues have the names of the installation's."""
    kept = Duration()
    kept.FromTimedelta(timedelta(days=1))
    service = temporal.workflow_service
    try:
        await service.register_namespace(
            RegisterNamespaceRequest(namespace=NAMESPACE, workflow_execution_retention_period=kept)
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            await service.describe_namespace(DescribeNamespaceRequest(namespace=NAMESPACE))
            return
        except RPCError as error:
            if time.monotonic() > deadline:
                raise BenchFailed(f"The namespace {NAMESPACE}: {error}") from error
            await asyncio.sleep(0.5)


async def measure(settings: Settings, database: Database, workspace_id: UUID, campaign_id: UUID) -> Pair:
    """Both workers serve the same namespace on the same server; renders and bare ones are done in turn."""
    client = await connect(settings.temporal_address, NAMESPACE)
    nobody = uuid4()
    for campaign, queue in ((campaign_id, OUR_QUEUES[0]), (nobody, BARE_QUEUES[0])):
        await client.start_workflow(
            Listener.run,
            id=campaign_workflow_id(campaign),
            task_queue=queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
    wanted = await _written_down(database, workspace_id, campaign_id)
    ours = [_render(client, ref) for ref in wanted]
    bare = [_bare(client, ref.model_copy(update={"campaign_id": nobody})) for ref in wanted]
    return await rates("renders, beside two no-op activities and a signal", ours, bare, at_once=AT_ONCE)


async def _written_down(database: Database, workspace_id: UUID, campaign_id: UUID) -> list[RenderRef]:
    jobs = [
        RenderJob(
            workspace_id=workspace_id,
            campaign_id=campaign_id,
            concept_key="bench",
            items=[],
            kind=RenderKind.IMAGE,
            ratio=Ratio.SQUARE,
            model="replicate/flux-schnell",
            prompt="Nothing",
        )
        for _ in range(RENDERS)
    ]
    refs = [RenderRef(workspace_id=workspace_id, campaign_id=campaign_id, render_id=job.id) for job in jobs]
    async with database.workspace_transaction(workspace_id) as session:
        session.add_all(jobs)
    return refs


def _render(client: Client, ref: RenderRef) -> Work:
    async def work() -> None:
        run, queue = RenderRun(ref=ref), OUR_QUEUES[0]
        await client.execute_workflow(
            RenderJobWorkflow.run, run, id=render_workflow_id(ref.render_id), task_queue=queue
        )

    return work


def _bare(client: Client, ref: RenderRef) -> Work:
    async def work() -> None:
        run, queue = RenderRun(ref=ref), BARE_QUEUES[0]
        await client.execute_workflow(BareRender.run, run, id=f"bare-{ref.render_id}", task_queue=queue)

    return work
