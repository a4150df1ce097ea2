"""A what-if is carried through run by run, and its row hears how it ended, whatever ends it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from models.contracts.evidence import WhatIfEnded, WhatIfProgress, WhatIfRef
from models.domain.states import WhatIfState
from worker import sandbox
from workflows import policies
from workflows.ids import what_if_workflow_id
from workflows.what_if import CANCELLED, WhatIfWorkflow

IN_ALL = 12


@dataclass
class Steps:
    """`fails`: for good, at the second part. `hangs`: until it is cancelled."""

    fails: bool = False
    hangs: bool = False
    runs: int = 0
    done: list[str] = field(default_factory=list)
    ended: WhatIfEnded | None = None
    hanging: asyncio.Event = field(default_factory=asyncio.Event)

    def _now(self, state: WhatIfState = WhatIfState.WORKING) -> WhatIfProgress:
        return WhatIfProgress(state=state, runs=self.runs, runs_in_all=IN_ALL, more=self.runs < IN_ALL)

    @activity.defn
    async def begin_what_if(self, _: WhatIfRef) -> WhatIfProgress:
        self.done.append("begin")
        return self._now()

    @activity.defn
    async def replay_runs(self, _: WhatIfRef) -> WhatIfProgress:
        self.done.append("replay")
        if self.fails and self.runs:
            raise ApplicationError("There is no such engine.", non_retryable=True)
        while self.hangs:
            self.hanging.set()
            activity.heartbeat()
            await asyncio.sleep(0.05)
        self.runs += 5
        return self._now()

    @activity.defn
    async def finish_what_if(self, _: WhatIfRef) -> WhatIfProgress:
        self.done.append("finish")
        return self._now(WhatIfState.DONE)

    @activity.defn
    async def end_what_if(self, ended: WhatIfEnded) -> WhatIfProgress:
        self.ended = ended
        return self._now(WhatIfState.FAILED)


@asynccontextmanager
async def serving(client: Client, steps: Steps) -> AsyncIterator[None]:
    own = [steps.begin_what_if, steps.replay_runs, steps.finish_what_if, steps.end_what_if]
    async with (
        Worker(client, task_queue=policies.QUEUE_CAMPAIGNS, workflows=[WhatIfWorkflow], workflow_runner=sandbox()),
        Worker(client, task_queue=policies.QUEUE_OPTIMIZER, activities=own),
    ):
        yield


async def begin(client: Client) -> WorkflowHandle[WhatIfWorkflow, WhatIfProgress]:
    ref = WhatIfRef(workspace_id=uuid4(), what_if_id=uuid4())
    return await client.start_workflow(
        WhatIfWorkflow.run, ref, id=what_if_workflow_id(ref.what_if_id), task_queue=policies.QUEUE_CAMPAIGNS
    )


async def test_it_goes_on_until_every_run_is_replayed(second_client: Client) -> None:
    steps = Steps()
    async with serving(second_client, steps):
        done = await (await begin(second_client)).result()

    assert steps.done == ["begin", "replay", "replay", "replay", "finish"]
    assert (done.state, steps.ended) == (WhatIfState.DONE, None)


async def test_what_ends_it_is_told_in_words(second_client: Client) -> None:
    steps = Steps(fails=True)
    async with serving(second_client, steps):
        with pytest.raises(WorkflowFailureError):
            await (await begin(second_client)).result()

    assert steps.ended is not None
    assert (steps.ended.words, steps.ended.cancelled) == ("There is no such engine.", False)


async def test_a_cancel_is_told_too(second_client: Client) -> None:
    steps = Steps(hangs=True)
    async with serving(second_client, steps):
        handle = await begin(second_client)
        await steps.hanging.wait()
        await handle.cancel()
        with pytest.raises(WorkflowFailureError):
            await handle.result()

    assert steps.ended is not None
    assert (steps.ended.words, steps.ended.cancelled) == (CANCELLED, True)


async def test_another_worker_goes_on_where_one_died(second_client: Client) -> None:
    before, after = Steps(hangs=True), Steps(runs=5)
    async with serving(second_client, before):
        handle = await begin(second_client)
        await before.hanging.wait()
    async with serving(second_client, after):
        done = await handle.result()

    assert before.done == ["begin", "replay"]
    assert after.done == ["replay", "replay", "finish"]
    assert (done.state, after.ended, before.ended) == (WhatIfState.DONE, None, None)
