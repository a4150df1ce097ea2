"""Stores new histories for `test_replay.py`, from real runs on the simulator; pytest runs it only where it is named."""

import json
from contextlib import AsyncExitStack, suppress
from typing import Any
from uuid import uuid4

import httpx
import pytest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError, WorkflowHandle

from models.contracts import commands as c
from models.contracts.base import Actor
from models.contracts.optimizing import MoveRequest, StopRef, UndoTarget, UpkeepRun
from models.domain.states import (
    CampaignStatus,
    Channel,
    MoveState,
    Ratio,
    RenderKind,
    RenderStage,
    RenderState,
    RunOutcome,
    Scope,
    StopScope,
    Verdict,
)
from models.domain.strategy import Strategy
from models.tables.optimization import MoveSet
from records import stops
from records.database import Database
from records.stops import StopWish
from settings import Settings
from tests.workflows import test_importing
from tests.workflows.campaign_desk import Run, Shop, everything, working
from tests.workflows.render_desk import PICTURE, VIDEO, RenderDesk, RenderRunning, open_desk
from tests.workflows.scripted_import import Steps
from tests.workflows.scripted_upkeep import Rounds
from tests.workflows.test_campaign_creation import BARE
from tests.workflows.test_hourly_runs import begin, crowd_of, market, rows
from tests.workflows.test_replay import HISTORIES, replayer
from tests.workflows.test_upkeep import nights, serving
from workflows import policies
from workflows.ids import UPKEEP_STOPS, campaign_workflow_id, moves_workflow_id, publish_workflow_id, stop_workflow_id
from workflows.moves import MoveWorkflow
from workflows.render import RenderJobWorkflow
from workflows.stop import StopWorkflow
from workflows.upkeep import HourlyUpkeepWorkflow, NightlyUpkeepWorkflow

__all__ = ["market"]
ANA = Actor(name="Ana", channel=Channel.WEB)


async def test_everything_drafted(shop: Shop) -> None:
    text = "Sell our lamps for 600 USD a day."
    run = await shop.prepared(None, shop.office.body(strategy=False, raw_text=text, budget=None))
    await run.create()
    await run.drafted()
    await run.do(c.Archive())
    await run.handle.result()

    await _store(run, "campaign-drafted")


async def test_a_whole_story(shop: Shop) -> None:
    run = await shop.started()
    seen = await run.submitted()
    await _send_back_and_rewrite(run, seen.items[0].key)
    await run.do(c.ApproveAll(seen=everything(await run.now())), run.office.ben)
    await _revise_strategy(run)
    await run.do(c.ApproveAll(seen=everything(await run.now())), run.office.ben)
    await run.until(lambda now: now.status is CampaignStatus.READY)
    await run.signal("publish")
    await run.until(lambda now: now.status is CampaignStatus.SCHEDULED)
    await run.do(c.Pause())
    await run.until(lambda now: now.status is CampaignStatus.PAUSED)
    await run.do(c.End())
    await run.handle.result()

    await _store(run, "campaign-story")
    await _store(run, "publish-of-story", publish_workflow_id(run.campaign_id, 1))


async def test_a_refused_create(shop: Shop) -> None:
    run = await shop.prepared(None, {"brief": {"name": ""}})
    with pytest.raises(Exception, match="update failed"):
        await run.create()
    await run.handle.result()

    await _store(run, "campaign-refused")


async def test_a_cancelled_run(shop: Shop) -> None:
    run = await shop.prepared(None, BARE)
    await run.create()
    await run.signal("fly")
    await run.handle.cancel()
    await run.handle.result()

    await _store(run, "campaign-cancelled")


async def test_runs_that_continue(second_shop: Shop, settings: Settings) -> None:
    async with working(second_shop.client, settings):
        run = await second_shop.started()
        await run.live()
        await run.do(c.End())
        await run.handle.result()
        first = (await run.handle.describe()).raw_info.first_run_id
        await _store(run, "campaign-continued-1", run_id=first)
        await _store(run, "campaign-continued-2")


async def test_a_campaign_that_has_pictures_made(shop: Shop) -> None:
    run = await shop.started(allow_ai_images=True)
    await run.drafted()
    ordered = c.Render(items=["evening.en"], kind=RenderKind.IMAGE, ratios=[Ratio.SQUARE], model=PICTURE)
    shop.meta.control.post("/media", json={"render_s": 60}).raise_for_status()
    await run.do(ordered)
    [made] = (await run.until(lambda now: bool(now.open_renders))).open_renders
    await run.do(c.CancelRender(render_id=made))
    await run.until(lambda now: not now.open_renders and now.step is None)
    shop.meta.control.delete("/media").raise_for_status()
    await run.do(c.Archive())
    await run.handle.result()

    await _store(run, "campaign-rendered")


