"""StopWorkflow: how often it looks, when it is through, and what the campaign's page says meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar
from uuid import UUID, uuid4

from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from models.contracts import commands as c
from models.contracts.optimizing import PauseFor, StopRef, StopSweep
from models.domain.states import CampaignStatus, StopScope, StopState
from models.tables.stop import StopOrder
from records import stops
from records.stops import StopWish, report_of
from tests.workflows.campaign_desk import Run, Shop
from tests.workflows.scripted_stops import Listening, Sweeps
from tests.workflows.test_campaign_changes import statuses
from worker import sandbox
from workflows import ids, policies
from workflows.stop import SWEEPS_PER_RUN, StopWorkflow

T = TypeVar("T")
REASON = "Stopped by Ana. Release the stop, then resume the campaign."


async def swept(env: WorkflowEnvironment, sweeps: Sweeps, campaign_id: UUID | None = None) -> list[PauseFor]:
    """Runs a stop to its end; what the campaign heard."""
    activities: list[Callable[..., Awaitable[object]]] = [sweeps.sweep, sweeps.finish_stop]
    workflows = [StopWorkflow, Listening]
    queues = (policies.QUEUE_CAMPAIGNS, policies.QUEUE_ADS_META)
    one, other = (
        Worker(env.client, task_queue=queue, workflows=workflows, activities=activities, workflow_runner=sandbox())
        for queue in queues
    )
    async with one, other:
        campaign = await env.client.start_workflow(
            Listening.run,
            id=ids.campaign_workflow_id(campaign_id or uuid4()),
            task_queue=policies.QUEUE_CAMPAIGNS,
        )
        ref = StopRef(workspace_id=uuid4(), stop_id=uuid4())
        name = ids.stop_workflow_id(ref.stop_id)
        await env.client.execute_workflow(StopWorkflow.run, ref, id=name, task_queue=policies.QUEUE_CAMPAIGNS)
        await campaign.signal(Listening.end)
        return await campaign.result()


CLEAN, BUSY = StopSweep(clean=True), StopSweep(not_stopped=1)


async def test_it_is_through_only_after_two_clean_listings_in_a_row(time_skipping: WorkflowEnvironment) -> None:
    sweeps = Sweeps([CLEAN, BUSY, CLEAN, CLEAN])

    await swept(time_skipping, sweeps)

    assert (len(sweeps.asked), sweeps.finished) == (4, 1)


async def test_it_tries_for_ever_and_at_least_once_a_minute(time_skipping: WorkflowEnvironment) -> None:
    sweeps = Sweeps([BUSY] * 20 + [CLEAN, CLEAN])

    await swept(time_skipping, sweeps)

    assert sweeps.pauses[:7] == [2, 4, 8, 16, 32, 60, 60]
    assert set(sweeps.pauses[7:]) == {60, 1}


async def test_its_history_stays_short_however_long_it_takes(time_skipping: WorkflowEnvironment) -> None:
    sweeps = Sweeps([BUSY] * SWEEPS_PER_RUN + [CLEAN, CLEAN])

    await swept(time_skipping, sweeps)

    assert len(sweeps.runs) == 2


async def test_it_looks_again_once_no_call_can_be_on_its_way_any_more(time_skipping: WorkflowEnvironment) -> None:
    sweeps = Sweeps([CLEAN.model_copy(update={"again_in_s": 25.0}), CLEAN])

    await swept(time_skipping, sweeps)

    assert sweeps.pauses == [25]


async def test_each_campaign_is_told_once_as_soon_as_nothing_of_it_runs(time_skipping: WorkflowEnvironment) -> None:
    campaign_id = uuid4()
    still = StopSweep(not_stopped=1, campaigns=[campaign_id], reason=REASON)
    sweeps = Sweeps([BUSY, still, still, CLEAN, CLEAN])

    heard = await swept(time_skipping, sweeps, campaign_id)

    assert [told.reason for told in heard] == [REASON]


async def test_a_released_stop_ends_and_says_nothing_of_being_stopped(time_skipping: WorkflowEnvironment) -> None:
    campaign_id = uuid4()
    sweeps = Sweeps([BUSY, StopSweep(released=True, campaigns=[campaign_id], reason=REASON)])

    heard = await swept(time_skipping, sweeps, campaign_id)

    assert (len(heard), sweeps.finished) == (1, 0)


async def test_a_stop_outlives_an_outage_and_the_campaign_waits_for_a_person(shop: Shop) -> None:
    run = await shop.started()
    await run.live()
    [campaign] = [entry for entry in shop.meta.books()["campaigns"] if not entry["deleted"]]
    for path in (f"*/{campaign['id']}", f"*/act_{shop.meta.id}/campaigns"):
        fault = {"service": "meta", "name": "http_503_html", "path": path, "times": 1_000}
        shop.meta.control.post("/faults", json=fault).raise_for_status()

    row, handle = await begin(run)
    told = await until(partial(seen, run, row), lambda now: bool(now.report))
    assert statuses(shop, "campaigns") == ["ACTIVE"]
    shop.meta.control.delete("/faults").raise_for_status()
    await handle.result()
    held = await run.until_row(lambda seen: seen.status is CampaignStatus.PAUSED)

    assert [left.name for left in report_of(told).not_stopped] == [campaign["name"]]
    assert statuses(shop, "campaigns") == ["PAUSED"]
    assert (await seen(run, row)).state is StopState.STOPPED
    assert held.hold_reason == REASON
    assert "release the stop before its ads run again" in (await run.refused(c.Resume())).message

    async with run.office.db.workspace_transaction(run.office.workspace_id) as session:
        await stops.release(session, row.id, run.office.ana, "release")
    await run.do(c.Resume())
    resumed = await run.until_row(lambda seen: seen.status is not CampaignStatus.PAUSED)
    assert (resumed.status, resumed.hold_reason) == (CampaignStatus.SCHEDULED, None)
    assert statuses(shop, "campaigns") == ["ACTIVE"]


async def begin(run: Run) -> tuple[StopOrder, WorkflowHandle[StopWorkflow, StopSweep]]:
    office = run.office
    wish = StopWish(office.workspace_id, "stop", office.ana, StopScope.ACCOUNT, ad_account_id=office.account_id)
    async with office.db.workspace_transaction(office.workspace_id) as session:
        row = await stops.order(session, wish)
    handle = await run.shop.client.start_workflow(
        StopWorkflow.run,
        StopRef(workspace_id=office.workspace_id, stop_id=row.id),
        id=ids.stop_workflow_id(row.id),
        task_queue=policies.QUEUE_CAMPAIGNS,
    )
    return row, handle


async def seen(run: Run, row: StopOrder) -> StopOrder:
    async with run.office.db.workspace_transaction(run.office.workspace_id) as session:
        return await stops.get(session, row.id)


async def until(look: Callable[[], Awaitable[T]], holds: Callable[[T], bool]) -> T:
    async with asyncio.timeout(30):
        while not holds(now := await look()):  # noqa: ASYNC110 - another process changes it
            await asyncio.sleep(0.05)
    return now
