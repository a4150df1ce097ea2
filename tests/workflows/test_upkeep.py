"""What the upkeep starts and in which order, and that one failure keeps nothing else from being done."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client, WorkflowFailureError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.upkeep import Keeping, Upkeep
from models.contracts.optimizing import AccountRef, UpkeepDone, UpkeepRun
from models.domain.states import StopScope, StopState
from models.tables.stop import StopOrder
from providers.storage.s3 import S3Store
from records.database import Database
from tests import servers
from tests.office import BOX, Office, open_office
from tests.workflows.scripted_upkeep import BegunStop, Rounds
from tests.workflows.test_schedules import until
from worker import sandbox
from workflows import ids, policies
from workflows.upkeep import HourlyUpkeepWorkflow, NightlyUpkeepWorkflow, ResyncWorkflow, StopWatchWorkflow

NEVER = timedelta(days=10_000)
KEPT = [HourlyUpkeepWorkflow, NightlyUpkeepWorkflow, ResyncWorkflow, StopWatchWorkflow, BegunStop]


@asynccontextmanager
async def serving(client: Client, rounds: Rounds, open_stops: Callable[..., Any] | None = None) -> AsyncIterator[None]:
    own: list[Callable[..., Any]] = [
        rounds.heal_schedules,
        rounds.expire_suggestions,
        rounds.remove_expired_uploads,
        rounds.reseal_tokens,
        rounds.make_partitions,
        rounds.drop_old_rows,
        rounds.judge_moves,
        rounds.accounts_to_resync,
        open_stops or rounds.open_stops,
    ]
    runner = sandbox()
    async with (
        Worker(client, task_queue=policies.QUEUE_CAMPAIGNS, workflows=KEPT, activities=own, workflow_runner=runner),
        Worker(client, task_queue=policies.QUEUE_ADS_META, activities=[rounds.resync, rounds.warn_of_expiring_tokens]),
        Worker(client, task_queue=policies.QUEUE_OPTIMIZER, activities=[rounds.train_where_due]),
    ):
        yield


@pytest_asyncio.fixture
async def watched(second_client: Client) -> AsyncIterator[Client]:
    """There is one watch per server; the next test begins its own."""
    yield second_client
    await second_client.get_workflow_handle(ids.UPKEEP_STOPS).terminate("the test is over")


def nights(pages: int, accounts: int) -> list[list[AccountRef]]:
    """Pages of accounts."""
    return [[AccountRef(workspace_id=uuid4(), ad_account_id=uuid4()) for _ in range(accounts)] for _ in range(pages)]


async def hourly(client: Client) -> UpkeepDone:
    return await client.execute_workflow(
        HourlyUpkeepWorkflow.run, UpkeepRun(), id=f"hourly-{uuid4()}", task_queue=policies.QUEUE_CAMPAIGNS
    )


async def test_a_step_that_fails_is_told_and_the_others_are_taken(watched: Client) -> None:
    rounds = Rounds(fails={"suggestions"})
    async with serving(watched, rounds):
        with pytest.raises(WorkflowFailureError) as caught:
            await hourly(watched)

    assert rounds.done == ["schedules", "suggestions", "uploads", "tokens"]
    assert "suggestions: suggestions broke" in str(caught.value.cause)


async def test_a_stop_whose_run_never_began_is_begun_by_the_upkeep(
    watched: Client, database: servers.Database, store: S3Store
) -> None:
    db = Database(database.app_url)
    office = await open_office(db)
    pressed = await _stop(office, StopState.STOPPING)
    await _stop(office, StopState.STOPPED)
    real = Upkeep(db, store, BOX, Keeping(37, NEVER, NEVER))
    stop = watched.get_workflow_handle(ids.stop_workflow_id(pressed), result_type=UUID)
    async with serving(watched, Rounds(), real.open_stops):
        await hourly(watched)
        await hourly(watched)

        async def begun() -> bool:
            found = watched.list_workflows(f'WorkflowId = "{stop.id}"')
            return bool([one async for one in found])

        await until(begun)
        assert await stop.result() == pressed
    await db.close()


async def test_a_night_reads_every_account_again_page_by_page_and_tells_what_it_could_not(
    time_skipping: WorkflowEnvironment,
) -> None:
    pages = nights(3, 3)
    everybody = [account.ad_account_id for page in pages for account in page]
    rounds = Rounds(pages=list(pages), away={everybody[4]}, fails={"retention"})
    async with serving(time_skipping.client, rounds):
        with pytest.raises(WorkflowFailureError) as caught:
            await time_skipping.client.execute_workflow(
                NightlyUpkeepWorkflow.run,
                UpkeepRun(begun_at=datetime.now(UTC)),
                id=f"nightly-{uuid4()}",
                task_queue=policies.QUEUE_CAMPAIGNS,
            )

    assert rounds.done == ["partitions", "retention", "warnings", "verdicts", "scores"]
    assert sorted(rounds.reread) == sorted(everybody)
    assert "retention: retention broke" in str(caught.value.cause)


async def _stop(office: Office, state: StopState) -> UUID:
    order = StopOrder(
        workspace_id=office.workspace_id,
        scope=StopScope.ACCOUNT,
        ad_account_id=office.account_id,
        state=state,
        requested_name="Ana",
    )
    async with office.db.workspace_transaction(office.workspace_id) as session:
        session.add(order)
    return order.id
