"""One render from its submit to a stored file, and all the ways in which it may not get there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlmodel import select
from temporalio.api.enums.v1 import EventType

from models.domain.states import LedgerState, RenderKind, RenderStage, RenderState
from models.tables.asset import Asset, AssetKind, AssetSource
from models.tables.notification import Notification
from models.tables.render import RenderAttempt
from providers.storage.s3 import S3Store
from records.renders import jobs
from tests.workflows.campaign_desk import Shop
from tests.workflows.render_desk import PIKA, VIDEO, RenderDesk, open_desk
from workflows.render import RenderJobWorkflow

CREATE = "/replicate/v1/*predictions"


@pytest_asyncio.fixture
async def desk(shop: Shop) -> RenderDesk:
    return await open_desk(shop.client, shop.office, shop.meta.control)


@pytest.fixture(autouse=True)
def calm(desk: RenderDesk) -> Iterator[None]:
    yield
    desk.clear_faults()
    desk.control.delete("/media").raise_for_status()


async def notices(desk: RenderDesk) -> list[Notification]:
    async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
        return list(await session.scalars(select(Notification)))


class TestSuccess:
    async def test_a_picture_is_stored_under_its_checksum_and_paid_once(self, desk: RenderDesk, store: S3Store) -> None:
        render = await desk.started()

        job = await render.ended()

        [asset] = await render.assets()
        assert job.state is RenderState.SUCCEEDED, job.error
        assert (job.stage, job.progress, job.attempt) == (RenderStage.DONE, 100, 1)
        assert (asset.kind, asset.source, asset.content_type) == (AssetKind.IMAGE, AssetSource.AI, "image/png")
        assert asset.storage_key.endswith(f"{asset.sha256}.png")
        assert (await store.head(asset.storage_key)).size == asset.byte_size
        assert len(render.submits()) == 1
        assert job.cost_micros == await desk.spent() > 0
        assert any("Submitted as" in str(entry["line"]) for entry in job.log if isinstance(entry, dict))

    async def test_variants_come_from_one_submit(self, desk: RenderDesk) -> None:
        render = await desk.started(variants=3)

        await render.ended()

        assert len({asset.sha256 for asset in await render.assets()}) == 3
        assert len(render.submits()) == 1

    @pytest.mark.parametrize("model", [VIDEO, PIKA])
    async def test_a_video_comes_with_a_poster(self, desk: RenderDesk, store: S3Store, model: str) -> None:
        render = await desk.started(model, RenderKind.VIDEO, reference_ids=desk.office.pictures)

        job = await render.ended()

        assert job.state is RenderState.SUCCEEDED, job.error
        [video] = await render.assets()
        async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
            poster = await session.get_one(Asset, video.poster_asset_id)
        assert (video.kind, video.content_type) == (AssetKind.VIDEO, "video/mp4")
        assert (video.duration_ms or 0) > 500
        assert poster.kind is AssetKind.IMAGE
        assert (await store.head(poster.storage_key)).content_type == "image/jpeg"

    async def test_a_webhook_makes_it_look_at_once(self, desk: RenderDesk) -> None:
        """A call that comes before the submit has returned is kept, and calls for other attempts are ignored."""
        desk.fault("replicate", "latency", method="POST", path=CREATE, times=1, params={"seconds": 1})
        render = await desk.started()
        await render.handle.signal(RenderJobWorkflow.look, 7)
        await render.handle.signal(RenderJobWorkflow.look, 1)
        await render.handle.signal(RenderJobWorkflow.look, 1)

        assert (await render.ended()).state is RenderState.SUCCEEDED

        happened = [event.event_type async for event in render.handle.fetch_history_events()]
        submitted = happened.index(EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
        looked = happened.index(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, submitted)
        assert EventType.EVENT_TYPE_TIMER_STARTED not in happened[:looked]


class TestFailure:
    async def test_what_may_succeed_next_time_is_tried_again_by_itself(self, desk: RenderDesk) -> None:
        desk.fault("replicate", "job_failed", times=1)
        render = await desk.started()

        job = await render.ended()

        assert (job.state, job.attempt) == (RenderState.SUCCEEDED, 2)
        assert len(render.submits()) == 2
        assert [attempt.outcome for attempt in await render.attempts()] == [RenderState.FAILED, RenderState.SUCCEEDED]

    async def test_after_the_third_time_it_has_failed_for_good_and_people_are_told(self, desk: RenderDesk) -> None:
        desk.fault("replicate", "job_failed")
        render = await desk.started()

        job = await render.ended()

        assert (job.state, job.attempt) == (RenderState.FAILED, 3)
        assert len(render.submits()) == 3
        [notice] = await notices(desk)
        assert "evening, 1:1" in notice.title
        assert notice.body == job.error

    async def test_what_the_content_filter_blocks_is_not_paid_again(self, desk: RenderDesk) -> None:
        desk.fault("replicate", "nsfw")
        render = await desk.started()

        job = await render.ended()

        assert (job.state, job.attempt) == (RenderState.FAILED, 1)
        assert len(render.submits()) == 1
        assert "filter" in (job.error or "").lower()

    async def test_without_credit_it_says_so_and_books_nothing(self, desk: RenderDesk) -> None:
        desk.fault("replicate", "no_credit")
        render = await desk.started()

        job = await render.ended()

        assert job.state is RenderState.FAILED
        assert "credit" in (job.error or "")
        assert await desk.spent() == 0

    async def test_the_cap_refuses_before_it_is_exceeded(self, desk: RenderDesk) -> None:
        await desk.office.change_settings(ai_monthly_cap_micros=1)
        render = await desk.started()

        job = await render.ended()

        assert (job.state, job.error_type) == (RenderState.FAILED, "ai_cap_reached")
        assert render.submits() == []
        assert await desk.spent() == 0

    async def test_an_outage_before_the_submit_is_waited_for(self, desk: RenderDesk) -> None:
        desk.fault("replicate", "throttle", method="POST", path=CREATE, times=1, params={"retry_after": 1})
        render = await desk.started()

        job = await render.ended()

        assert (job.state, job.attempt) == (RenderState.SUCCEEDED, 1)
        assert len(render.submits()) == 1

    @pytest.mark.parametrize("name", ["truncated_file", "wrong_type", "blank_file"])
    async def test_a_file_that_cannot_be_used_never_reaches_the_library(self, desk: RenderDesk, name: str) -> None:
        desk.fault("replicate", name, times=4 if name == "truncated_file" else 1)
        render = await desk.started()

        job = await render.ended()

        first, *_ = await render.attempts()
        assert (first.outcome, first.error_type) == (RenderState.FAILED, "render.bad_result")
        assert (job.state, job.attempt) == (RenderState.SUCCEEDED, 2)
        assert len(await render.assets()) == 1

    async def test_a_download_that_breaks_off_is_repeated_without_a_new_submit(self, desk: RenderDesk) -> None:
        desk.fault("replicate", "truncated_file", times=1)
        render = await desk.started()

        assert (await render.ended()).attempt == 1
        assert len(render.submits()) == 1

    @pytest.mark.parametrize("name", ["expired_link", "forgotten"])
    async def test_what_was_paid_and_is_lost_is_not_paid_again_unasked(self, desk: RenderDesk, name: str) -> None:
        desk.fault("replicate", name)
        render = await desk.started()

        job = await render.ended()

        assert (job.state, job.attempt) == (RenderState.FAILED, 1)
        assert "paid" in (job.error or "")


class TestDoubt:
    async def test_a_submit_whose_answer_was_lost_is_found_again_by_its_seed(self, desk: RenderDesk) -> None:
        desk.fault("replicate", "applied_then_dropped", method="POST", path=CREATE, times=1)
        render = await desk.started()

        job = await render.ended()

        assert (job.state, job.attempt) == (RenderState.SUCCEEDED, 1)
        assert len(render.submits()) == 1

    async def test_a_submit_that_never_arrived_is_sent_again(self, desk: RenderDesk) -> None:
        desk.fault("replicate", "dropped_before", method="POST", path=CREATE, times=1)
        render = await desk.started()

        job = await render.ended()

        assert job.state is RenderState.SUCCEEDED, job.error
        assert len(render.submits()) == 1

    @pytest.mark.parametrize(("model", "service"), [(VIDEO, "runway"), (PIKA, "fal")])
    async def test_where_nobody_can_look_a_person_is_asked_and_nothing_is_paid_twice(
        self, desk: RenderDesk, model: str, service: str
    ) -> None:
        desk.fault(service, "applied_then_dropped", method="POST", times=1)
        render = await desk.started(model, RenderKind.VIDEO, reference_ids=desk.office.pictures)

        job = await render.ended()

        assert (job.state, job.attempt) == (RenderState.UNKNOWN, 1)
        assert len(render.submits()) == 1
        assert "may have been made and charged" in (job.error or "")
        assert await desk.spent() == job.cost_micros > 0, "what it may have cost stays booked, and is shown"
        assert [notice.kind for notice in await notices(desk)] == ["render_unknown"]

    async def test_a_worker_that_died_between_submit_and_answer_is_found_out(self, desk: RenderDesk) -> None:
        """The claim is stored, the answer never is: the next worker looks before it sends."""
        render = await desk.wanted()
        dead = RenderAttempt(
            workspace_id=desk.office.workspace_id,
            render_job_id=render.id,
            number=1,
            state=LedgerState.SENDING,
            token=uuid4(),
            send_deadline=datetime.now(UTC) - timedelta(minutes=1),
            first_sent_at=datetime.now(UTC) - timedelta(minutes=1),
            seed=4_711,
        )
        async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
            session.add(dead)
        await render.start()

        job = await render.ended()

        assert job.state is RenderState.SUCCEEDED, job.error
        assert [attempt.number for attempt in await render.attempts()] == [1]
        assert [made["seed"] for made in render.submits()] == [4_711]


class TestCancel:
    async def test_before_the_start_it_is_at_once_and_costs_nothing(self, desk: RenderDesk) -> None:
        render = await desk.wanted()
        async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
            seen = await jobs.ask_to_cancel(session, render.id)
        assert seen.state is RenderState.CANCELLED

        await render.start()

        assert (await render.ended()).state is RenderState.CANCELLED
        assert render.submits() == []
        assert await desk.spent() == 0

    async def test_while_it_runs_the_provider_is_asked(self, desk: RenderDesk) -> None:
        desk.pace(service="replicate", render_s=60)
        render = await desk.started()
        await render.until(lambda job: job.stage in (RenderStage.IN_QUEUE, RenderStage.RENDERING))

        seen = await render.cancel()

        assert seen.state is RenderState.RUNNING
        assert (await render.ended()).state is RenderState.CANCELLED
        [made] = render.submits()
        assert made["state"] in ("canceled", "cancelled")

    async def test_one_that_was_quicker_is_kept_and_said_so(self, desk: RenderDesk) -> None:
        desk.fault("replicate", "lost_webhook")
        desk.pace(service="replicate", render_s=60)
        render = await desk.started()
        await render.until(lambda job: job.stage is RenderStage.RENDERING)
        [made] = render.submits()
        desk.control.post(f"/media/jobs/{made['id']}/finish").raise_for_status()

        await render.cancel()

        job = await render.ended()
        assert job.state is RenderState.SUCCEEDED, job.error
        assert len(await render.assets()) == 1
        assert any(
            "before the provider could stop it" in str(entry["line"]) for entry in job.log if isinstance(entry, dict)
        )

    async def test_a_cancel_in_temporal_means_the_same(self, desk: RenderDesk) -> None:
        desk.pace(service="replicate", render_s=60)
        render = await desk.started()
        await render.until(lambda job: job.stage is RenderStage.RENDERING)

        await render.handle.cancel()

        assert (await render.ended()).state is RenderState.CANCELLED

    async def test_between_two_attempts_nothing_more_is_paid(self, desk: RenderDesk) -> None:
        desk.fault("replicate", "job_failed")
        render = await desk.started()
        await render.until(lambda job: job.stage is RenderStage.WAITING and job.attempt == 1)

        seen = await render.cancel()

        assert seen.state is RenderState.CANCELLED
        assert (await render.ended()).state is RenderState.CANCELLED
        assert len(render.submits()) == 1
