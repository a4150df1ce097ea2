"""Commands per second through API, workflow and records, beside updates of a workflow that does nothing."""

from uuid import uuid4

import httpx
from temporalio.client import Client, WorkflowHandle

from bench.bare_worker import QUEUE, BareWorkflow
from bench.timing import Pair, Work, rates

CAMPAIGNS = 8
COMMANDS = 240


async def measure(api: httpx.AsyncClient, temporal: Client) -> Pair:
    """Each campaign takes its commands one after another, as its lock demands; eight campaigns at once."""
    paths = [await _campaign(api) for _ in range(CAMPAIGNS)]
    handles = [
        await temporal.start_workflow(BareWorkflow.run, id=f"bare-{uuid4()}", task_queue=QUEUE)
        for _ in range(CAMPAIGNS)
    ]
    ours = [_rename(api, paths[n % CAMPAIGNS], n) for n in range(COMMANDS)]
    bare = [_update(handles[n % CAMPAIGNS], n) for n in range(COMMANDS)]
    pair = await rates("campaign commands, beside no-op updates", ours, bare, at_once=CAMPAIGNS)
    for handle in handles:
        await handle.signal(BareWorkflow.end)
    return pair


async def _campaign(api: httpx.AsyncClient) -> str:
    reply = await api.post(
        "/api/v1/campaigns", json={"brief": {"name": "Bench"}}, headers={"Idempotency-Key": uuid4().hex}
    )
    reply.raise_for_status()
    return str(reply.headers["Location"])


def _rename(api: httpx.AsyncClient, path: str, number: int) -> Work:
    async def work() -> None:
        reply = await api.post(f"{path}/rename", json={"name": f"Bench {number}"})
        reply.raise_for_status()

    return work


def _update(handle: "WorkflowHandle[BareWorkflow, None]", number: int) -> Work:
    async def work() -> None:
        await handle.execute_update(BareWorkflow.command, f"Bench {number}")

    return work
