"""Who may write what, when: every rule of the gate, with its opposite."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from activities.publish_intents import status_intent
from models.contracts.publishing import PublishStage
from models.domain.states import (
    AdAccountState,
    ApprovalState,
    CampaignStatus,
    Gate,
    LedgerState,
    PlatformKind,
    Scope,
    WriteClass,
    WriteOp,
)
from models.tables.ad_account import AdAccount
from models.tables.approval import Approval
from models.tables.campaign import Campaign
from models.tables.ledger import LedgerIntent
from providers.ads.meta.currencies import to_minor
from records import budgets, gate, ledger
from records.budgets import SeenBudget
from records.gate import GateVerdict, Ruling
from records.ledger import NewIntent
from records.platform_clock import platform_now
from tests.activities.acting import set_gate
from tests.activities.publishing_desk import Desk

PASSES, WAITS, DROPS, ASKS = GateVerdict.ALLOW, GateVerdict.WAIT, GateVerdict.DROP, GateVerdict.PERSON


async def paused(desk: Desk) -> NewIntent:
    """A pause of the campaign, to be varied."""
    row = next(row for row in await desk.objects() if row.kind is PlatformKind.CAMPAIGN)
    return status_intent(row, WriteOp.PAUSE, WriteClass.PERSON)


async def moved(desk: Desk, amount: int = 19_000, before: int = 20_000) -> NewIntent:
    """A cut of the ad set's budget from 200 dollars, to be varied."""
    row = next(row for row in await desk.objects() if row.kind is PlatformKind.AD_SET)
    return replace(
        NewIntent.on(row, WriteOp.UPDATE, WriteClass.OPTIMIZER, ""),
        payload={"daily_budget": amount},
        expected_before={"daily_budget": before},
        target={"daily_budget": amount},
    )


async def ruled(desk: Desk, intent: NewIntent) -> Ruling:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (intent_id,) = await ledger.intend_next(session, [replace(intent, request_hash=str(uuid4()))])
        return await gate.check(session, await ledger.load(session, intent_id), desk.launch, to_minor)


async def verdicts(desk: Desk, intent: NewIntent) -> dict[WriteClass, GateVerdict]:
    found = {}
    for write_class in WriteClass:
        number = 1 if write_class is WriteClass.PUBLISH else None
        found[write_class] = (
            await ruled(desk, replace(intent, write_class=write_class, publish_number=number))
        ).verdict
    return found


@pytest.fixture
async def built(desk: Desk) -> Desk:
    """A campaign and its ad set on the platform, with an approved schedule; ads do not matter to the gate."""
    await desk.plan()
    await desk.stage(PublishStage.CAMPAIGNS)
    await desk.stage(PublishStage.AD_SETS)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        approval = Approval(workspace_id=desk.workspace_id, campaign_id=desk.campaign_id, scope=Scope.SCHEDULE)
        approval.state = ApprovalState.APPROVED
        session.add(approval)
    return desk


async def test_a_stop_lets_only_stopping_pass_and_publishing_wait(built: Desk) -> None:
    await built.change(Campaign, status=CampaignStatus.LIVE)
    intent = await moved(built)
    await set_gate(built, Gate.STOPPED)

    stopped = await verdicts(built, intent)
    await set_gate(built, Gate.OPEN)
    released = await verdicts(built, intent)

    assert stopped == {
        WriteClass.STOP: PASSES,
        WriteClass.PERSON: DROPS,
        WriteClass.UNDO: DROPS,
        WriteClass.OPTIMIZER: DROPS,
        WriteClass.PUBLISH: WAITS,
    }
    assert {released[WriteClass.PERSON], released[WriteClass.OPTIMIZER]} == {PASSES}


async def test_stopping_twice_by_one_command_raises_the_epoch_once(built: Desk) -> None:
    await set_gate(built, Gate.STOPPED)
    await set_gate(built, Gate.OPEN)

    async with built.database.workspace_transaction(built.workspace_id) as session:
        account = await gate.account_shared(session, built.account_id)
    assert (account.gate, account.gate_epoch) == (Gate.OPEN, 2)


async def test_what_was_intended_before_a_stop_is_not_sent_after_the_release(built: Desk) -> None:
    intent = replace(await paused(built), gate_epoch=0, publish_number=1, write_class=WriteClass.PUBLISH)
    before = await ruled(built, intent)
    await set_gate(built, Gate.STOPPED)
    await set_gate(built, Gate.OPEN)

    assert before.verdict is PASSES
    assert (await ruled(built, intent)).verdict is ASKS


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        (CampaignStatus.PUBLISHING, {WriteClass.STOP, WriteClass.PUBLISH}),
        (CampaignStatus.LIVE, {WriteClass.STOP, WriteClass.PERSON, WriteClass.UNDO, WriteClass.OPTIMIZER}),
        (CampaignStatus.SCHEDULED, {WriteClass.STOP, WriteClass.PERSON}),
        (CampaignStatus.PAUSED, {WriteClass.STOP, WriteClass.PERSON}),
        (CampaignStatus.READY, {WriteClass.STOP}),
        (CampaignStatus.ENDED, {WriteClass.STOP}),
    ],
)
async def test_the_campaigns_status_says_who_may_change_what_runs(
    built: Desk, status: CampaignStatus, allowed: set[WriteClass]
) -> None:
    await built.change(Campaign, status=status)
    found = await verdicts(built, await moved(built))

    assert {write_class for write_class, verdict in found.items() if verdict is PASSES} == allowed


