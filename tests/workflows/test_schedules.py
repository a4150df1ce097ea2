"""Hourly runs start by themselves: one at a time, each for its own hour, whatever was connected, paused or missed."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from temporalio.client import (
    Client,
    ScheduleActionExecutionStartWorkflow,
    ScheduleActionStartWorkflow,
    ScheduleBackfill,
    ScheduleDescription,
    ScheduleHandle,
    ScheduleOverlapPolicy,
)
from temporalio.service import RPCError
from temporalio.testing import ActivityEnvironment

from activities.schedule_healing import ScheduleHealing
from models.contracts.optimizing import UpkeepRun
from models.domain.states import AdAccountState
from models.tables.ad_account import AdAccount
from records.database import Database
from tests import servers
from tests.office import open_office
from tests.workflows.scripted_hour import Hour
from tests.workflows.test_optimize import serving
from workflows import ids, policies, schedules

PATIENCE_S = 20


async def described(client: Client, ad_account_id: UUID) -> ScheduleDescription:
    return await client.get_schedule_handle(ids.optimize_schedule_id(ad_account_id)).describe()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not await holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_a_schedule_made_twice_is_one_and_keeps_an_operators_pause(second_client: Client) -> None:
    workspace_id, account_id = uuid4(), uuid4()
    await schedules.ensure_account_schedule(second_client, workspace_id, account_id)
    await second_client.get_schedule_handle(ids.optimize_schedule_id(account_id)).pause(note="audit")

    await schedules.ensure_account_schedule(second_client, workspace_id, account_id)
    seen = await described(second_client, account_id)

    assert (seen.schedule.state.paused, seen.schedule.state.note) == (True, "audit")
    assert seen.schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
    assert seen.schedule.policy.catchup_window == timedelta(hours=1)
    assert seen.schedule.spec == schedules.EVERY_HOUR
    assert isinstance(seen.schedule.action, ScheduleActionStartWorkflow)
    assert seen.schedule.action.priority == policies.of_workspace(policies.HOURLY, workspace_id)


async def test_a_run_that_still_runs_is_not_started_beside_itself(second_client: Client) -> None:
    account_id = uuid4()
    await schedules.ensure_account_schedule(second_client, uuid4(), account_id)
    handle = second_client.get_schedule_handle(ids.optimize_schedule_id(account_id))

    await handle.trigger()
    await handle.trigger()

    async def skipped() -> bool:
        return (await handle.describe()).info.num_actions_skipped_overlap == 1

    await until(skipped)
    assert (await handle.describe()).info.num_actions == 1
    running = await schedules.running_now(second_client, account_id)
    assert running is not None
    assert running.workflow_id.startswith(ids.optimize_schedule_id(account_id))


async def test_a_late_run_stands_for_its_own_hour(second_client: Client) -> None:
    account_id, hour = uuid4(), Hour()
    await schedules.ensure_account_schedule(second_client, uuid4(), account_id)
    missed = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=5)
    backfill = ScheduleBackfill(
        start_at=missed - timedelta(minutes=1),
        end_at=missed + timedelta(minutes=5),
        overlap=ScheduleOverlapPolicy.ALLOW_ALL,
    )
    async with serving(second_client, hour):
        await second_client.get_schedule_handle(ids.optimize_schedule_id(account_id)).backfill(backfill)

        async def ended() -> bool:
            return any(run.ad_account_id == account_id for run in hour.ended)

        await until(ended)

    [begun] = [run for run in hour.begun if run.ad_account_id == account_id]
    assert (begun.logical_hour, begun.trigger) == (missed, "schedule")


async def test_the_upkeep_makes_missing_schedules_and_takes_leftovers_away(
    second_client: Client, database: servers.Database
) -> None:
    db = Database(database.app_url)
    kept, missing, gone = [await open_office(db) for _ in range(3)]
    for office in (kept, gone):
        await schedules.ensure_account_schedule(second_client, office.workspace_id, office.account_id)
    async with db.workspace_transaction(gone.workspace_id) as session:
        (await session.get_one(AdAccount, gone.account_id)).state = AdAccountState.DISCONNECTED
    keeper = schedules.AccountSchedules(second_client)

    async def listed() -> bool:
        return {kept.account_id, gone.account_id} <= (await keeper.existing()).keys()

    await until(listed)
    await ActivityEnvironment().run(ScheduleHealing(db, keeper).heal_schedules, UpkeepRun())
    await db.close()

    assert (await described(second_client, missing.account_id)).schedule.spec == schedules.EVERY_HOUR
    assert (await keeper.existing())[kept.account_id]
    with pytest.raises(RPCError, match="not found"):
        await described(second_client, gone.account_id)
    assert await schedules.running_now(second_client, gone.account_id) is None


async def test_workers_that_start_together_make_the_upkeeps_schedules_once(second_client: Client) -> None:
    handles = [second_client.get_schedule_handle(name) for name in (ids.UPKEEP_HOURLY, ids.UPKEEP_DAILY)]
    try:
        await asyncio.gather(*(schedules.ensure_upkeep_schedules(second_client) for _ in range(3)))

        hourly, daily = [(await handle.describe()).info for handle in handles]
        assert hourly.num_actions == 1
        assert daily.next_action_times[0].hour == 2
    finally:
        await end(second_client, *handles)


async def end(client: Client, *handles: ScheduleHandle) -> None:
    """Nobody works on this server; what was begun at once would be taken up by the next test that does."""
    for handle in handles:
        running = (await handle.describe()).info.running_actions
        await handle.delete()
        for one in running:
            assert isinstance(one, ScheduleActionExecutionStartWorkflow)
            await client.get_workflow_handle(one.workflow_id).terminate("the test is over")