async def test_an_hour_a_move_and_a_stop(campaigns_client: Client, db: Database, market: httpx.AsyncClient) -> None:
    crowd = await crowd_of(db, market, 3)
    ref, client = crowd.ref, campaigns_client
    hour = await begin(client, ref)
    assert (await hour.result()).counts["applied"]
    await _keep(hour, "hour-signs")
    moved = next(row for row in await rows(db, crowd, MoveSet) if row.state is MoveState.APPLIED)
    back = MoveRequest(
        workspace_id=ref.workspace_id,
        request_id=uuid4(),
        actor=ANA,
        kind="undo",
        target=UndoTarget(move_set_id=moved.id),
    )
    undo = await client.start_workflow(
        MoveWorkflow.run, back, id=moves_workflow_id(back.request_id), task_queue=policies.QUEUE_CAMPAIGNS
    )
    assert (await undo.result()).applied
    await _keep(undo, "moves-undone")
    wish = StopWish(ref.workspace_id, str(uuid4()), ANA, StopScope.ACCOUNT, ad_account_id=ref.ad_account_id)
    async with db.workspace_transaction(ref.workspace_id) as session:
        ordered = await stops.order(session, wish)
    stop = await client.start_workflow(
        StopWorkflow.run,
        StopRef(workspace_id=ref.workspace_id, stop_id=ordered.id),
        id=stop_workflow_id(ordered.id),
        task_queue=policies.QUEUE_CAMPAIGNS,
    )
    assert (await stop.result()).clean
    await _keep(stop, "stop-finished")
    stopped = await begin(client, ref)
    assert (await stopped.result()).outcome is RunOutcome.STOPPED
    await _keep(stopped, "hour-stopped")


async def test_an_hour_without_the_platform(campaigns_client: Client, db: Database, market: httpx.AsyncClient) -> None:
    crowd = await crowd_of(db, market, 2, hours=2)
    path = f"/meta/accounts/{crowd.number}/market/outages"
    (await market.post(path, json={"hours": 6})).raise_for_status()
    hour = await begin(campaigns_client, crowd.ref)
    assert (await hour.result()).outcome is RunOutcome.UNREACHABLE
    await _keep(hour, "hour-unreachable")


async def test_the_upkeep(second_client: Client) -> None:
    """With steps that only say that they were taken: what is replayed is the order of things."""
    queue = policies.QUEUE_CAMPAIGNS
    stop = StopRef(workspace_id=uuid4(), stop_id=uuid4())
    async with serving(second_client, Rounds(stops=[stop], pages=nights(2, 2))):
        hourly = await second_client.start_workflow(
            HourlyUpkeepWorkflow.run, UpkeepRun(), id=f"h-{uuid4()}", task_queue=queue
        )
        await hourly.result()
        await second_client.get_workflow_handle(stop_workflow_id(stop.stop_id)).result()
        night = await second_client.start_workflow(
            NightlyUpkeepWorkflow.run, UpkeepRun(), id=f"n-{uuid4()}", task_queue=queue
        )
        await night.result()
    watch = second_client.get_workflow_handle(UPKEEP_STOPS)
    await _keep(hourly, "upkeep-hourly")
    await _keep(second_client.get_workflow_handle(night.id, run_id=night.first_execution_run_id), "upkeep-nightly-1")
    await _keep(second_client.get_workflow_handle(night.id), "upkeep-nightly-2")
    await _keep(watch, "upkeep-stops")
    await watch.terminate("the story is over")


async def test_an_import(second_client: Client) -> None:
    for name, steps in (("import-done", Steps()), ("import-failed", Steps(fails="ad_set"))):
        async with test_importing.serving(second_client, steps):
            run = await test_importing.begin(second_client)
            with suppress(WorkflowFailureError):
                await run.result()
        await _keep(run, name)


@pytest.mark.parametrize("story", ["webhook", "retried", "cancelled", "unknown", "continued"])
async def test_a_render(story: str, shop: Shop, second_shop: Shop, settings: Settings) -> None:
    shop = second_shop if story == "continued" else shop
    desk = await open_desk(shop.client, shop.office, shop.meta.control)
    desk.clear_faults()
    desk.pace(render_s=0.3 if story in ("retried", "unknown") else 60)
    try:
        async with AsyncExitStack() as closing:
            if story == "continued":
                await closing.enter_async_context(working(shop.client, settings))
            await RENDERS[story](desk)
    finally:
        desk.clear_faults()
        desk.control.delete("/media").raise_for_status()