async def test_a_publish_may_write_only_under_its_own_number(built: Desk) -> None:
    other = replace(await paused(built), write_class=WriteClass.PUBLISH, publish_number=2)

    assert (await ruled(built, other)).verdict is DROPS


@pytest.mark.parametrize(
    ("state", "publish", "person"),
    [
        (AdAccountState.CONNECTED, PASSES, DROPS),
        (AdAccountState.NEEDS_RECONNECT, WAITS, DROPS),
        (AdAccountState.RESTRICTED, WAITS, DROPS),
        (AdAccountState.DISCONNECTED, DROPS, DROPS),
    ],
)
async def test_a_broken_connection_holds_a_publish_and_refuses_people(
    built: Desk, state: AdAccountState, publish: GateVerdict, person: GateVerdict
) -> None:
    intent = replace(await paused(built), op=WriteOp.UPDATE)
    await built.change(AdAccount, state=state)

    found = await verdicts(built, intent)

    assert (found[WriteClass.PUBLISH], found[WriteClass.PERSON]) == (publish, person)


@pytest.mark.parametrize(
    ("usage", "publish", "person"), [(74, PASSES, PASSES), (75, WAITS, PASSES), (100, WAITS, WAITS)]
)
async def test_people_and_stops_have_the_last_quarter_of_the_quota(
    built: Desk, usage: int, publish: GateVerdict, person: GateVerdict
) -> None:
    intent = await paused(built)
    until = datetime.now(UTC) + timedelta(minutes=5)
    await built.change(AdAccount, usage_pct=usage, throttled_until=until)
    by_publish = await ruled(built, replace(intent, write_class=WriteClass.PUBLISH, publish_number=1))
    await built.change(Campaign, status=CampaignStatus.LIVE)
    by_person = await ruled(built, intent)

    assert (by_publish.verdict, by_person.verdict) == (publish, person)


async def test_a_usage_figure_is_believed_only_as_long_as_it_holds(built: Desk) -> None:
    await built.change(AdAccount, usage_pct=100, throttled_until=datetime.now(UTC) - timedelta(seconds=1))
    intent = replace(await paused(built), write_class=WriteClass.PUBLISH, publish_number=1)

    assert (await ruled(built, intent)).verdict is PASSES


async def test_resuming_needs_the_approvals_and_pausing_does_not(built: Desk) -> None:
    await built.change(Campaign, status=CampaignStatus.PAUSED)
    pause = await paused(built)

    resumed = await ruled(built, replace(pause, op=WriteOp.ACTIVATE))

    assert resumed.verdict is DROPS
    assert "Not approved any more: strategy" in resumed.reason
    assert (await ruled(built, pause)).verdict is PASSES


async def test_what_came_too_late_is_dropped(built: Desk) -> None:
    await built.change(Campaign, status=CampaignStatus.LIVE)
    now = datetime.now(UTC)
    intent = await moved(built)

    late = await ruled(built, replace(intent, expires_at=now - timedelta(seconds=1)))
    fresh = await ruled(built, replace(intent, expires_at=now + timedelta(minutes=30)))

    assert (late.verdict, fresh.verdict) == (DROPS, PASSES)


async def test_a_budget_takes_four_edits_an_hour_from_all_writers_together(built: Desk) -> None:
    await built.change(Campaign, status=CampaignStatus.LIVE)
    edit = replace(await moved(built), write_class=WriteClass.PERSON)
    for amount in (19_000, 20_000, 19_500, 20_000):
        assert (await ruled(built, edit)).verdict is PASSES
        await see(built, amount)

    assert (await ruled(built, edit)).verdict is DROPS
    assert (await ruled(built, replace(edit, payload={"name": "Lamps"}))).verdict is PASSES


async def see(desk: Desk, amount_minor: int, *, hours_ago: float = 0) -> None:
    """A reading shows that the ad set's budget is that, whoever set it."""
    row = next(row for row in await desk.objects() if row.kind is PlatformKind.AD_SET)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        account = await gate.account_shared(session, desk.account_id)
        at = await platform_now(session, account.id) - timedelta(hours=hours_ago)
        await budgets.note(session, account, [SeenBudget(row.platform_id, True, amount_minor, at)])


async def test_an_object_in_doubt_takes_no_other_write(built: Desk) -> None:
    await built.change(Campaign, status=CampaignStatus.LIVE)
    intent = replace(await moved(built), write_class=WriteClass.PERSON)
    await _doubt(built, intent)

    by_person = await ruled(built, intent)
    by_optimizer = await ruled(built, replace(intent, write_class=WriteClass.OPTIMIZER))

    assert (by_person.verdict, by_optimizer.verdict) == (WAITS, DROPS)


async def _doubt(desk: Desk, intent: NewIntent) -> LedgerIntent:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (intent_id,) = await ledger.intend_next(session, [replace(intent, request_hash="in doubt")])
        row = await ledger.load(session, intent_id, lock=True)
        row.state = LedgerState.UNKNOWN
        return row


async def test_a_foreign_workspace_sees_no_intent(built: Desk) -> None:
    (intent, *_) = await built.intents()

    async with built.database.workspace_transaction(uuid4()) as session:
        with pytest.raises(ledger.UnknownIntent):
            await ledger.load(session, intent.id)
