"""What the gate asks of writes that move money by themselves: inside what was approved, whoever else is at it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col

from models.contracts.publishing import PublishStage
from models.domain.schedule import BudgetLevel, BudgetPeriod, Envelope, EnvelopeAction, Schedule, Split
from models.domain.states import (
    ApprovalState,
    CampaignStatus,
    Gate,
    LedgerState,
    OptimizerMode,
    PlatformKind,
    WriteClass,
    WriteOp,
)
from models.tables.ad_account import AdAccount
from models.tables.approval import Approval
from models.tables.campaign import Campaign
from models.tables.ledger import PlatformObject
from models.tables.plan import ScheduleVersion
from models.tables.platform_node import PlatformNode
from records import budgets, gate, ledger
from records.budgets import SeenBudget
from records.gate import GateVerdict
from records.ledger import NewIntent
from tests.activities.publishing_desk import Desk
from tests.activities.test_gate import DROPS, PASSES, WAITS, built, moved, paused, ruled, see, verdicts

__all__ = ["built"]


@pytest.fixture
async def live(built: Desk) -> Desk:
    await built.change(Campaign, status=CampaignStatus.LIVE)
    return built


async def reschedule(desk: Desk, **changes: object) -> None:
    """As if people had approved another schedule."""
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        query = sa.select(ScheduleVersion).where(col(ScheduleVersion.campaign_id) == desk.campaign_id)
        row = (await session.execute(query)).scalar_one()
        row.body = Schedule.model_validate({**row.body, **changes}).model_dump(mode="json")


async def approve_envelope(desk: Desk, **changes: object) -> None:
    await reschedule(desk, envelope=Envelope.model_validate(changes).model_dump(mode="json"))


async def test_a_stopped_campaign_takes_only_what_calms_it(live: Desk) -> None:
    await live.change(Campaign, gate=Gate.STOPPED)

    assert (await verdicts(live, await moved(live)))[WriteClass.OPTIMIZER] is DROPS
    person = await ruled(live, await paused(live))
    assert (person.verdict, person.reason) == (DROPS, "Lamps is stopped. Release the stop first.")

    await live.change(Campaign, status=CampaignStatus.PUBLISHING)
    ours = replace(await paused(live), write_class=WriteClass.PUBLISH, publish_number=1)
    assert (await ruled(live, ours)).verdict is PASSES
    assert (await ruled(live, replace(ours, op=WriteOp.UPDATE))).verdict is WAITS
    assert (await ruled(live, replace(ours, op=WriteOp.DELETE, write_class=WriteClass.STOP))).verdict is PASSES


@pytest.mark.parametrize("write_class", [WriteClass.OPTIMIZER, WriteClass.UNDO])
async def test_nothing_but_budgets_of_the_pool_is_moved(live: Desk, write_class: WriteClass) -> None:
    budget = replace(await moved(live), write_class=write_class)
    foreign = [
        replace(await paused(live), write_class=write_class),
        replace(budget, payload={"daily_budget": 19_000, "name": "Lamps"}),
        replace(budget, payload={"lifetime_budget": 19_000}),
        replace(await paused(live), write_class=write_class, op=WriteOp.UPDATE, payload=budget.payload),
    ]

    assert (await ruled(live, budget)).verdict is PASSES
    assert [(await ruled(live, intent)).verdict for intent in foreign] == [DROPS] * len(foreign)


@pytest.mark.parametrize(("amount", "verdict"), [(15_999, DROPS), (16_000, PASSES), (20_001, DROPS)])
async def test_a_step_is_measured_against_the_value_a_day_ago(live: Desk, amount: int, verdict: GateVerdict) -> None:
    assert (await ruled(live, await moved(live, amount))).verdict is verdict


async def test_the_first_move_of_a_young_ad_set_may_be_larger_where_that_is_approved(live: Desk) -> None:
    row = next(row for row in await live.objects() if row.kind is PlatformKind.AD_SET)
    await show(live, row, starts_at=datetime.now(UTC))
    wanted = await moved(live, 12_000)
    assert (await ruled(live, wanted)).verdict is DROPS

    await approve_envelope(live, first_step=4_000)
    assert (await ruled(live, wanted)).verdict is PASSES
    assert (await ruled(live, await moved(live, 11_999))).verdict is DROPS

    await pass_time(live, 49)
    assert (await ruled(live, wanted)).verdict is DROPS


async def show(desk: Desk, row: PlatformObject, **seen: object) -> None:
    """A reading listed it on the platform."""
    node = PlatformNode.model_validate(
        {
            **row.model_dump(include={"workspace_id", "campaign_id", "kind", "platform_id", "name"}),
            "ad_account_id": desk.account_id,
            "object_id": row.id,
            "status": "ACTIVE",
            "effective_status": "ACTIVE",
            "seen_at": datetime.now(UTC),
            **seen,
        }
    )
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        session.add(node)


async def test_small_steps_do_not_add_up_to_more_than_the_weeks_limit(live: Desk) -> None:
    for hours, amount in ((24, 16_000), (72, 13_000), (120, 11_000)):
        await pass_time(live, hours)
        await see(live, amount)
    await pass_time(live, 160)

    allowed = await ruled(live, await moved(live, 10_000, before=11_000))
    too_far = await ruled(live, await moved(live, 9_999, before=11_000))

    assert (allowed.verdict, too_far.verdict) == (PASSES, DROPS)
    assert too_far.reason == "USD 99.99 is below USD 100.00, the approved step within 7 days."


async def pass_time(desk: Desk, hours: float) -> None:
    """The platform's clock is so far ahead of ours from now on, as its replies would tell."""
    await desk.change(AdAccount, clock_ahead_s=hours * 3600)


