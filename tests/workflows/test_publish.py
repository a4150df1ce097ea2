"""PublishWorkflow: the order of its steps, what it takes back, what it asks people, and what it tells the campaign."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from activities.errors import ErrorType
from models.contracts.base import Actor
from models.contracts.publishing import (
    ContinuePublish,
    PublishOutcome,
    PublishRef,
    ResolveUnconfirmed,
    TreeAudit,
    UnconfirmedVerdict,
)
from models.domain.states import Channel
from tests.workflows.scripted import BUILT, LEFTOVER, LIVE, ListeningCampaign, Script, fails, waits
from worker import sandbox
from workflows import ids, policies
from workflows.publish import PublishWorkflow

HISTORIES = Path(__file__).parents[1] / "histories"
ANA = Actor(name="Ana", channel=Channel.WEB)
Handle = WorkflowHandle[PublishWorkflow, PublishOutcome]


@asynccontextmanager
async def serving(client: Client, activities: list[Callable[..., Any]]) -> AsyncIterator[None]:
    """Workers for the queues that the publish uses."""
    workflows = [PublishWorkflow, ListeningCampaign]
    async with (
        Worker(
            client,
            task_queue=policies.QUEUE_CAMPAIGNS,
            workflows=workflows,
            activities=activities,
            workflow_runner=sandbox(),
        ),
        Worker(
            client,
            task_queue=policies.QUEUE_ADS_META,
            activities=activities,
            # A cancel reaches an activity with its next heartbeat.
            max_heartbeat_throttle_interval=timedelta(milliseconds=100),
        ),
    ):
        yield


async def start(client: Client, ref: PublishRef | None = None) -> tuple[Handle, WorkflowHandle[Any, PublishOutcome]]:
    ref = ref or PublishRef(workspace_id=uuid4(), campaign_id=uuid4(), number=1)
    campaign = await client.start_workflow(
        ListeningCampaign.run, id=ids.campaign_workflow_id(ref.campaign_id), task_queue=policies.QUEUE_CAMPAIGNS
    )
    publish = await client.start_workflow(
        PublishWorkflow.run,
        ref,
        id=ids.publish_workflow_id(ref.campaign_id, ref.number),
        task_queue=policies.QUEUE_CAMPAIGNS,
    )
    return publish, campaign


def resolve() -> ResolveUnconfirmed:
    return ResolveUnconfirmed(
        command_id=str(uuid4()),
        workspace_id=uuid4(),
        intent_id=uuid4(),
        verdict=UnconfirmedVerdict.ABSENT,
        actor=ANA,
    )


async def test_everything_is_built_compared_and_permitted_before_the_campaign_goes_live_last(
    time_skipping: WorkflowEnvironment,
) -> None:
    script = Script()
    async with serving(time_skipping.client, script.activities()):
        publish, campaign = await start(time_skipping.client)
        outcome = await publish.result()
        heard = await campaign.result()

    assert script.done == [*BUILT, *LIVE, "audit", "report_tree"]
    assert outcome == heard
    assert outcome.status == "live"


async def test_a_wait_is_retried_and_changes_nothing_else(time_skipping: WorkflowEnvironment) -> None:
    script = Script(failures={"ads": waits(3_600) + waits(60)})
    async with serving(time_skipping.client, script.activities()):
        publish, _ = await start(time_skipping.client)
        outcome = await publish.result()

    assert script.done.count("ads") == 3
    assert "roll_back" not in script.done
    assert outcome.status == "live"


@pytest.mark.parametrize("step", ["prepare", "ad_sets", "permit", "activate_ads"])
async def test_a_refusal_takes_everything_back_and_says_why_and_what_remains(
    time_skipping: WorkflowEnvironment, step: str
) -> None:
    script = Script(failures={step: fails(ErrorType.REFUSED, "Meta refused: the text is too long.")})
    async with serving(time_skipping.client, script.activities()):
        publish, campaign = await start(time_skipping.client)
        outcome = await publish.result()
        heard = await campaign.result()

    assert script.done[-3:] == [step, "roll_back", "finish:failed"]
    assert heard == outcome
    assert outcome.problem is not None
    assert "too long" in outcome.problem.message
    assert outcome.leftovers == [LEFTOVER]


async def test_what_cannot_be_retired_is_told_and_takes_nothing_back(time_skipping: WorkflowEnvironment) -> None:
    script = Script(failures={"retire": fails(ErrorType.DROPPED, "Workshop was changed on the platform.")})
    async with serving(time_skipping.client, script.activities()):
        publish, _ = await start(time_skipping.client)
        outcome = await publish.result()

    assert "roll_back" not in script.done
    assert outcome.status == "live"
    assert outcome.problem is not None


async def test_cancelling_takes_everything_back(time_skipping: WorkflowEnvironment) -> None:
    script = Script(hangs={"ads"})
    async with serving(time_skipping.client, script.activities()):
        publish, campaign = await start(time_skipping.client)
        await _reached(script, "ads")
        await publish.cancel()
        outcome = await publish.result()
        heard = await campaign.result()

    assert script.done[-3:] == ["ads", "roll_back", "finish:cancelled"]
    assert heard == outcome
    assert outcome.status == "cancelled"


async def test_cancelling_while_taking_back_still_ends_with_an_outcome(time_skipping: WorkflowEnvironment) -> None:
    script = Script(
        failures={"ads": fails(ErrorType.REFUSED, "no"), "roll_back": waits(30)},
    )
    async with serving(time_skipping.client, script.activities()):
        publish, campaign = await start(time_skipping.client)
        await _reached(script, "roll_back")
        await publish.cancel()
        heard = await campaign.result()

    assert heard.status == "failed"


async def test_a_doubt_waits_for_a_persons_word(time_skipping: WorkflowEnvironment) -> None:
    script = Script(failures={"campaigns": fails(ErrorType.UNCONFIRMED, "Lamps could not be confirmed.")})
    async with serving(time_skipping.client, script.activities()):
        publish, _ = await start(time_skipping.client)
        await _reached(script, "record_waiting")
        await publish.execute_update(PublishWorkflow.resolve_unconfirmed, resolve())
        outcome = await publish.result()

    asked = script.done.index("record_waiting")
    assert script.done[asked - 1 : asked + 3] == ["campaigns", "record_waiting", "resolve", "campaigns"]
    assert outcome.status == "live"


async def test_after_a_stop_only_a_person_lets_it_go_live(time_skipping: WorkflowEnvironment) -> None:
    script = Script(failures={"permit": fails(ErrorType.NEEDS_PERSON, "It was stopped in the meantime.")})
    async with serving(time_skipping.client, script.activities()):
        publish, _ = await start(time_skipping.client)
        await _reached(script, "record_waiting")
        await publish.execute_update(
            PublishWorkflow.continue_publish, ContinuePublish(command_id=str(uuid4()), actor=ANA)
        )
        outcome = await publish.result()

    assert script.done.count("permit") == 2
    assert outcome.status == "live"


async def test_a_tree_that_differs_is_never_activated_without_a_person(time_skipping: WorkflowEnvironment) -> None:
    stranger = TreeAudit(foreign=["77"])
    script = Script(audits=[stranger, stranger, stranger])
    async with serving(time_skipping.client, script.activities()):
        publish, _ = await start(time_skipping.client)
        await _reached(script, "record_waiting")
        before = list(script.done)
        await publish.execute_update(
            PublishWorkflow.continue_publish, ContinuePublish(command_id=str(uuid4()), actor=ANA)
        )
        outcome = await publish.result()

    assert "permit" not in before
    assert before.count("audit") == 3
    assert outcome.status == "live"


STORED = {path.stem: path.read_text() for path in sorted(HISTORIES.glob("publish-*.json"))}


@pytest.mark.parametrize("name", STORED)
async def test_stored_histories_replay(name: str) -> None:
    history = WorkflowHistory.from_json(name, json.loads(STORED[name]))
    replayer = Replayer(workflows=[PublishWorkflow], data_converter=pydantic_data_converter, workflow_runner=sandbox())

    await replayer.replay_workflow(history)


def test_there_is_a_stored_history_for_each_way_to_end() -> None:
    assert {"publish-live", "publish-refused", "publish-cancelled", "publish-person"} <= STORED.keys()


async def _reached(script: Script, step: str) -> None:
    await script.reached.setdefault(step, asyncio.Event()).wait()
