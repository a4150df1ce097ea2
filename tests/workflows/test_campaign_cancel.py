"""An operator cancels a campaign's run in Temporal: what is not published is given up, what runs is not let go."""

from datetime import timedelta

from models.contracts import commands as c
from models.domain.states import CampaignStatus, Channel
from settings import Settings
from tests.workflows.campaign_desk import Shop, working
from tests.workflows.test_campaign_creation import BARE
from tests.workflows.test_campaign_publish import LONGER_THAN_A_CANCEL_S, hold_ads


async def test_before_publishing_it_means_the_command_cancel_and_loses_nothing(shop: Shop) -> None:
    run = await shop.prepared(None, BARE)
    await run.create()

    await run.handle.cancel()
    ended = await run.handle.result(rpc_timeout=timedelta(seconds=20))

    assert ended is not None
    assert ended.status is CampaignStatus.CANCELLED
    assert (await run.row()).status is CampaignStatus.CANCELLED
    assert (await run.facts()).brief.name == "Lamps"
    assert [(event.action, event.channel) for event in await run.trail()][1:] == [
        ("cancel", Channel.OPERATOR_UNVERIFIED)
    ]


async def test_while_copy_is_written_it_ends_too(shop: Shop) -> None:
    slow = {"service": "openai", "name": "latency", "path": "*/responses", "params": {"seconds": 3}, "times": 2}
    shop.meta.control.post("/faults", json=slow).raise_for_status()
    run = await shop.started()

    await run.handle.cancel()
    ended = await run.handle.result(rpc_timeout=timedelta(seconds=20))

    assert ended is not None
    assert (ended.status, ended.problem) == (CampaignStatus.CANCELLED, None)


async def test_while_publishing_it_takes_the_publish_back(shop: Shop) -> None:
    run = await shop.started()
    await run.approved()
    hold_ads(shop, LONGER_THAN_A_CANCEL_S)
    await run.do(c.Publish())

    await run.handle.cancel()
    seen = await run.until(lambda now: now.status is not CampaignStatus.PUBLISHING)

    assert seen.status is CampaignStatus.READY
    assert run.standing() == {"campaigns": 0, "adsets": 0, "ads": 0}


async def test_right_after_publish_it_takes_that_back_too(second_shop: Shop, settings: Settings) -> None:
    run = await second_shop.prepared(None, second_shop.office.body())
    async with working(second_shop.client, settings):
        await run.create()
        await run.approved()
    # Both reach the campaign in one go, before it could start the publish.
    await run.signal("publish")
    await run.handle.cancel()

    async with working(second_shop.client, settings):
        seen = await run.until(lambda now: now.publish_number == 1 and now.status is not CampaignStatus.PUBLISHING)

    assert seen.status is CampaignStatus.READY
    assert "cancelled" in (seen.problem or "")
    assert run.standing() == {"campaigns": 0, "adsets": 0, "ads": 0}


async def test_on_the_platform_it_goes_on_and_says_plainly_that_the_ads_keep_running(shop: Shop) -> None:
    run = await shop.started()
    before = await run.live()

    await run.handle.cancel()
    seen = await run.until(lambda now: now.version > before.version)

    assert seen.status is CampaignStatus.SCHEDULED
    told = [notice for notice in await run.notices() if notice.kind == "cancel_ignored"]
    assert len(told) == 1
    assert "Its ads keep running" in told[0].body
    assert "end it instead" in told[0].body
    await run.do(c.End())
    ended = await run.handle.result(rpc_timeout=timedelta(seconds=20))
    assert ended is not None
    assert ended.status is CampaignStatus.ENDED


async def test_a_workspace_that_takes_no_signals_takes_no_such_cancel_either(shop: Shop) -> None:
    await shop.office.change_settings(signals_enabled=False)
    run = await shop.prepared(None, BARE)
    before = (await run.create()).snapshot

    await run.handle.cancel()
    seen = await run.until(lambda now: now.version > before.version)

    assert seen.status is CampaignStatus.DRAFT
    assert [notice.kind for notice in await run.notices()] == ["cancel_ignored"]