async def _by_webhook(desk: RenderDesk) -> None:
    render = await desk.started()
    await render.until(lambda job: job.stage is RenderStage.RENDERING)
    desk.control.post(f"/media/jobs/{render.submits()[0]['id']}/finish").raise_for_status()
    await render.handle.signal(RenderJobWorkflow.look, 1)
    await _ended(render, RenderState.SUCCEEDED, "render-webhook")


async def _retried(desk: RenderDesk) -> None:
    desk.fault("replicate", "job_failed", times=1)
    await _ended(await desk.started(), RenderState.SUCCEEDED, "render-retried")


async def _cancelled(desk: RenderDesk) -> None:
    render = await desk.started()
    await render.until(lambda job: job.stage is RenderStage.RENDERING)
    await render.cancel()
    await _ended(render, RenderState.CANCELLED, "render-cancelled")


async def _unknown(desk: RenderDesk) -> None:
    desk.fault("runway", "applied_then_dropped", method="POST", times=1)
    render = await desk.started(VIDEO, RenderKind.VIDEO, reference_ids=desk.office.pictures)
    await _ended(render, RenderState.UNKNOWN, "render-unknown")


async def _continued(desk: RenderDesk) -> None:
    """Somebody who keeps asking makes the history long; the last run ends with a cancel in Temporal."""
    render = await desk.started()
    first = (await render.handle.describe()).run_id
    begun = desk.client.get_workflow_handle(render.handle.id, run_id=first)
    while (await begun.describe()).status is WorkflowExecutionStatus.RUNNING:
        await render.handle.signal(RenderJobWorkflow.look, 0)
    await _keep(begun, "render-continued-1")
    await render.handle.cancel()
    await _ended(render, RenderState.CANCELLED, "render-continued-2")


RENDERS = {
    "webhook": _by_webhook,
    "retried": _retried,
    "cancelled": _cancelled,
    "unknown": _unknown,
    "continued": _continued,
}


async def _ended(render: RenderRunning, state: RenderState, name: str) -> None:
    assert (await render.ended()).state is state
    await _keep(render.handle, name)


async def _send_back_and_rewrite(run: Run, item: str) -> None:
    seen = next(found.hash for found in (await run.now()).items if found.key == item)
    verdict = c.Decide(
        scope=Scope.CONTENT, item=item, verdict=Verdict.REQUEST_CHANGES, seen_hash=seen or "", reason="Say 20 %"
    )
    await run.do(verdict, run.office.ben)
    await run.do(c.Regenerate(items=[item]))
    await run.idle()
    await run.do(c.Submit(scopes=[Scope.CONTENT]))
    await run.until(lambda now: now.step is None and now.scopes[Scope.ADS].requested)


async def _revise_strategy(run: Run) -> None:
    version = (await run.facts()).strategies.working
    assert version is not None
    body = Strategy.model_validate(version.body).model_copy(update={"summary": "", "rationale": ""})
    body = body.model_copy(update={"message": body.message.model_copy(update={"proposition": "Light for less"})})
    await run.do(c.EditStrategy(input_id=await run.office.store(body)))
    await run.do(c.Submit(scopes=[Scope.STRATEGY]))
    await run.until(lambda now: now.step is None and now.scopes[Scope.ADS].requested)


async def _store(run: Run, name: str, workflow_id: str | None = None, run_id: str | None = None) -> None:
    workflow_id = workflow_id or campaign_workflow_id(run.campaign_id)
    await _keep(run.shop.client.get_workflow_handle(workflow_id, run_id=run_id), name)


async def _keep(handle: WorkflowHandle[Any, Any], name: str) -> None:
    history = await handle.fetch_history()
    await replayer().replay_workflow(history)
    without_machine = _anonymous(json.loads(history.to_json()))
    (HISTORIES / f"{name}.json").write_text(json.dumps(without_machine, separators=(",", ":")) + "\n")


def _anonymous(part: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(part, dict):
        named = {"identity": "worker", "stackTrace": ""}
        return {key: named.get(key, _anonymous(value)) for key, value in part.items()}
    return [_anonymous(value) for value in part] if isinstance(part, list) else part
