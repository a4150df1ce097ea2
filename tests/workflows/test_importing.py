"""In which order an account is imported, and that its page hears how it ended, whatever ends it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.worker import Worker

from models.contracts.importing import ImportOutcome, ImportProgress
from models.contracts.optimizing import AccountRef
from tests.workflows.scripted_import import MIDDLE, SINCE, Steps
from worker import sandbox
from workflows import policies
from workflows.ids import import_workflow_id
from workflows.importing import CANCELLED, ImportAccountWorkflow


@asynccontextmanager
async def serving(client: Client, steps: Steps) -> AsyncIterator[None]:
    recording: list[Callable[..., Any]] = [
        steps.begin_import,
        steps.plan_figures,
        steps.finish_import,
        steps.fail_import,
    ]
    runner = sandbox()
    reading: list[Callable[..., Any]] = [steps.import_objects, steps.import_figures]
    kept = [ImportAccountWorkflow]
    async with (
        Worker(
            client, task_queue=policies.QUEUE_CAMPAIGNS, workflows=kept, activities=recording, workflow_runner=runner
        ),
        Worker(client, task_queue=policies.QUEUE_ADS_META, activities=reading),
    ):
        yield


async def begin(client: Client) -> WorkflowHandle[ImportAccountWorkflow, ImportProgress]:
    ref = AccountRef(workspace_id=uuid4(), ad_account_id=uuid4())
    return await client.start_workflow(
        ImportAccountWorkflow.run,
        ref,
        id=import_workflow_id(ref.ad_account_id),
        task_queue=policies.QUEUE_CAMPAIGNS,
    )


async def test_objects_come_first_from_the_top_then_figures_and_then_it_is_done(second_client: Client) -> None:
    steps = Steps()
    async with serving(second_client, steps):
        done = await (await begin(second_client)).result()

    figures = [f"figures since {since}" for since in (MIDDLE, SINCE)]
    assert steps.done == ["begin", "campaign", "ad_set", "ad", "plan", *figures, "finish"]
    assert (done.state, steps.words) == (ImportOutcome.DONE, "")


async def test_what_ends_it_is_told_in_words(second_client: Client) -> None:
    steps = Steps(fails="ad_set")
    async with serving(second_client, steps):
        with pytest.raises(WorkflowFailureError):
            await (await begin(second_client)).result()

    assert steps.done == ["begin", "campaign", "ad_set"]
    assert steps.words == "Meta refused the ad_set"


async def test_a_cancel_in_temporal_is_told_too(second_client: Client) -> None:
    steps = Steps(hangs="ad")
    async with serving(second_client, steps):
        handle = await begin(second_client)
        await steps.hanging.wait()
        await handle.cancel()
        with pytest.raises(WorkflowFailureError):
            await handle.result()

    assert steps.done[-1] == "ad"
    assert steps.words == CANCELLED
