"""What an hourly run does in which order, and how it ends when something fails."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from models.contracts.optimizing import AccountRead, Decided, OptimizeAccount, PageApplied, RunResult
from models.domain.states import RunOutcome
from tests.workflows.scripted_hour import NOON, HeldCampaign, Hour, away, broken
from worker import sandbox
from workflows import ids, policies
from workflows.optimize import OptimizeAccountWorkflow

ORDER = ["read", "caps", "drift", "signs", "decide"]


@asynccontextmanager
async def serving(client: Client, hour: Hour) -> AsyncIterator[None]:
    campaigns: list[Callable[..., Any]] = [hour.begin_run, hour.check_drift, hour.end_run]
    ads: list[Callable[..., Any]] = [hour.read_account, hour.enforce_caps, hour.apply_page]
    async with (
        Worker(
            client,
            task_queue=policies.QUEUE_CAMPAIGNS,
            workflows=[OptimizeAccountWorkflow, HeldCampaign],
            activities=campaigns,
            workflow_runner=sandbox(),
        ),
        Worker(client, task_queue=policies.QUEUE_ADS_META, activities=ads),
        Worker(client, task_queue=policies.QUEUE_OPTIMIZER, activities=[hour.note_signs, hour.decide]),
    ):
        yield


async def start(client: Client) -> WorkflowHandle[OptimizeAccountWorkflow, RunResult]:
    wanted = OptimizeAccount(workspace_id=uuid4(), ad_account_id=uuid4())
    return await client.start_workflow(
        OptimizeAccountWorkflow.run,
        wanted,
        id=f"optimize-{wanted.ad_account_id}",
        task_queue=policies.QUEUE_CAMPAIGNS,
    )


async def run_hour(client: Client, hour: Hour) -> RunResult:
    async with serving(client, hour):
        return await (await start(client)).result()


async def test_an_hour_reads_holds_compares_decides_and_applies_page_by_page(
    time_skipping: WorkflowEnvironment,
) -> None:
    pages = [PageApplied(applied=50, more=True), PageApplied(applied=9, dropped=1)]
    hour = Hour(decided=Decided(outcome=RunOutcome.DECIDED, campaigns=2, moved=1, actions=60), pages=pages)

    result = await run_hour(time_skipping.client, hour)

    assert hour.done == [*ORDER, "apply", "apply"]
    assert (result.outcome, result.error) == (RunOutcome.DECIDED, None)
    assert result.counts["applied"] == 59
    assert result.counts["drifts"] == 2
    assert result.counts["anomalies"] == 1


async def test_an_account_with_nothing_to_measure_is_left_alone(time_skipping: WorkflowEnvironment) -> None:
    hour = Hour(live=False)

    result = await run_hour(time_skipping.client, hour)

    assert hour.done == []
    assert result.outcome is RunOutcome.NOTHING_LIVE


async def test_while_the_platform_is_away_caps_hold_nothing_is_decided_and_the_run_ends_in_time(
    time_skipping: WorkflowEnvironment,
) -> None:
    hour = Hour(failures={"read": [away("Meta answers 503.", 60) for _ in range(100)]})
    async with serving(time_skipping.client, hour):
        run = await start(time_skipping.client)
        result = await run.result()
        seen = await run.describe()

    assert [step for step in hour.done if step != "read"] == ["caps"]
    assert result.outcome is RunOutcome.UNREACHABLE
    assert "Meta answers 503." in (result.error or "")
    assert seen.close_time is not None
    assert seen.close_time - seen.start_time < timedelta(minutes=15)


async def test_figures_that_are_too_old_decide_nothing(time_skipping: WorkflowEnvironment) -> None:
    hour = Hour(read=AccountRead(platform_time=NOON, problem="Meta's figures are three hours old."))

    result = await run_hour(time_skipping.client, hour)

    assert hour.done == ["read", "caps"]
    assert (result.outcome, result.error) == (RunOutcome.STALE, "Meta's figures are three hours old.")


async def test_under_a_stop_figures_are_read_and_nothing_is_sent(time_skipping: WorkflowEnvironment) -> None:
    hour = Hour(decided=Decided(outcome=RunOutcome.STOPPED))

    result = await run_hour(time_skipping.client, hour)

    assert hour.done == ORDER
    assert result.outcome is RunOutcome.STOPPED


async def test_nothing_is_decided_where_caps_could_not_be_enforced(time_skipping: WorkflowEnvironment) -> None:
    hour = Hour(failures={"caps": [broken("The campaign has no approved total.")]})

    result = await run_hour(time_skipping.client, hour)

    assert hour.done == ["read", "caps", "drift", "signs"]
    assert result.outcome is RunOutcome.FAILED
    assert result.error == "Caps could not be enforced: The campaign has no approved total."


async def test_a_look_for_drift_that_failed_is_told_and_holds_nothing_up(time_skipping: WorkflowEnvironment) -> None:
    hour = Hour(failures={"drift": [broken("An object is unknown.")]})

    result = await run_hour(time_skipping.client, hour)

    assert hour.done == ORDER
    assert result.outcome is RunOutcome.DECIDED
    assert result.error == "Drift could not be looked for: An object is unknown."


async def test_signs_that_could_not_be_noted_are_told_and_keep_nothing_from_being_decided(
    time_skipping: WorkflowEnvironment,
) -> None:
    hour = Hour(failures={"signs": [broken("A model could not be read.")]})

    result = await run_hour(time_skipping.client, hour)

    assert hour.done == ORDER
    assert result.outcome is RunOutcome.DECIDED
    assert result.error == "Signs could not be noted: A model could not be read."


async def test_a_decision_that_fails_ends_the_run_with_its_words(time_skipping: WorkflowEnvironment) -> None:
    hour = Hour(failures={"decide": [broken("The blob could not be written.")]})

    result = await run_hour(time_skipping.client, hour)

    assert (result.outcome, result.error) == (RunOutcome.FAILED, "The blob could not be written.")


async def test_moves_that_wait_for_the_platform_do_not_make_the_run_outlive_its_hour(
    time_skipping: WorkflowEnvironment,
) -> None:
    hour = Hour(
        decided=Decided(outcome=RunOutcome.DECIDED, actions=60), pages=[PageApplied(more=True) for _ in range(500)]
    )
    async with serving(time_skipping.client, hour):
        run = await start(time_skipping.client)
        result = await run.result()
        seen = await run.describe()

    assert seen.close_time is not None
    assert seen.close_time - seen.start_time < timedelta(hours=1)
    assert (result.outcome, result.error) == (
        RunOutcome.DECIDED,
        "Not every move was applied within the hour; the next one decides anew.",
    )


async def test_a_held_campaign_is_told_why_and_one_that_does_not_run_holds_nothing_up(
    time_skipping: WorkflowEnvironment,
) -> None:
    held, gone = uuid4(), uuid4()
    hour = Hour(held=[held, gone])
    async with serving(time_skipping.client, hour):
        with time_skipping.with_time_skipping_disabled():
            campaign = await time_skipping.client.start_workflow(
                HeldCampaign.run, id=ids.campaign_workflow_id(held), task_queue=policies.QUEUE_CAMPAIGNS
            )
        result = await (await start(time_skipping.client)).result()
        told = await campaign.result()

    assert told is not None
    assert told.reason == "The budget is spent."
    assert told.command_id.startswith("hold:")
    assert result.outcome is RunOutcome.DECIDED
    assert result.error == f"Campaign {gone} is held but does not run in Temporal."


async def test_a_run_that_somebody_cancels_still_ends_in_words(time_skipping: WorkflowEnvironment) -> None:
    hour = Hour(failures={"read": [away("Meta answers 503.", 60) for _ in range(100)]})
    async with serving(time_skipping.client, hour):
        with time_skipping.with_time_skipping_disabled():
            run = await start(time_skipping.client)
            while "read" not in hour.done:
                await run.describe()
            await run.cancel()
        result = await run.result()

    assert (result.outcome, result.error) == (RunOutcome.FAILED, "Cancelled in Temporal before it was through.")


async def test_ten_thousand_moves_stay_below_what_a_history_may_hold(time_skipping: WorkflowEnvironment) -> None:
    pages = [PageApplied(applied=50, more=page < 199) for page in range(200)]
    hour = Hour(decided=Decided(outcome=RunOutcome.DECIDED, actions=10_000), pages=pages)
    async with serving(time_skipping.client, hour):
        run = await start(time_skipping.client)
        result = await run.result()
        seen = await run.describe()

    assert result.counts["applied"] == 10_000
    assert seen.history_length < 2_000
