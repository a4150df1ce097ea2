"""Publishing as the campaign sees it: cancelled, refused, tried again, and heard of at awkward moments."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus

from models.contracts import commands as c
from models.contracts.publishing import PublishOutcome
from models.domain.states import CampaignStatus
from models.tables.asset import Asset
from providers.storage.s3 import S3Store
from settings import Settings
from tests.workflows.campaign_desk import Run, Shop, working
from tests.workflows.scripted import SilentPublish
from workflows.campaign import CampaignWorkflow
from workflows.ids import publish_workflow_id

# A cancel reaches a running activity with its next heartbeat.
LONGER_THAN_A_CANCEL_S = 6


def hold_ads(shop: Shop, seconds: float) -> None:
    """The platform takes its time to create ads."""
    path = f"*/act_{shop.meta.id}/ads"
    spec = {
        "service": "meta",
        "name": "latency",
        "method": "POST",
        "path": path,
        "params": {"seconds": seconds},
        "times": 1,
    }
    shop.meta.control.post("/faults", json=spec).raise_for_status()


async def test_a_publish_cancelled_in_the_same_breath_is_taken_back(shop: Shop) -> None:
    run = await shop.started()
    await run.approved()
    hold_ads(shop, LONGER_THAN_A_CANCEL_S)

    await run.do(c.Publish())
    refused = await run.refused(c.Submit())
    await run.do(c.CancelPublish())
    seen = await run.until(lambda now: now.status is not CampaignStatus.PUBLISHING)

    assert "cancel the publish first" in refused.message
    assert refused.details[0]["allowed"] == [
        "cancel_publish",
        "set_optimizer_mode",
        "set_optimizer_goal",
        "retry",
        "cancel_render",
    ]
    assert seen.status is CampaignStatus.READY
    assert "cancelled" in (seen.problem or "")
    assert run.standing() == {"campaigns": 0, "adsets": 0, "ads": 0}


async def test_what_meta_refuses_is_taken_back_and_told_in_metas_words(shop: Shop) -> None:
    run = await shop.started()
    await run.drafted()
    plan = (await run.facts()).plans.working
    assert plan is not None
    unknown = {**plan.body, "pixel_id": "424242"}
    await run.do(c.EditPlan(input_id=await run.office.store(unknown)))

    seen = await run.live()

    assert seen.status is CampaignStatus.READY
    assert "Meta" in (seen.problem or "")
    assert seen.problem == (await run.row()).problem["message"]  # type: ignore[index]
    assert run.standing() == {"campaigns": 0, "adsets": 0, "ads": 0}
    assert any(notice.kind == "publish_failed" and notice.body == seen.problem for notice in await run.notices())


async def test_a_failed_publish_can_be_tried_again_once_its_cause_is_gone(shop: Shop, store: S3Store) -> None:
    run = await shop.started()
    await run.approved()
    picture = await _approved_picture(run)
    content = await store.get(picture.storage_key)
    await store.delete(picture.storage_key)

    await run.do(c.Publish())
    failed = await run.until(lambda now: now.status is not CampaignStatus.PUBLISHING)
    await store.put_if_absent(picture.storage_key, content, picture.content_type)
    await run.do(c.Retry())
    seen = await run.until(lambda now: now.status is not CampaignStatus.PUBLISHING)

    assert (failed.status, failed.publish_number) == (CampaignStatus.READY, 1)
    assert f"{picture.filename} is missing in the store; upload it again" in (failed.problem or "")
    assert (seen.status, seen.publish_number, seen.problem) == (CampaignStatus.SCHEDULED, 2, None)
    assert run.standing() == {"campaigns": 1, "adsets": 1, "ads": 2}


class TestContinueAsNew:
    async def test_a_publish_goes_on_while_its_campaign_continues_as_new(
        self, second_shop: Shop, working_second: None
    ) -> None:
        run = await second_shop.started()
        await run.approved()
        hold_ads(second_shop, 2)
        await run.do(c.Publish())
        await run.until(lambda now: now.status is CampaignStatus.PUBLISHING)
        first_run = (await run.handle.describe()).run_id
        publish = run.shop.client.get_workflow_handle(publish_workflow_id(run.campaign_id, 1))

        while (await run.handle.describe()).run_id == first_run:
            await _fill_history(run)
        assert (await publish.describe()).status is WorkflowExecutionStatus.RUNNING
        seen = await run.until(lambda now: now.status is not CampaignStatus.PUBLISHING)

        assert seen.status is CampaignStatus.SCHEDULED
        assert run.standing() == {"campaigns": 1, "adsets": 1, "ads": 2}
        assert second_shop.meta.books()["duplicates"] == 0

    async def test_a_campaign_answers_the_same_after_continuing_as_new(
        self, second_shop: Shop, working_second: None
    ) -> None:
        run = await second_shop.started()
        await run.submitted()
        first_run = (await run.handle.describe()).run_id
        request = run.request(c.Rename(title="Winter lamps"))
        renamed = await run.send(request)
        while (await run.handle.describe()).run_id == first_run:
            await _fill_history(run)

        assert (await run.create()).snapshot == await run.now()
        assert (await run.send(request)).snapshot == renamed.snapshot
        attributes = (await run.handle.describe()).typed_search_attributes
        assert {pair.key.name for pair in attributes} >= {"WorkspaceId", "CampaignStatus", "WaitingOn"}
        other = await second_shop.prepared(run.create_input.create_key, {"brief": {"name": "Sofas"}})
        with pytest.raises(Exception, match="Workflow update failed"):
            await other.create()

    async def test_an_outcome_heard_in_the_last_moment_of_a_run_is_not_lost(
        self, second_shop: Shop, settings: Settings
    ) -> None:
        run = await second_shop.prepared(None, second_shop.office.body())
        async with working(second_shop.client, settings):
            await run.create()
            await run.approved()
        for _ in range(45):
            await run.signal("fly")
        await run.signal("publish")
        # Heard before its start is: both reach a campaign in one go whose worker was away.
        await run.handle.signal(CampaignWorkflow.publish_finished, PublishOutcome(number=1, status="scheduled"))

        async with working(second_shop.client, settings, SilentPublish):
            seen = await run.until(lambda now: now.status is CampaignStatus.SCHEDULED)

        assert seen.publish_number == 1


async def _approved_picture(run: Run) -> Asset:
    [first, *_] = (await run.facts()).publishable_items.values()
    async with run.office.db.workspace_transaction(run.office.workspace_id) as session:
        return await session.get_one(Asset, first.assets[0].asset_id)


async def _fill_history(run: Run) -> None:
    """An invalid signal costs events and changes nothing."""
    await run.signal("fly")
    await run.now()


async def test_a_publish_that_an_operator_terminated_goes_on_where_it_was(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.publish_child.WATCH", timedelta(seconds=2))
    run = await shop.started()
    await run.approved()
    hold_ads(shop, 2)
    await run.do(c.Publish())
    publish = shop.client.get_workflow_handle(publish_workflow_id(run.campaign_id, 1))
    await run.until(lambda _: run.standing()["adsets"] > 0)

    await publish.terminate("by mistake")
    seen = await run.until(lambda now: now.status is not CampaignStatus.PUBLISHING)

    assert seen.status is CampaignStatus.SCHEDULED
    assert shop.meta.books()["duplicates"] == 0
    assert run.standing() == {"campaigns": 1, "adsets": 1, "ads": 2}
