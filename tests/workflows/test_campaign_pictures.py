"""Pictures of a campaign: made unasked where the brief allows it, drawn over, and changed without touching the rest."""

import asyncio
import time
from collections.abc import Iterator
from io import BytesIO
from uuid import UUID

import pytest
from PIL import Image
from pydantic import JsonValue
from sqlmodel import col, select

from models.contracts import commands as c
from models.contracts.campaign import CampaignSnapshot
from models.contracts.rendering import RenderRef, RenderRun
from models.domain.base import Money
from models.domain.brief import Product
from models.domain.states import ApprovalState, CampaignStatus, Ratio, RenderStage, RenderState, Scope
from models.tables.asset import Asset, AssetSource
from models.tables.base import utc_now
from models.tables.render import RenderAttempt, RenderJob
from providers.storage.s3 import S3Store
from records.renders import jobs
from settings import Settings
from tests.office import AGENCY
from tests.workflows.campaign_desk import PATIENCE_S, Run, Shop, everything, working
from workflows import policies
from workflows.campaign import CampaignWorkflow
from workflows.ids import render_workflow_id
from workflows.render import RenderJobWorkflow


@pytest.fixture(autouse=True)
def calm(shop: Shop) -> Iterator[None]:
    shop.office.ratios = list(Ratio)
    yield
    shop.meta.control.delete("/faults").raise_for_status()
    shop.meta.control.delete("/media").raise_for_status()


async def renders(run: Run) -> list[RenderJob]:
    query = select(RenderJob).where(RenderJob.campaign_id == run.campaign_id).order_by(col(RenderJob.created_at))
    async with run.office.db.workspace_transaction(run.office.workspace_id) as session:
        return list(await session.scalars(query))


async def finished(run: Run) -> CampaignSnapshot:
    """Nothing is in the making any more, and everything that was made is drawn over."""
    return await run.until(
        lambda seen: (
            seen.step is None
            and not seen.open_renders
            and not seen.new_renders
            and seen.waiting_on.startswith("Market")
        )
    )


async def asset(run: Run, asset_id: object) -> Asset:
    async with run.office.db.workspace_transaction(run.office.workspace_id) as session:
        return await session.get_one(Asset, asset_id)


async def until_running(run: Run, render_id: UUID) -> None:
    """Its provider has it."""
    deadline = time.monotonic() + PATIENCE_S
    while not any(job.id == render_id and job.stage is RenderStage.RENDERING for job in await renders(run)):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


class TestMadeUnasked:
    async def test_each_concept_gets_one_render_per_ratio_whatever_the_number_of_languages(
        self, shop: Shop, store: S3Store
    ) -> None:
        body = shop.office.body(allow_ai_images=True, languages=["en", "ar"])
        body["strategy"]["message"]["languages"] = ["en", "ar"]  # type: ignore[index, call-overload]
        run = await shop.prepared(None, body)
        await run.create()

        await finished(run)

        made = await renders(run)
        assert sorted((job.concept_key, job.ratio) for job in made) == sorted(
            (concept, ratio) for concept in ("evening", "workshop") for ratio in Ratio
        )
        assert {job.state for job in made} == {RenderState.SUCCEEDED}
        items = {key: await run.item(key) for key in ("evening.en", "evening.ar")}
        bases = [item["design"]["bases"] for item in items.values()]
        assert bases[0] == bases[1]
        shown = [{part["sha256"] for part in item["assets"]} for item in items.values()]
        assert len(shown[0]) == len(shown[1]) == 4
        assert not shown[0] & shown[1], "the headline is drawn in the item's own language"
        vertical = await asset(run, next(p["asset_id"] for p in items["evening.ar"]["assets"] if p["ratio"] == "9:16"))
        with Image.open(BytesIO(await store.get(vertical.storage_key))) as picture:
            assert picture.size == (1080, 1920)

    async def test_without_permission_only_the_supplied_pictures_are_used(self, shop: Shop) -> None:
        run = await shop.started()

        await run.drafted()

        assert await renders(run) == []
        item = await run.item("evening.en")
        assert {part["asset_id"] for part in item["design"]["bases"]} == {str(run.office.pictures[0])}
        assert {(await asset(run, part["asset_id"])).source for part in item["assets"]} == {AssetSource.COMPOSED}

    async def test_where_others_decide_nothing_is_paid_before_they_approved_the_strategy(self, shop: Shop) -> None:
        run = await shop.started(allow_ai_images=True, approval=AGENCY["approval"])
        await run.drafted()
        assert await renders(run) == []
        refused = await run.refused(c.Submit())
        assert "made once the strategy is approved" in refused.message

        await run.do(c.Submit(scopes=[Scope.STRATEGY]))
        for person in (run.office.ben, run.office.client):
            await run.do(c.ApproveAll(seen=everything(await run.now())), person)

        await finished(run)
        assert len(await renders(run)) == 8

    async def test_one_that_failed_for_good_is_not_paid_again_unasked(self, shop: Shop) -> None:
        shop.meta.control.post("/faults", json={"service": "replicate", "name": "nsfw", "times": 1})
        run = await shop.started(allow_ai_images=True)

        await finished(run)

        made = await renders(run)
        failed = next(job for job in made if job.state is RenderState.FAILED)
        assert len(made) == 8
        await run.do(c.RenderAgain(render_id=failed.id))
        await finished(run)
        [again] = [job for job in await renders(run) if job.retry_of == failed.id]
        assert again.state is RenderState.SUCCEEDED


