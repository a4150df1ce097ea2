"""Campaigns that the optimizer leaves alone: drawn by lot as they go live, or by a person with a name."""

import pytest

from models.contracts import commands as c
from models.domain.holdout import drawn
from records import audit
from records.campaigns import results
from records.campaigns.refusals import RefusalType
from tests.records.campaigns.desk import Desk


@pytest.mark.parametrize(("share", "held_out"), [(0, False), (10_000, True)])
async def test_the_lot_is_drawn_as_the_campaign_goes_live(desk: Desk, share: int, held_out: bool) -> None:
    await desk.office.change_settings(holdout_bp=share)

    await desk.live()

    campaign = (await desk.facts()).campaign
    assert (campaign.held_out_at == campaign.live_at) is held_out
    assert held_out is drawn(campaign.workspace_id, campaign.id, share)


async def test_a_campaign_that_was_live_before_is_not_drawn_again(desk: Desk) -> None:
    await desk.live()
    await desk.office.change_settings(holdout_bp=10_000)

    await desk.store(results.publish_ended("live", None, {}))

    assert (await desk.facts()).campaign.held_out_at is None


async def test_people_put_campaigns_in_and_take_them_out_by_name(desk: Desk) -> None:
    await desk.live()

    answer = await desk.do(c.HoldOut(held_out=True), command_id="hold-it-out")
    held = (await desk.facts()).campaign
    await desk.do(c.HoldOut(held_out=True))
    again = (await desk.facts()).campaign
    await desk.do(c.HoldOut(held_out=False))

    assert answer.detail == {"held_out": True}
    assert held.held_out_at is not None
    assert (again.held_out_at, held.held_out_at == held.live_at) == (held.held_out_at, False)
    assert (await desk.facts()).campaign.held_out_at is None
    async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
        event = await audit.find(session, desk.office.workspace_id, "hold-it-out")
    assert event is not None
    assert (event.action, event.actor_name, event.before) == ("hold_out", desk.office.ana.name, {"held_out": False})


async def test_before_it_is_live_nothing_can_be_held_out(desk: Desk) -> None:
    await desk.create()

    refused = await desk.refused(c.HoldOut(held_out=True))

    assert refused.kind is RefusalType.NOT_ALLOWED
    assert "only a campaign that has gone live can be held out" in refused.message
