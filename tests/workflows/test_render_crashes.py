"""Processes, databases and stores that go away in the middle of a render: nothing is paid twice and nothing is lost."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.exc import OperationalError
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from models.contracts.rendering import NextStep
from models.domain.states import LedgerState, RenderKind, RenderStage, RenderState
from providers.storage.s3 import S3Store
from settings import Settings
from tests.workflows.campaign_desk import Shop
from tests.workflows.crashing_renders import (
    AFTER_STORING,
    AFTER_SUBMIT,
    Points,
    as_argument,
    rendering_of,
    restarting,
    s3_of,
)
from tests.workflows.render_desk import PICTURE, VIDEO, RenderDesk, RenderRunning, open_desk
from workflows.render import RenderJobWorkflow

ROOT = Path(__file__).parents[2]
NOWHERE = "http://127.0.0.1:1"


@pytest_asyncio.fixture
async def desk(shop: Shop) -> RenderDesk:
    return await open_desk(shop.client, shop.office, shop.meta.control)


@pytest.fixture(autouse=True)
def calm(desk: RenderDesk) -> Iterator[None]:
    yield
    desk.clear_faults()
    desk.control.delete("/media").raise_for_status()


async def _video(desk: RenderDesk) -> RenderRunning:
    """At a provider where nobody can look a submit up, so that a lost answer is lost for good."""
    return await desk.wanted(VIDEO, RenderKind.VIDEO, reference_ids=desk.office.pictures)


async def _finished(render: RenderRunning) -> None:
    await render.start()
    job = await render.ended()
    assert (job.state, job.attempt) == (RenderState.SUCCEEDED, 1), job.error
    assert len(render.submits()) == 1
    assert len(await render.assets()) == 1


@pytest.mark.parametrize("point", [AFTER_SUBMIT, AFTER_STORING])
async def test_a_worker_process_that_is_killed_costs_no_second_submit(
    desk: RenderDesk, settings: Settings, point: str
) -> None:
    render = await desk.wanted(PICTURE)
    argument = as_argument(settings, point, render.ref)
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.workflows.crashing_renders", argument, cwd=ROOT
    )
    assert await killed.wait() == -signal.SIGKILL
    assert len(render.submits()) == 1

    await _finished(render)


async def test_the_answer_to_a_paid_submit_is_kept_until_postgres_is_back(
    desk: RenderDesk, settings: Settings, store: S3Store
) -> None:
    render, points = await _video(desk), Points()
    async with rendering_of(settings, store, points) as rendering:
        points.on_submitted = partial(restarting, rendering, 4)
        seen = await ActivityEnvironment().run(rendering.submit_render, render.ref)

    assert seen.next_step is NextStep.LOOK
    await _finished(render)


async def test_nothing_is_in_doubt_while_reference_pictures_are_read(
    desk: RenderDesk, settings: Settings, store: S3Store
) -> None:
    """The claim comes last before the submit: what goes wrong earlier has surely sent nothing."""
    render, points = await _video(desk), Points()
    async with rendering_of(settings, store, points) as rendering:
        points.on_references = partial(restarting, rendering, 1)
        with pytest.raises(OperationalError):
            await ActivityEnvironment().run(rendering.submit_render, render.ref)

    assert {attempt.state for attempt in await render.attempts()} <= {LedgerState.INTENDED}
    await _finished(render)


async def test_a_store_that_is_away_holds_the_submit_up_and_says_so(desk: RenderDesk, settings: Settings) -> None:
    render = await _video(desk)
    async with rendering_of(settings, s3_of(settings, NOWHERE), Points()) as rendering:
        with pytest.raises(ApplicationError):
            await ActivityEnvironment().run(rendering.submit_render, render.ref)

    assert "object storage" in (await render.job()).note
    assert await desk.spent() == 0, "nothing is booked before it can be sent"
    await _finished(render)


async def test_a_store_that_is_away_at_the_end_loses_nothing(desk: RenderDesk, settings: Settings) -> None:
    render = await desk.wanted(PICTURE)
    async with rendering_of(settings, s3_of(settings, NOWHERE), Points()) as rendering:
        seen = await ActivityEnvironment().run(rendering.submit_render, render.ref)
        assert seen.next_step is NextStep.LOOK
        [made] = render.submits()
        desk.control.post(f"/media/jobs/{made['id']}/finish").raise_for_status()
        with pytest.raises(ApplicationError):
            await ActivityEnvironment().run(rendering.look_at_render, render.ref)

    assert "object storage" in (await render.job()).note
    await _finished(render)


async def test_one_link_that_does_not_open_yet_gives_nothing_up(desk: RenderDesk) -> None:
    """Providers hand files to servers all over the world, and the nearest may not have it yet."""
    desk.fault("replicate", "expired_link", times=1)

    await _finished(await desk.wanted(PICTURE))


async def test_one_spoilt_variant_does_not_have_the_others_paid_again(desk: RenderDesk) -> None:
    desk.fault("replicate", "blank_file", times=1)
    render = await desk.started(PICTURE, variants=3)

    job = await render.ended()

    assert (job.state, job.attempt) == (RenderState.SUCCEEDED, 1)
    assert len(render.submits()) == 1
    assert len(await render.assets()) == 2
    assert any("1 of 3" in str(entry) for entry in job.log)


async def test_what_was_never_sent_is_not_counted_against_the_cap(desk: RenderDesk) -> None:
    desk.fault("replicate", "throttle", method="POST", path="/replicate/v1/*predictions", params={"retry_after": 600})
    render = await desk.started(PICTURE)
    await render.until(lambda job: "takes no more renders" in job.note)

    seen = await render.cancel()

    assert seen.state is RenderState.CANCELLED
    assert await desk.spent() == 0


async def test_a_cancel_that_the_provider_cannot_take_loses_no_result(desk: RenderDesk) -> None:
    """What it makes meanwhile is paid, and deleted an hour later."""
    desk.pace(service="replicate", render_s=600)
    render = await desk.started(PICTURE)
    await render.until(lambda job: job.stage is RenderStage.RENDERING)
    desk.fault("replicate", "http_500", method="POST", path="/replicate/v1/predictions/*/cancel")
    await render.cancel()
    [made] = render.submits()
    desk.control.post(f"/media/jobs/{made['id']}/finish").raise_for_status()
    await render.handle.signal(RenderJobWorkflow.look, 0)

    job = await render.ended()

    assert job.state is RenderState.SUCCEEDED
    assert len(await render.assets()) == 1


async def test_two_workers_with_the_same_submit_send_it_once(
    desk: RenderDesk, settings: Settings, store: S3Store
) -> None:
    render = await desk.wanted(PICTURE)
    async with rendering_of(settings, store, Points()) as one, rendering_of(settings, store, Points()) as other:
        tries = [ActivityEnvironment().run(worker.submit_render, render.ref) for worker in (one, other, one, other)]
        ends = await asyncio.gather(*tries, return_exceptions=True)

    assert any(not isinstance(end, BaseException) for end in ends)
    await _finished(render)


async def test_renders_that_start_at_once_stop_below_the_cap_together(desk: RenderDesk) -> None:
    await desk.office.change_settings(ai_monthly_cap_micros=10_000)
    wanted = [await desk.wanted(PICTURE) for _ in range(6)]
    await asyncio.gather(*(render.start() for render in wanted))

    ended = [await render.ended() for render in wanted]

    made = [job for job in ended if job.state is RenderState.SUCCEEDED]
    assert len(made) == 3
    assert {job.error_type for job in ended if job not in made} == {"ai_cap_reached"}
    assert sum(len(render.submits()) for render in wanted) == 3
    assert await desk.spent() == 9_000
