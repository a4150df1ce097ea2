"""What a campaign does by the clock: it waits for weeks, starts, looks at reviews less and less often, and ends."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from models.contracts import commands as c
from models.domain.brief import Flight
from models.domain.states import CampaignStatus, Gate
from providers.storage.s3 import S3Store
from records.database import Database
from settings import Settings
from tests import servers
from tests.workflows.campaign_desk import Run, Shop, everything, open_shop, working


@pytest_asyncio.fixture
async def skipping_shop(
    time_skipping: WorkflowEnvironment, db: Database, simulator: servers.Simulator, store: S3Store, settings: Settings
) -> AsyncIterator[Shop]:
    """Its workflows skip the time in which nothing happens; the platform's and the records' clocks stand."""
    client: Client = time_skipping.client
    async with working(client, settings):
        yield await open_shop(client, db, simulator, store)


async def test_an_approval_may_come_weeks_later(skipping_shop: Shop, time_skipping: WorkflowEnvironment) -> None:
    run = await skipping_shop.started()
    seen = await run.submitted()

    await time_skipping.fast_forward(run.handle, timedelta(weeks=7))
    await run.do(c.ApproveAll(seen=everything(seen)), run.office.ben)

    assert (await run.until(lambda now: now.status is CampaignStatus.READY)).version == seen.version + 1


async def test_a_campaign_starts_looks_less_and_less_often_and_ends_by_itself_once_it_may(skipping_shop: Shop) -> None:
    start = datetime.now(UTC) + timedelta(hours=2)
    run = await skipping_shop.started(flight=Flight(start=start, end=start + timedelta(hours=25)))
    await run.live()

    await run.change_account(gate=Gate.STOPPED)
    stuck = await run.until(lambda now: bool(now.problem))
    await run.change_account(gate=Gate.OPEN)
    await run.do(c.Retry())
    ended = await run.handle.result(rpc_timeout=timedelta(seconds=25))

    assert (stuck.status, stuck.platform_command) == (CampaignStatus.LIVE, "end")
    assert "Release the stop first" in (stuck.problem or "")

    assert ended is not None
    assert ended.status is CampaignStatus.ENDED
    assert {entry["status"] for entry in skipping_shop.meta.books()["campaigns"]} == {"PAUSED"}
    actions = [event.action for event in await run.trail()]
    told = ("publish_scheduled", "start_done", "end", "end_done")
    assert [action for action in actions if action in told] == list(told)
    waits = await _waits(run)
    assert waits[:5] == [5, 15, 60, 300, 900]
    assert waits.count(3600) >= 23
    assert len(waits) - waits.count(3600) < 15, "an end that is held up must not be asked for again and again"


async def _waits(run: Run) -> list[int]:
    """The timers that the workflow set, in seconds; one that a change cut short is left out."""
    set_, cut = {}, set()
    async for event in run.handle.fetch_history_events():
        if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED:
            timer = event.timer_started_event_attributes
            set_[timer.timer_id] = round(timer.start_to_fire_timeout.ToTimedelta().total_seconds())
        elif event.event_type == EventType.EVENT_TYPE_TIMER_CANCELED:
            cut.add(event.timer_canceled_event_attributes.timer_id)
    return [seconds for timer_id, seconds in set_.items() if timer_id not in cut]