class TestChanges:
    async def test_a_new_price_is_drawn_without_a_new_render_and_voids_that_item_only(self, shop: Shop) -> None:
        price = Money(amount_minor=8_900, currency="USD")
        product = Product(
            name="Oryx lamp", url="https://shop.example.com/oryx", images=shop.office.pictures, price=price
        )
        run = await shop.started(allow_ai_images=True, products=[product])
        await finished(run)
        await run.approved()
        before = await run.item("evening.en")
        assert before["design"]["price"] == "$89.00"

        cheaper = {**before, "design": {**before["design"], "price": "$79.00"}}
        await run.do(c.EditItem(item="evening.en", input_id=await run.office.store(cheaper)))
        await finished(run)
        await run.do(c.Submit(scopes=[Scope.CONTENT]))

        after = await run.item("evening.en")
        assert len(await renders(run)) == 8
        assert after["design"]["bases"] == before["design"]["bases"]
        assert not {p["sha256"] for p in after["assets"]} & {p["sha256"] for p in before["assets"]}
        states = {item.key: item.state for item in (await run.now()).items}
        assert states == {"evening.en": ApprovalState.NEEDS_REVIEW, "workshop.en": ApprovalState.APPROVED}

    async def test_a_new_picture_for_one_item_leaves_the_others(self, shop: Shop) -> None:
        run = await shop.started(allow_ai_images=True)
        await finished(run)
        before = {key: await run.item(key) for key in ("evening.en", "workshop.en")}

        wish = await run.office.store({"instruction": "Warmer light"})
        answer = await run.do(
            c.Render(items=["evening.en"], ratios=[Ratio.SQUARE], model="replicate/flux-schnell", input_id=wish)
        )
        await finished(run)

        after = {key: await run.item(key) for key in before}
        [made] = [job for job in await renders(run) if str(job.id) in str(answer.detail["renders"])]
        assert "Warmer light" in made.prompt
        assert after["workshop.en"] == before["workshop.en"]
        changed = {
            new["ratio"]
            for old, new in zip(before["evening.en"]["assets"], after["evening.en"]["assets"], strict=True)
            if old != new
        }
        assert changed == {"1:1"}

    async def test_a_picture_that_a_person_puts_in_is_not_drawn_over(self, shop: Shop) -> None:
        run = await shop.started()
        await run.drafted()
        before = await run.item("evening.en")
        photo = await asset(run, run.office.pictures[0])
        own: JsonValue = {"ratio": "1:1", "asset_id": str(photo.id), "sha256": photo.sha256}
        assets: list[JsonValue] = [own if part["ratio"] == "1:1" else part for part in before["assets"]]

        await run.do(c.EditItem(item="evening.en", input_id=await run.office.store({**before, "assets": assets})))
        await run.idle()

        after = await run.item("evening.en")
        assert next(part["sha256"] for part in after["assets"] if part["ratio"] == "1:1") == photo.sha256
        assert "1:1" not in {base["ratio"] for base in after["design"]["bases"]}

    async def test_a_headline_that_does_not_fit_waits_for_a_person_with_words(self, shop: Shop) -> None:
        run = await shop.started()
        await run.drafted()
        before = await run.item("evening.en")

        long = {**before, "overlay_text": "W" * 60}
        await run.do(c.EditItem(item="evening.en", input_id=await run.office.store(long)))
        seen = await run.until(lambda now: bool(now.problem))

        assert "evening.en" in (seen.problem or "")
        assert "horten" in (seen.problem or "")
        await run.do(c.EditItem(item="evening.en", input_id=await run.office.store(before)))
        assert not (await run.idle()).problem