async def test_the_optimizer_edits_a_budget_once_a_day_and_undo_at_any_time(live: Desk) -> None:
    await see(live, 18_000)
    intent = await moved(live, before=18_000)
    early, undo = await ruled(live, intent), await ruled(live, replace(intent, write_class=WriteClass.UNDO))
    await pass_time(live, 24.1)

    assert (early.verdict, undo.verdict) == (DROPS, PASSES)
    assert "within the last 24 hours" in early.reason
    assert (await ruled(live, intent)).verdict is PASSES


async def test_what_was_written_since_the_node_was_looked_at_is_not_overwritten(live: Desk) -> None:
    await see(live, 18_000)

    undo = await ruled(live, replace(await moved(live, before=20_000), write_class=WriteClass.UNDO))

    assert (undo.verdict, undo.reason) == (DROPS, "It was changed in the meantime: it is USD 180.00 now.")


async def test_a_raise_never_takes_the_pool_above_what_is_approved(live: Desk) -> None:
    await reschedule(live, total_cap_minor=14 * 24_000, daily_cap_minor=24_000, split=split(20_000, 4_000))
    await add_ad_set(live, 3_000)

    fits = await ruled(live, await moved(live, 21_000))
    over = await ruled(live, await moved(live, 21_001))

    assert (fits.verdict, over.verdict) == (PASSES, DROPS)
    assert over.reason == "Together with the other budgets it would be USD 240.01; USD 240.00 is approved."
    assert (await ruled(live, replace(await moved(live, 21_001), write_class=WriteClass.UNDO))).verdict is DROPS


async def test_what_is_under_way_counts_with_the_higher_of_both_values(live: Desk) -> None:
    await reschedule(live, total_cap_minor=14 * 24_000, daily_cap_minor=24_000, split=split(20_000, 4_000))
    other = await add_ad_set(live, 2_000)
    raised = await moved(live, 22_000)
    before = await ruled(live, raised)
    await send(live, other, 2_400)

    assert (before.verdict, (await ruled(live, raised)).verdict) == (PASSES, DROPS)


def split(*amounts: int) -> list[dict[str, object]]:
    whole = sum(amounts)
    return [
        Split(plan_key=key, initial_minor=amount, floor_minor=1, ceiling_minor=whole).model_dump()
        for key, amount in zip(("broad_en", "second_en"), amounts, strict=True)
    ]


