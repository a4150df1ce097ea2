"""A campaign's own mode of the optimizer: set by command, audited, and never above what people approved."""

from models.contracts import commands as c
from models.domain.schedule import Envelope
from models.domain.states import CampaignStatus, OptimizerGoal, OptimizerMode
from models.domain.strategy import Objective
from models.tables.campaign import Campaign
from records import audit
from records.campaigns.refusals import RefusalType
from tests.records.campaigns.desk import Desk


async def test_a_mode_inside_the_envelope_is_kept_with_its_event(desk: Desk) -> None:
    await desk.live()

    answer = await desk.do(c.SetOptimizerMode(mode=OptimizerMode.OFF), command_id="mode-off")

    assert (await desk.facts()).campaign.optimizer_mode is OptimizerMode.OFF
    assert answer.detail == {"optimizer_mode": "off"}
    async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
        event = await audit.find(session, desk.office.workspace_id, "mode-off")
    assert event is not None
    assert (event.action, event.before) == ("set_optimizer_mode", {"optimizer_mode": None})

    await desk.do(c.SetOptimizerMode(mode=None))
    assert (await desk.facts()).campaign.optimizer_mode is None


async def test_what_money_is_to_bring_is_chosen_with_its_event(desk: Desk) -> None:
    await desk.live()

    await desk.do(c.SetOptimizerGoal(goal=OptimizerGoal.VALUE), command_id="goal-value")

    assert (await desk.facts()).campaign.optimizer_goal is OptimizerGoal.VALUE
    async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
        event = await audit.find(session, desk.office.workspace_id, "goal-value")
    assert event is not None
    assert (event.action, event.before) == ("set_optimizer_goal", {"optimizer_goal": None})
    await desk.do(c.SetOptimizerGoal(goal=None))
    assert (await desk.facts()).campaign.optimizer_goal is None


async def test_what_is_bought_for_reach_has_no_goal(desk: Desk) -> None:
    await desk.live()
    async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
        campaign = await session.get_one(Campaign, (await desk.facts()).campaign.id)
        campaign.objective = Objective.AWARENESS.value

    refused = await desk.refused(c.SetOptimizerGoal(goal=OptimizerGoal.RESULTS))

    assert refused.kind is RefusalType.NOT_ALLOWED
    assert "bought for reach" in refused.message


async def test_auto_needs_a_schedule_that_allows_it(desk: Desk) -> None:
    await desk.live()

    refused = await desk.refused(c.SetOptimizerMode(mode=OptimizerMode.AUTO))

    assert refused.kind is RefusalType.NOT_ALLOWED
    assert "lets the optimizer go up to “suggest”" in refused.message
    assert (await desk.facts()).campaign.optimizer_mode is None


async def test_auto_is_taken_where_it_was_approved(desk: Desk) -> None:
    await desk.drafted()
    await desk.edit("schedule", envelope=Envelope(mode_max=OptimizerMode.AUTO))
    await desk.submitted()
    before = await desk.refused(c.SetOptimizerMode(mode=OptimizerMode.AUTO))
    assert "No schedule is approved yet" in before.message

    await desk.approve_everything()
    await desk.do(c.SetOptimizerMode(mode=OptimizerMode.AUTO))

    assert (await desk.facts()).campaign.optimizer_mode is OptimizerMode.AUTO


async def test_what_is_over_has_no_mode_any_more(desk: Desk) -> None:
    await desk.create()
    await desk.do(c.Cancel())

    refused = await desk.refused(c.SetOptimizerMode(mode=OptimizerMode.OFF))

    assert refused.details["status"] == CampaignStatus.CANCELLED.value