class TestGivingUp:
    async def test_a_cancelled_campaign_has_its_renders_cancelled(self, shop: Shop) -> None:
        shop.meta.control.post("/media", json={"service": "replicate", "render_s": 600}).raise_for_status()
        run = await shop.started(allow_ai_images=True)
        await run.until(lambda seen: len(seen.open_renders) == 8)

        await run.do(c.Cancel())

        deadline = time.monotonic() + PATIENCE_S
        while {job.state for job in await renders(run)} != {RenderState.CANCELLED}:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        assert (await run.row()).status is CampaignStatus.CANCELLED

    async def test_a_person_cancels_one_and_the_others_go_on(self, shop: Shop) -> None:
        shop.meta.control.post("/media", json={"service": "replicate", "render_s": 600}).raise_for_status()
        run = await shop.started(allow_ai_images=True)
        seen = await run.until(lambda seen: len(seen.open_renders) == 8)
        refused = await run.refused(c.Submit())
        assert "still wait for pictures" in refused.message

        await run.do(c.CancelRender(render_id=seen.open_renders[0]))

        now = await run.until(lambda now: len(now.open_renders) == 7)
        assert now.waiting_on.startswith("Greenlight: 7 pictures")
        for render_id in now.open_renders:
            await run.do(c.CancelRender(render_id=render_id))
        await run.until(lambda now: not now.open_renders)
        # People read the row, not the workflow.
        await run.until_row(lambda row: (row.waiting_on or "").startswith("Marketer"))


class TestLongHistories:
    async def test_renders_outlive_the_runs_of_their_campaign_and_are_paid_once(
        self, second_shop: Shop, working_second: None
    ) -> None:
        second_shop.office.ratios = list(Ratio)
        run = await second_shop.started(allow_ai_images=True)
        first_run = (await run.handle.describe()).run_id

        await finished(run)

        assert (await run.handle.describe()).run_id != first_run
        made = await renders(run)
        assert {(job.state, job.attempt) for job in made} == {(RenderState.SUCCEEDED, 1)}
        assert len(made) == 8
        async with run.office.db.workspace_transaction(run.office.workspace_id) as session:
            submits = list(await session.scalars(select(RenderAttempt)))
        books = second_shop.meta.control.get("/media/books").json()
        paid = [job["seed"] for service in books.values() for job in service["jobs"]]
        assert [paid.count(submit.seed) for submit in submits] == [1] * 8

    async def test_an_end_heard_in_the_last_moment_of_a_run_is_not_lost(
        self, second_shop: Shop, settings: Settings
    ) -> None:
        second_shop.office.ratios = list(Ratio)
        second_shop.meta.control.post("/media", json={"service": "replicate", "render_s": 600}).raise_for_status()
        run = await second_shop.prepared(None, second_shop.office.body(allow_ai_images=True))
        async with working(second_shop.client, settings):
            await run.create()
            seen = await run.until(lambda now: len(now.open_renders) == 8)
        async with run.office.db.workspace_transaction(run.office.workspace_id) as session:
            for render_id in seen.open_renders:
                # Without its workflow, whose own signal would come in the next run.
                await second_shop.client.get_workflow_handle(render_workflow_id(render_id)).terminate()
                await jobs.end(session, await jobs.locked(session, render_id), RenderState.CANCELLED, utc_now())
        for _ in range(45):
            await run.signal("fly")
        await run.handle.signal(CampaignWorkflow.render_ended)

        async with working(second_shop.client, settings):
            await run.until(lambda now: not now.open_renders)


class TestOperators:
    async def test_a_render_that_was_terminated_goes_on_from_its_records(self, shop: Shop) -> None:
        shop.meta.control.post("/media", json={"service": "replicate", "render_s": 600}).raise_for_status()
        run = await shop.started(allow_ai_images=True)
        seen = await run.until(lambda now: len(now.open_renders) == 8)
        chosen = seen.open_renders[0]
        await until_running(run, chosen)
        ref = RenderRef(workspace_id=run.office.workspace_id, campaign_id=run.campaign_id, render_id=chosen)
        await shop.client.get_workflow_handle(render_workflow_id(chosen)).terminate()

        again = await shop.client.start_workflow(
            RenderJobWorkflow.run,
            RenderRun(ref=ref),
            id=render_workflow_id(chosen),
            task_queue=policies.QUEUE_CAMPAIGNS,
        )
        await run.do(c.CancelRender(render_id=chosen))

        assert (await again.result()).state is RenderState.CANCELLED
        [job] = [job for job in await renders(run) if job.id == chosen]
        assert job.attempt == 1
