"""PublishWorkflow with its own activities, Postgres, S3 and the simulated platform over HTTP."""

from collections.abc import Callable

from temporalio.testing import WorkflowEnvironment

from activities.publishing import Publishing
from models.domain.states import CampaignStatus, LedgerState, PlatformKind
from models.tables.campaign import Campaign
from models.tables.ledger import PublishRunState
from records import publish_runs
from records.changes import Listening, listen
from tests.activities.publishing_desk import Desk
from tests.activities.test_video_ads import clip, show_video
from tests.workflows.test_publish import serving, start


def _activities(desk: Desk) -> list[Callable[..., object]]:
    writes = desk.writes()
    rooms = (writes, Publishing(desk.platform, writes), desk.tree)
    found = [getattr(room, name) for room in rooms for name in dir(type(room))]
    return [method for method in found if hasattr(method, "__temporal_activity_definition")]


async def test_a_campaign_goes_live_although_connections_drop_after_applying(
    desk: Desk, fault: Callable[..., None], time_skipping: WorkflowEnvironment
) -> None:
    fault("applied_then_dropped", f"*/act_{desk.shop.id}/ads", method="POST")
    fault("applied_then_dropped", f"*/act_{desk.shop.id}/campaigns", method="POST")
    async with serving(time_skipping.client, _activities(desk)):
        publish, campaign = await start(time_skipping.client, desk.ref)
        heard = await campaign.result()
        await desk.change(Campaign, status=CampaignStatus.LIVE)
        await publish.result()

    books = desk.shop.books()
    assert heard.status == "scheduled", "the flight of this plan begins later"
    assert heard.counts == {
        PlatformKind.CAMPAIGN: 1,
        PlatformKind.AD_SET: 1,
        PlatformKind.AD: 2,
        PlatformKind.CREATIVE: 2,
    }
    assert books["duplicates"] == 0
    assert [len(desk.standing(kind)) for kind in ("campaigns", "adsets", "ads")] == [1, 1, 2]
    assert books["activations"][-1]["id"] == desk.standing("campaigns")[0]["id"]
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        run = await publish_runs.get(session, desk.campaign_id, 1)
    assert (run.state, run.audited_at is not None) == (PublishRunState.SCHEDULED, True)


async def test_a_video_is_waited_for_and_goes_live_beside_a_picture_although_the_answer_to_its_upload_was_lost(
    desk: Desk, fault: Callable[..., None], time_skipping: WorkflowEnvironment
) -> None:
    await show_video(desk, clip())
    fault("applied_then_dropped", f"*/act_{desk.shop.id}/advideos", method="POST")
    async with serving(time_skipping.client, _activities(desk)):
        publish, campaign = await start(time_skipping.client, desk.ref)
        heard = await campaign.result()
        await desk.change(Campaign, status=CampaignStatus.LIVE)
        await publish.result()

    assert heard.counts[PlatformKind.VIDEO] == 1
    assert (desk.shop.books()["counts"]["videos"], desk.shop.books()["duplicates"]) == (1, 0)
    assert {entry["status"] for entry in desk.standing("ads")} == {"ACTIVE"}


async def test_a_video_that_cannot_be_used_ends_the_publish_and_says_what_is_left(
    desk: Desk, time_skipping: WorkflowEnvironment
) -> None:
    await show_video(desk, clip()[:-500])
    async with serving(time_skipping.client, _activities(desk)):
        publish, _ = await start(time_skipping.client, desk.ref)
        outcome = await publish.result()

    assert outcome.status == "failed"
    assert outcome.problem is not None
    assert "The video file is damaged" in outcome.problem.message
    assert [left.kind for left in outcome.leftovers] == [PlatformKind.VIDEO]
    assert [desk.standing(kind) for kind in ("campaigns", "adsets", "ads")] == [[], [], []]


async def test_a_refused_ad_set_leaves_no_tree_behind(desk: Desk, time_skipping: WorkflowEnvironment) -> None:
    await desk.prepare()
    ad_set = await desk.intent(object_kind=PlatformKind.AD_SET)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        ad_set.payload = {**ad_set.payload, "billing_event": "LINK_CLICKS"}
        await session.merge(ad_set)
    async with serving(time_skipping.client, _activities(desk)):
        publish, _ = await start(time_skipping.client, desk.ref)
        outcome = await publish.result()

    assert outcome.status == "failed"
    assert outcome.problem is not None
    assert "Meta refused" in outcome.problem.message
    assert desk.standing("campaigns") == []
    assert {row.state for row in await desk.intents(object_kind=PlatformKind.AD)} == {LedgerState.DROPPED}


async def test_cancelling_in_an_outage_waits_for_the_platform_and_then_removes_everything(
    desk: Desk, fault: Callable[..., None], time_skipping: WorkflowEnvironment
) -> None:
    fault("http_503_html", f"*/act_{desk.shop.id}/adsets", method="POST", times=1_000)
    async with serving(time_skipping.client, _activities(desk)):
        publish, _ = await start(time_skipping.client, desk.ref)
        await _waiting(desk)
        await publish.cancel()
        outcome = await publish.result()

    assert outcome.status == "cancelled", outcome.problem
    assert desk.standing("campaigns") == []


async def _waiting(desk: Desk) -> None:
    """Until the page would show that the publish waits."""
    async for change in listen(desk.database.url):
        if isinstance(change, Listening) or change.id == desk.campaign_id:
            async with desk.database.workspace_transaction(desk.workspace_id) as session:
                run = await publish_runs.latest(session, desk.campaign_id)
            if run is not None and run.state is PublishRunState.WAITING:
                return
