"""Renders that take long: looked at less and less often, carried from one history to the next, and not hurried."""

import dataclasses
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.rendering import Rendering
from activities.wiring import build
from models.contracts.rendering import NextStep, RenderRef, RenderSeen
from models.domain.states import RenderKind, RenderStage, RenderState
from settings import Settings
from tests.workflows.campaign_desk import Shop
from tests.workflows.render_desk import VIDEO, RenderDesk, RenderRunning, open_desk
from worker import sandbox
from workflows import policies
from workflows.render import RenderJobWorkflow

FORTY_MINUTES = 40 * 60.0


@pytest_asyncio.fixture
async def desk(shop: Shop) -> RenderDesk:
    return await open_desk(shop.client, shop.office, shop.meta.control)


@pytest.fixture(autouse=True)
def slow(desk: RenderDesk) -> Iterator[None]:
    desk.pace(render_s=3_600)
    yield
    desk.control.delete("/media").raise_for_status()


@dataclasses.dataclass
class Clock:
    """The real steps of a render, on a clock that has run for as long as the workflow waited between its looks."""

    desk: RenderDesk
    real: Rendering
    lasts: float
    waits: list[float] = dataclasses.field(default_factory=list)
    most_looks: int = 1_000
    hurried: bool = False

    @activity.defn
    async def submit_render(self, ref: RenderRef) -> RenderSeen:
        return self._waited(await self.real.submit_render(ref))

    @activity.defn
    async def look_at_render(self, ref: RenderRef) -> RenderSeen:
        render = RenderRunning(self.desk, ref.render_id, "")
        await self._turn(render)
        if sum(self.waits) >= self.lasts or len(self.waits) >= self.most_looks:
            [attempt] = await render.attempts()
            self.desk.control.post(f"/media/jobs/{attempt.provider_job_id}/finish").raise_for_status()
        return self._waited(await self.real.look_at_render(ref))

    async def _turn(self, render: RenderRunning) -> None:
        """Sets back when it was sent, for the records' own clock is the real one."""
        async with self.desk.office.db.workspace_transaction(self.desk.office.workspace_id) as session:
            for attempt in await render.attempts():
                row = await session.merge(attempt)
                assert row.first_sent_at is not None
                row.first_sent_at -= timedelta(seconds=self.waits[-1])

    def _waited(self, seen: RenderSeen) -> RenderSeen:
        self.waits.append(seen.wait_s)
        return seen.model_copy(update={"wait_s": 0}) if self.hurried else seen


@asynccontextmanager
async def serving(client: Client, desk: RenderDesk, settings: Settings, lasts: float) -> AsyncIterator[Clock]:
    async with AsyncExitStack() as closing:
        real = next(step for step in (await build(settings, closing)).render if step.__name__ == "look_at_render")
        clock = Clock(desk, real.__self__, lasts)  # type: ignore[attr-defined]
        steps: list[Callable[..., Any]] = [clock.submit_render, clock.look_at_render]
        queue = policies.QUEUE_CAMPAIGNS
        runs = Worker(client, task_queue=queue, workflows=[RenderJobWorkflow], workflow_runner=sandbox())
        await closing.enter_async_context(runs)
        await closing.enter_async_context(Worker(client, task_queue=policies.QUEUE_RENDER, activities=steps))
        yield clock


async def test_forty_minutes_take_few_looks(
    desk: RenderDesk, time_skipping: WorkflowEnvironment, settings: Settings
) -> None:
    """Runway does not call back: at first it is asked every five seconds, later every half minute."""
    desk = dataclasses.replace(desk, client=time_skipping.client)
    async with serving(desk.client, desk, settings, FORTY_MINUTES) as clock:
        render = await desk.started(VIDEO, RenderKind.VIDEO, reference_ids=desk.office.pictures)

        job = await render.ended()

    assert (job.state, job.attempt) == (RenderState.SUCCEEDED, 1)
    waits = clock.waits[:-1]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (5, 30)
    assert len(waits) < 100
    assert len(render.submits()) == 1


async def test_a_long_history_is_continued_without_a_second_submit(
    desk: RenderDesk, second_client: Client, settings: Settings
) -> None:
    desk = dataclasses.replace(desk, client=second_client)
    async with serving(desk.client, desk, settings, FORTY_MINUTES) as clock:
        clock.hurried, clock.most_looks = True, 12
        render = await desk.started(VIDEO, RenderKind.VIDEO, reference_ids=desk.office.pictures)

        job = await render.ended()

        first = (await render.handle.describe()).raw_info.first_run_id
        begun = desk.client.get_workflow_handle(render.handle.id, run_id=first)
        happened = [event.event_type async for event in begun.fetch_history_events()]
        assert (await begun.describe()).status is WorkflowExecutionStatus.CONTINUED_AS_NEW

    assert (job.state, job.attempt) == (RenderState.SUCCEEDED, 1)
    assert len(render.submits()) == 1
    assert happened[-1] == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW
    assert 40 <= len(happened) < 60


async def test_a_repeated_call_about_a_failed_try_does_not_shorten_the_pause(
    desk: RenderDesk, second_client: Client, settings: Settings
) -> None:
    desk.fault("runway", "job_failed", times=1)
    desk.pace(service="runway", queue_s=0, render_s=0)
    patient = settings.model_copy(update={"render_first_retry_s": 3_600.0})
    desk = dataclasses.replace(desk, client=second_client)
    async with serving(desk.client, desk, patient, FORTY_MINUTES) as clock:
        render = await desk.started(VIDEO, RenderKind.VIDEO, reference_ids=desk.office.pictures)
        await render.until(lambda job: job.attempt == 1 and job.stage is RenderStage.WAITING)
        await render.handle.signal(RenderJobWorkflow.look, 1)

        seen = await render.handle.query(RenderJobWorkflow.progress)

        assert seen is not None
        assert (seen.next_step, seen.wait_s) == (NextStep.SUBMIT, clock.waits[-1]) == (NextStep.SUBMIT, 3_600)
        happened = [event.event_type async for event in render.handle.fetch_history_events()]
        called = happened.index(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)
        assert EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED not in happened[called:]
        await render.cancel()
        assert (await render.ended()).state is RenderState.CANCELLED
    assert len(render.submits()) == 1
