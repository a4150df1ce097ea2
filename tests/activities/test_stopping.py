"""A stop pauses all that is ours and nothing else, and says what it could not pause and why."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col

from activities.errors import ErrorType
from activities.publish_intents import status_intent
from models.contracts.publishing import AcceptEpoch, ContinuePublish, PublishStage
from models.domain.states import (
    AdAccountState,
    CampaignStatus,
    LedgerState,
    StopScope,
    StopState,
    WriteClass,
    WriteOp,
)
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.ledger import LedgerIntent
from records import ledger, notifications
from records.ledger import NewIntent
from records.stops import report_of
from tests.activities.acting import ANA, fails
from tests.activities.crashing import Died, DyingWriter, RefusingWriter
from tests.activities.publishing_desk import Desk
from tests.activities.stop_desk import (
    foreign,
    live,
    order_of,
    own,
    release,
    second_campaign,
    set_on_platform,
    statuses,
    stop,
    stopping,
    sweep,
)


@pytest.mark.parametrize("scope", StopScope)
async def test_a_stop_pauses_what_is_ours_in_its_scope_and_leaves_the_rest_running(
    desk: Desk, scope: StopScope
) -> None:
    await live(desk)
    other = await second_campaign(desk)
    await foreign(desk)

    ref = await stop(desk, scope)
    first, second = await sweep(desk, ref), await sweep(desk, ref)
    await desk.run(stopping(desk).finish_stop, ref)

    wider = scope is not StopScope.CAMPAIGN
    assert statuses(desk) == {
        "Lamps": "PAUSED",
        "Vases": "PAUSED" if wider else "ACTIVE",
        "Of somebody else": "ACTIVE",
    }
    assert (first.clean, second.clean, second.paused) == (True, True, 2 if wider else 1)
    assert set(first.campaigns) == {desk.campaign_id, other} if wider else {desk.campaign_id}
    assert "The shop is closed" in first.reason
    assert (await order_of(desk, ref)).state is StopState.STOPPED
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (told,) = await notifications.notices_for(session, uuid4())
    assert (
        told.title
        == {
            StopScope.CAMPAIGN: "Lamps is stopped",
            StopScope.ACCOUNT: "Lamp shop is stopped",
            StopScope.WORKSPACE: "Everything in this workspace is stopped",
        }[scope]
    )


async def test_a_stop_during_an_outage_says_what_still_runs_and_finishes_when_the_platform_returns(
    desk: Desk, fault: Callable[..., None]
) -> None:
    row = await live(desk)
    fault("http_503_html", "*", times=1_000)
    ref = await stop(desk)

    away = await sweep(desk, ref)
    told = report_of(await order_of(desk, ref))
    desk.shop.control.delete("/faults").raise_for_status()
    back = await sweep(desk, ref)

    assert (away.clean, away.not_stopped, away.campaigns) == (False, 1, [])
    (left,) = told.not_stopped
    assert (left.name, left.platform_id, left.account) == ("Lamps", row.platform_id, "Lamp shop")
    assert "Meta" in left.why
    assert (back.clean, back.not_stopped, back.campaigns) == (True, 0, [desk.campaign_id])
    assert statuses(desk) == {"Lamps": "PAUSED"}
    assert report_of(await order_of(desk, ref)).not_stopped == []


async def test_one_that_cannot_be_paused_keeps_no_other_one_running(desk: Desk) -> None:
    row = await live(desk)
    await second_campaign(desk)
    ref = await stop(desk)

    found = await desk.run(stopping(desk, RefusingWriter(desk.writer, row.platform_id)).sweep, ref)

    assert statuses(desk) == {"Lamps": "ACTIVE", "Vases": "PAUSED"}
    assert (found.paused, found.not_stopped, found.clean) == (1, 1, False)
    assert "Nobody may change this" in report_of(await order_of(desk, ref)).not_stopped[0].why
    assert found.again_in_s >= 60, "asking a platform that refuses again and again changes nothing"


async def test_an_expired_token_is_told_and_everything_is_paused_once_it_is_renewed(
    desk: Desk, fault: Callable[..., None]
) -> None:
    await live(desk)
    fault("expired_token", "*", times=1_000)
    ref = await stop(desk)

    await sweep(desk, ref)
    told = report_of(await order_of(desk, ref))
    desk.shop.control.delete("/faults").raise_for_status()
    # Nobody has connected it again yet: a stop does not wait for that.
    back = await sweep(desk, ref)

    assert "onnect" in told.not_stopped[0].why
    assert back.clean


async def test_a_throttled_account_is_left_alone_until_it_takes_calls_again(desk: Desk) -> None:
    await live(desk)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        later = await ledger.database_now(session) + timedelta(minutes=9)
    await desk.change(AdAccount, usage_pct=100, throttled_until=later)
    before = desk.shop.books()["requests"]

    found = await sweep(desk, ref := await stop(desk))

    assert desk.shop.books()["requests"] == before
    assert (found.clean, found.not_stopped) == (False, 1)
    assert "whole quota" in report_of(await order_of(desk, ref)).not_stopped[0].why


async def test_a_disconnected_account_is_told_while_our_books_say_that_something_runs(desk: Desk) -> None:
    row = await live(desk)
    await desk.change(AdAccount, state=AdAccountState.DISCONNECTED, token_ciphertext=None)
    ref = await stop(desk, StopScope.WORKSPACE)

    running = await sweep(desk, ref)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        await session.execute(sa.update(type(row)).values(status="paused"))
    paused = await sweep(desk, ref)

    assert (running.clean, running.not_stopped, paused.clean) == (False, 1, True)


@pytest.mark.parametrize("applies", [True, False])
async def test_a_worker_that_dies_in_the_middle_is_followed_by_one_that_finishes(desk: Desk, applies: bool) -> None:
    await live(desk)
    ref = await stop(desk)
    with pytest.raises(Died):
        await desk.run(stopping(desk, DyingWriter(desk.writer, applies)).sweep, ref)
    assert statuses(desk) == {"Lamps": "PAUSED" if applies else "ACTIVE"}

    early = await sweep(desk, ref)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        await session.execute(
            sa.update(LedgerIntent)
            .where(col(LedgerIntent.state) == LedgerState.SENDING)
            .values(send_deadline=sa.func.clock_timestamp())
        )
    later = await sweep(desk, ref)

    assert not early.clean
    assert 0 < early.again_in_s <= desk.limits.send_within.total_seconds()
    assert later.clean
    assert statuses(desk) == {"Lamps": "PAUSED"}


async def test_a_write_of_the_optimizer_that_is_in_doubt_is_settled_before_the_pause(desk: Desk) -> None:
    row = await live(desk)
    update = replace(
        NewIntent.on(row, WriteOp.UPDATE, WriteClass.OPTIMIZER, "move"),
        payload={"spend_cap": 270_000},
        expected_before={"spend_cap": 280_000},
        target={"spend_cap": 270_000},
    )
    intent_id = await _in_state(desk, update, LedgerState.UNKNOWN)

    found = await sweep(desk, await stop(desk))

    assert found.clean
    assert statuses(desk) == {"Lamps": "PAUSED"}
    assert (await desk.intent(id=intent_id)).state is LedgerState.INTENDED, "looked up, and not sent again"


async def test_a_change_that_nobody_could_confirm_keeps_no_stop_from_pausing(desk: Desk) -> None:
    row = await live(desk)
    update = replace(NewIntent.on(row, WriteOp.UPDATE, WriteClass.PERSON, "change"), payload={"spend_cap": 270_000})
    intent_id = await _in_state(desk, update, LedgerState.UNCONFIRMED)

    assert (await sweep(desk, await stop(desk))).clean
    assert (await desk.intent(id=intent_id)).state is LedgerState.DROPPED


async def test_what_somebody_starts_on_the_platform_after_the_pause_is_paused_too(desk: Desk) -> None:
    row = await live(desk)
    ref = await stop(desk)
    await sweep(desk, ref)
    await set_on_platform(desk, row.kind, row.platform_id, status="ACTIVE")

    seen, after = await sweep(desk, ref), await sweep(desk, ref)

    assert (seen.clean, after.clean) == (False, True)
    assert statuses(desk) == {"Lamps": "PAUSED"}


async def test_a_resume_that_waited_when_the_stop_came_is_not_sent_after_its_release(desk: Desk) -> None:
    row = await live(desk)
    await sweep(desk, ref := await stop(desk, StopScope.CAMPAIGN))
    await release(desk, ref)
    await desk.change(Campaign, status=CampaignStatus.PAUSED)
    row = await own(desk)
    resume = status_intent(row, WriteOp.ACTIVATE, WriteClass.PERSON, command_id="before the stop")
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (intent_id,) = await ledger.intend_next(session, [resume])
    intent = await desk.intent(id=intent_id)

    again = await stop(desk, StopScope.CAMPAIGN)
    await release(desk, again)
    error = await fails(desk, desk.writes().ensure_write, desk.ref_to(intent))

    assert error.type == ErrorType.DROPPED
    assert "stopped in the meantime" in error.message
    assert statuses(desk) == {"Lamps": "PAUSED"}


@pytest.mark.parametrize("scope", [StopScope.CAMPAIGN, StopScope.ACCOUNT])
async def test_a_publish_that_a_stop_interrupts_goes_live_only_by_a_persons_word(desk: Desk, scope: StopScope) -> None:
    """Its campaign had been activated a moment before, so the stop pauses it; the word starts it again."""
    await desk.build()
    await desk.run(desk.publishing.permit_activation, desk.ref)
    await desk.stage(PublishStage.ACTIVATE_CAMPAIGNS)
    ref = await stop(desk, scope)
    assert (await sweep(desk, ref)).clean
    stopped = await _ads_wait(desk)
    await release(desk, ref)
    released = await _ads_wait(desk)
    assert statuses(desk) == {"Lamps": "PAUSED"}

    word = ContinuePublish(command_id=str(uuid4()), actor=ANA)
    await desk.run(desk.publishing.accept_epoch, AcceptEpoch(publish=desk.ref, word=word))
    for stage in (PublishStage.ACTIVATE_ADS, PublishStage.ACTIVATE_AD_SETS, PublishStage.ACTIVATE_CAMPAIGNS):
        await desk.stage(stage)

    assert (stopped, released) == (ErrorType.WAITING, ErrorType.NEEDS_PERSON)
    assert statuses(desk) == {"Lamps": "ACTIVE"}
    assert {entry["status"] for entry in desk.standing("ads")} == {"ACTIVE"}


async def _ads_wait(desk: Desk) -> str | None:
    ads = [row for row in await desk.intents(op=WriteOp.ACTIVATE) if row.stage == PublishStage.ACTIVATE_ADS]
    return (await fails(desk, desk.writes().ensure_write, desk.ref_to(ads[0]))).type


async def test_a_released_stop_pauses_nothing_more_and_names_what_it_had_paused(desk: Desk) -> None:
    await live(desk)
    other = await second_campaign(desk)
    ref = await stop(desk)
    await desk.run(stopping(desk, RefusingWriter(desk.writer, (await own(desk)).platform_id)).sweep, ref)
    await release(desk, ref)

    found = await sweep(desk, ref)

    assert (found.released, found.campaigns) == (True, [other])
    assert statuses(desk) == {"Lamps": "ACTIVE", "Vases": "PAUSED"}


async def _in_state(desk: Desk, update: NewIntent, state: LedgerState) -> object:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (intent_id,) = await ledger.intend_next(session, [update])
        changed = sa.update(LedgerIntent).where(col(LedgerIntent.id) == intent_id)
        await session.execute(changed.values(state=state, token=uuid4(), send_deadline=sa.func.clock_timestamp()))
    return intent_id