async def add_ad_set(desk: Desk, amount_minor: int) -> PlatformObject:
    """Another budget owner; only our records know it."""
    first = next(row for row in await desk.objects() if row.kind is PlatformKind.AD_SET)
    values = first.model_dump(exclude={"id", "created_at", "updated_at"})
    row = PlatformObject(**{**values, "plan_key": "second_en", "platform_id": uuid4().hex, "name": "Second"})
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        session.add(row)
        account = await gate.account_shared(session, desk.account_id)
        await budgets.note(session, account, [SeenBudget(row.platform_id, True, amount_minor, datetime.now(UTC))])
    return row


async def send(desk: Desk, row: PlatformObject, amount: int) -> None:
    """A raise that is on its way: its answer is not known."""
    wanted = replace(NewIntent.on(row, WriteOp.UPDATE, WriteClass.OPTIMIZER, "0"), payload={"daily_budget": amount})
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (intent_id,) = await ledger.intend_next(session, [wanted])
        (await ledger.load(session, intent_id, lock=True)).state = LedgerState.UNKNOWN


@pytest.mark.parametrize(
    ("envelope", "words"),
    [
        ({"mode_max": OptimizerMode.OFF}, "does not let the optimizer act"),
        ({"actions": [EnvelopeAction.RAISE]}, "does not let the optimizer cut budgets"),
        ({"max_step": 100}, "below USD 198.00, the approved step within 24 hours"),
    ],
)
async def test_the_optimizer_does_only_what_the_envelope_names(
    live: Desk, envelope: dict[str, object], words: str
) -> None:
    assert (await ruled(live, await moved(live))).verdict is PASSES
    await approve_envelope(live, **envelope)

    found = await ruled(live, await moved(live))

    assert found.verdict is DROPS
    assert words in found.reason


async def test_a_withdrawn_schedule_takes_the_permission_from_the_optimizer_and_not_from_undo(live: Desk) -> None:
    async with live.database.workspace_transaction(live.workspace_id) as session:
        mine = col(Approval.campaign_id) == live.campaign_id
        await session.execute(sa.update(Approval).where(mine).values(state=ApprovalState.NEEDS_REVIEW))

    intent = await moved(live)

    assert (await ruled(live, intent)).verdict is DROPS
    assert (await ruled(live, replace(intent, write_class=WriteClass.UNDO))).verdict is PASSES


@pytest.mark.parametrize(("minutes", "verdict"), [(0.9, WAITS), (1.1, DROPS)])
async def test_the_optimizer_does_not_wait_long_for_the_quota(live: Desk, minutes: float, verdict: GateVerdict) -> None:
    until = datetime.now(UTC) + timedelta(minutes=minutes)
    await live.change(AdAccount, usage_pct=80, throttled_until=until)
    intent = await moved(live)

    assert (await ruled(live, intent)).verdict is verdict
    assert (await ruled(live, replace(intent, write_class=WriteClass.UNDO))).verdict is WAITS


async def test_expiry_is_counted_by_the_platforms_clock(live: Desk) -> None:
    intent = replace(await moved(live), expires_at=datetime.now(UTC) + timedelta(minutes=30))
    fresh = await ruled(live, intent)
    await pass_time(live, 0.6)

    assert (fresh.verdict, (await ruled(live, intent)).verdict) == (PASSES, DROPS)


async def test_where_campaigns_own_the_budgets_theirs_are_moved_and_their_status_is_not(desk: Desk) -> None:
    whole = Split(plan_key="main", initial_minor=280_000, floor_minor=1, ceiling_minor=280_000)
    await reschedule(
        desk,
        budget_level=BudgetLevel.CAMPAIGN,
        budget_period=BudgetPeriod.LIFETIME,
        daily_cap_minor=None,
        total_cap_minor=280_000,
        split=[whole.model_dump()],
    )
    await desk.plan()
    await desk.stage(PublishStage.CAMPAIGNS)
    await desk.change(Campaign, status=CampaignStatus.LIVE)
    intent = replace(await paused(desk), op=WriteOp.UPDATE, write_class=WriteClass.UNDO)

    assert (await ruled(desk, replace(intent, payload={"lifetime_budget": 250_000}))).verdict is PASSES
    assert (await ruled(desk, replace(intent, payload={"daily_budget": 250_000}))).verdict is DROPS
    assert (await ruled(desk, replace(intent, op=WriteOp.PAUSE))).verdict is DROPS
