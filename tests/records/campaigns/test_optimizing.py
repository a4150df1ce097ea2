"""A campaign's own mode of the optimizer: set by command, audited, and never above what people approved."""

from models.contracts import commands as c
from models.domain.schedule import Envelope
from models.domain.states import CampaignStatus, OptimizerMode
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
