"""Each command is one transaction, carried out once, with its audit event; what is refused changes nothing."""

import asyncio
from uuid import uuid4

import pytest

from models.contracts import commands as c
from models.contracts.base import Actor
from models.domain.states import CampaignStatus, Channel
from records import audit
from records.campaigns.refusals import CommandRefused, RefusalType
from tests.office import open_office
from tests.records.campaigns.desk import EVENING, Desk

OPERATOR = Actor(name="operator, unverified", channel=Channel.OPERATOR_UNVERIFIED)


async def test_a_command_leaves_one_event_with_before_and_after(desk: Desk) -> None:
    await desk.create()
    await desk.do(c.Rename(title="Winter lamps"), command_id="rename-1")

    async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
        event = await audit.find(session, desk.office.workspace_id, "rename-1")

    assert event is not None
    assert (event.action, event.actor_name, event.actor_user_id) == ("rename", "Ana", desk.office.ana.user_id)
    assert event.before == {"name": "Lamps"}
    assert event.after is not None
    assert event.after["command"] == {"name": "rename", "title": "Winter lamps"}


async def test_a_repeated_command_answers_with_the_present_state(desk: Desk) -> None:
    await desk.create()
    await desk.do(c.Rename(title="Winter lamps"), command_id="rename-1")
    latest = await desk.do(c.Rename(title="Summer lamps"))

    again = await desk.do(c.Rename(title="Winter lamps"), command_id="rename-1")

    assert again.snapshot == latest.snapshot


async def test_the_same_command_twice_at_once_takes_effect_once(desk: Desk) -> None:
    created = await desk.create()

    twins = [desk.do(c.Rename(title="Winter lamps"), command_id="rename-1") for _ in range(2)]
    answers = await asyncio.gather(*twins)

    assert {answer.snapshot.version for answer in answers} == {created.snapshot.version + 1}


async def test_a_refused_command_changes_nothing(desk: Desk) -> None:
    await desk.drafted()
    before = (await desk.facts()).campaign

    refused = await desk.refused(c.Publish())

    after = (await desk.facts()).campaign
    assert refused.kind is RefusalType.NOT_ALLOWED
    assert refused.details["status"] == "draft"
    assert (after.version, after.status, after.updated_at) == (before.version, before.status, before.updated_at)


async def test_a_campaign_of_another_workspace_is_not_found(desk: Desk) -> None:
    await desk.create()
    stranger = Desk(await open_office(desk.office.db), campaign_id=desk.campaign_id)

    assert (await stranger.refused(c.Rename(title="Mine"))).kind is RefusalType.NOT_FOUND


async def test_an_operator_is_recorded_as_such_and_can_be_shut_out(desk: Desk) -> None:
    await desk.create()
    await desk.do(c.Rename(title="By an operator"), OPERATOR, command_id="signal-1")
    await desk.office.change_settings(signals_enabled=False)

    refused = await desk.refused(c.Rename(title="Again"), OPERATOR)

    assert refused.kind is RefusalType.FORBIDDEN
    assert (await desk.facts()).campaign.name == "By an operator"
    async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
        event = await audit.find(session, desk.office.workspace_id, "signal-1")
    assert event is not None
    assert (event.channel, event.actor_user_id) == (Channel.OPERATOR_UNVERIFIED, None)


async def test_creating_again_answers_with_the_campaign_and_another_body_is_a_conflict(desk: Desk) -> None:
    first = await desk.create()
    again = await desk.create()

    assert again.snapshot == first.snapshot
    with pytest.raises(CommandRefused) as caught:
        await desk.create(request_hash="1" * 64)
    assert caught.value.kind is RefusalType.IDEMPOTENCY_CONFLICT


async def test_an_edit_goes_to_a_draft_and_leaves_what_was_submitted(approved: Desk) -> None:
    await approved.edit_item(EVENING, disclaimer="While stocks last")
    await approved.edit_item(EVENING, disclaimer="Until Sunday")

    versions = (await approved.facts()).items[EVENING].versions
    assert versions.draft is not None
    assert versions.submitted is not None
    assert (versions.draft.body["disclaimer"], versions.submitted.body["disclaimer"]) == ("Until Sunday", "")
    assert versions.draft.version == versions.submitted.version + 1, "edits of one round make one version"
    assert (await approved.facts()).campaign.status is CampaignStatus.READY


async def test_an_edit_with_an_unknown_field_names_it(desk: Desk) -> None:
    await desk.drafted()
    body = await desk.office.store({"colour": "gold"})

    refused = await desk.refused(c.EditItem(item=EVENING, input_id=body))

    assert refused.kind is RefusalType.INVALID
    errors = refused.details["errors"]
    assert isinstance(errors, list)
    assert {"field": "colour", "problem": "Extra inputs are not permitted"} in errors


async def test_a_body_that_was_never_stored_is_asked_for_again(desk: Desk) -> None:
    await desk.create()

    refused = await desk.refused(c.EditBrief(input_id=uuid4()))

    assert refused.kind is RefusalType.INVALID
    assert "send the command again" in refused.message
