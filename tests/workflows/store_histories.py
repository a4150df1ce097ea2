"""Stores new histories for `test_replay.py`, from real runs on the simulator; pytest runs it only where it is named."""

import json
from typing import Any

import pytest

from models.contracts import commands as c
from models.domain.states import CampaignStatus, Scope, Verdict
from models.domain.strategy import Strategy
from settings import Settings
from tests.workflows.campaign_desk import Run, Shop, everything, working
from tests.workflows.test_campaign_creation import BARE
from tests.workflows.test_replay import HISTORIES, replayer
from workflows.ids import campaign_workflow_id, publish_workflow_id


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
    history = await run.shop.client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
    await replayer().replay_workflow(history)
    without_machine = _anonymous(json.loads(history.to_json()))
    (HISTORIES / f"{name}.json").write_text(json.dumps(without_machine, separators=(",", ":")) + "\n")


def _anonymous(part: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(part, dict):
        named = {"identity": "worker", "stackTrace": ""}
        return {key: named.get(key, _anonymous(value)) for key, value in part.items()}
    return [_anonymous(value) for value in part] if isinstance(part, list) else part
