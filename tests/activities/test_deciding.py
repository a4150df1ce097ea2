"""One run over one ad account: what it decides, stores, proposes, and why it leaves the rest alone."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlmodel import col
from temporalio.exceptions import ApplicationError

from activities.run_blobs import read_blob, replay
from models.domain.budget_moves import BudgetMoves
from models.domain.schedule import BudgetLevel
from models.domain.states import (
    ApprovalState,
    CampaignStatus,
    DocumentState,
    DriftState,
    Gate,
    LedgerState,
    MoveState,
    OptimizerGoal,
    OptimizerMode,
    PlatformKind,
    RunOutcome,
    SuggestionState,
    WriteClass,
    WriteOp,
)
from models.tables.ad_account import AdAccount
from models.tables.approval import Approval
from models.tables.base import JsonObject
from models.tables.campaign import Campaign
from models.tables.drift import Drift
from models.tables.identity import UserAccount
from models.tables.ledger import LedgerIntent
from models.tables.notification import Notification
from models.tables.optimization import Suggestion
from models.tables.platform_node import PlatformNode
from models.tables.strategy import StrategyVersion
from optimizer.problem import Why
from providers.storage.s3 import S3Store
from records import identity
from records.database import Database
from tests.activities.deciding_desk import BUDGET, DecidingDesk


@pytest_asyncio.fixture
async def desk(db: Database, store: S3Store) -> DecidingDesk:
    user = UserAccount(email=f"ana-{uuid4().hex}@example.com", first_name="Ana")
    async with db.user_transaction(user.id) as session:
        session.add(user)
    workspace = await identity.create_workspace(db, "Agency One", user.id)
    desk = DecidingDesk(db, store, workspace.id)
    await desk.open_account()
    return desk


async def test_in_auto_mode_a_move_waits_to_be_applied_cuts_first(desk: DecidingDesk) -> None:
    await desk.allow(OptimizerMode.AUTO)
    campaign = await desk.running(2, 8)

    decided = await desk.decide()

    assert decided.model_dump() == {
        "outcome": RunOutcome.DECIDED,
        "campaigns": 1,
        "moved": 1,
        "proposed": 0,
        "left_alone": 0,
        "actions": 2,
    }
    (moves,) = await desk.move_sets(campaign)
    assert moves.state is MoveState.APPLYING
    assert moves.reason.startswith("SAR 19.00 a day moves to where it brings more, most of it to set-1;")
    assert moves.expires_at == moves.decided_at + timedelta(minutes=30)
    assert moves.confidence_bp is not None
    cut, raised = await desk.actions(moves.id)
    assert (cut.name, cut.before, cut.after) == ("set-0", {"amount_minor": BUDGET}, {"amount_minor": 8_100})
    assert (raised.name, raised.after, raised.state) == ("set-1", {"amount_minor": 11_900}, MoveState.APPLYING)
    assert "fewer results per spend" in cut.reason
    assert await desk.suggestions(campaign) == []


async def test_people_are_asked_where_nobody_allowed_more(desk: DecidingDesk) -> None:
    campaign = await desk.running(2, 8)

    decided = await desk.decide()

    assert (decided.moved, decided.proposed, decided.actions) == (0, 1, 0)
    (suggestion,) = await desk.suggestions(campaign)
    budgets = BudgetMoves.model_validate(suggestion.action).budgets
    assert [(move.name, move.before_minor, move.after_minor) for move in budgets] == [
        ("set-0", BUDGET, 8_100),
        ("set-1", BUDGET, 11_900),
    ]
    assert (suggestion.status, suggestion.kind) == (SuggestionState.OPEN, "move_budget")
    assert suggestion.expires_at is not None
    assert timedelta(hours=23, minutes=59) < suggestion.expires_at - desk.now < timedelta(hours=24, minutes=1)
    (moves,) = await desk.move_sets(campaign)
    assert (moves.state, moves.suggestion_id) == (MoveState.PROPOSED, suggestion.id)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (notice,) = (await session.execute(sa.select(Notification))).scalars()
    assert notice.title == "Move money within “Autumn sale”"
    assert "24 hours" in notice.body

    again = await desk.decide()
    assert (again.proposed, again.left_alone) == (0, 1)
    assert "that is done once in 24 h" in (await desk.move_sets(campaign))[-1].reason


async def test_a_proposal_that_nobody_decided_on_makes_room_for_a_newer_one(desk: DecidingDesk) -> None:
    campaign = await desk.running(2, 8)
    await desk.decide()
    (older,) = await desk.suggestions(campaign)
    await desk.change(Suggestion, older.id, expires_at=desk.now - timedelta(minutes=1))

    await desk.decide()

    older, newer = await desk.suggestions(campaign)
    assert (older.status, newer.status) == (SuggestionState.EXPIRED, SuggestionState.OPEN)
    assert older.reason == "Nobody decided in time; what it rests on is too old by now."


@pytest.mark.parametrize(
    ("workspace", "campaign", "envelope", "state"),
    [
        (OptimizerMode.AUTO, None, OptimizerMode.AUTO, MoveState.APPLYING),
        (OptimizerMode.AUTO, None, OptimizerMode.SUGGEST, MoveState.PROPOSED),
        (OptimizerMode.AUTO, OptimizerMode.SUGGEST, OptimizerMode.AUTO, MoveState.PROPOSED),
        (OptimizerMode.SUGGEST, OptimizerMode.AUTO, OptimizerMode.AUTO, MoveState.PROPOSED),
        (OptimizerMode.AUTO, OptimizerMode.OFF, OptimizerMode.AUTO, MoveState.NO_ACTION),
        (OptimizerMode.AUTO, OptimizerMode.AUTO, OptimizerMode.OFF, MoveState.NO_ACTION),
    ],
)
async def test_the_lowest_mode_wins(
    desk: DecidingDesk,
    workspace: OptimizerMode,
    campaign: OptimizerMode | None,
    envelope: OptimizerMode,
    state: MoveState,
) -> None:
    await desk.allow(workspace)
    campaign_id = await desk.running(2, 8, mode_max=envelope, optimizer_mode=campaign)

    await desk.decide()

    (moves,) = await desk.move_sets(campaign_id)
    assert moves.state is state
    if state is MoveState.NO_ACTION:
        assert moves.reason == "The optimizer is off for this campaign."


async def test_a_repeated_activity_answers_the_same_and_stores_nothing_twice(desk: DecidingDesk) -> None:
    campaign = await desk.running(2, 8)
    run = await desk.begin()

    first = await desk.decide(run)
    stored = (await desk.run_row(run)).inputs_sha256
    assert await desk.decide(run) == first

    assert (await desk.run_row(run)).inputs_sha256 == stored
    assert len(await desk.move_sets(campaign)) == len(await desk.suggestions(campaign)) == 1


async def test_twins_of_one_activity_store_one_decision(desk: DecidingDesk) -> None:
    campaign = await desk.running(2, 8)
    run = await desk.begin()

    first, second = await asyncio.gather(desk.decide(run), desk.decide(run))

    assert first == second
    assert len(await desk.move_sets(campaign)) == len(await desk.suggestions(campaign)) == 1


async def test_without_the_object_store_nothing_is_decided_and_it_is_tried_again(desk: DecidingDesk) -> None:
    campaign = await desk.running(2, 8)
    run = await desk.begin()
    closed = "http://127.0.0.1:9"
    away = S3Store(endpoint=closed, region="auto", bucket="none", access_key_id="x", secret_access_key="x")

    with pytest.raises(ApplicationError) as failed:
        await replace(desk, store=away).decide(run)

    assert not failed.value.non_retryable
    assert await desk.move_sets(campaign) == []
    assert (await desk.decide(run)).proposed == 1


async def test_a_run_is_computed_again_to_the_bit_from_what_it_stored(desk: DecidingDesk) -> None:
    await desk.running(2, 8)
    await desk.running(4, 4, 4)
    run = await desk.begin()
    await desk.decide(run)

    blob = await read_blob(desk.store, desk.workspace_id, (await desk.run_row(run)).inputs_sha256 or "")

    assert replay(blob).model_dump_json() == blob.decision.model_dump_json()
    assert {pool.why for pool in blob.decision.pools} == {Why.MOVED, Why.NOTHING_TO_GAIN}
    assert all(owner.words for pool in blob.decision.pools for owner in pool.owners)


async def test_the_approved_strategys_target_is_part_of_the_problem(desk: DecidingDesk) -> None:
    campaign = await desk.running(2, 8)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        for version, state, target in ((1, "superseded", 700), (2, "submitted", 900), (3, "draft", 100)):
            body: JsonObject = {"measurement": {"kpi": {"metric": "cpa", "target": target, "hard": False}}}
            session.add(
                StrategyVersion(
                    workspace_id=desk.workspace_id,
                    campaign_id=campaign,
                    version=version,
                    state=DocumentState(state),
                    body=body,
                    brief_version=1,
                )
            )
    run = await desk.begin()
    await desk.decide(run)

    blob = await read_blob(desk.store, desk.workspace_id, (await desk.run_row(run)).inputs_sha256 or "")
    (pool,) = blob.problem.pools
    assert (pool.goal, pool.target_cost_minor, pool.first_step) == (OptimizerGoal.RESULTS, 900, None)
    assert pool.total_left_minor == 200 * BUDGET


async def test_a_campaign_whose_budget_meta_shares_out_is_left_to_meta_with_the_reason(desk: DecidingDesk) -> None:
    campaign = await desk.running(2, 8, level=BudgetLevel.CAMPAIGN)

    await desk.decide()

    (moves,) = await desk.move_sets(campaign)
    assert moves.state is MoveState.NO_ACTION
    assert moves.reason.startswith("Meta itself shares this campaign's budget out")
    (advice,) = await desk.suggestions(campaign)
    assert (advice.kind, advice.status, advice.action) == ("note", SuggestionState.OPEN, {})

    await desk.decide()
    assert [row.id for row in await desk.suggestions(campaign)] == [advice.id]


async def test_nothing_live_is_nothing_to_decide(desk: DecidingDesk) -> None:
    assert (await desk.decide()).outcome is RunOutcome.NOTHING_LIVE


async def first_of(desk: DecidingDesk, campaign: UUID) -> PlatformNode:
    return (await desk.nodes(campaign))[0]


async def stop_everything(desk: DecidingDesk, _: UUID) -> None:
    await desk.change(AdAccount, desk.account_id, gate=Gate.STOPPED)


async def stop_it(desk: DecidingDesk, campaign: UUID) -> None:
    await desk.change(Campaign, campaign, gate=Gate.STOPPED)


async def let_figures_age(desk: DecidingDesk, _: UUID) -> None:
    await desk.change(AdAccount, desk.account_id, metrics_read_at=desk.now - timedelta(hours=3))


async def fail_to_read(desk: DecidingDesk, _: UUID) -> None:
    await desk.change(AdAccount, desk.account_id, metrics_problem="Meta did not answer.")


async def pause_it(desk: DecidingDesk, campaign: UUID) -> None:
    await desk.change(Campaign, campaign, status=CampaignStatus.PAUSED)


async def hold_it(desk: DecidingDesk, campaign: UUID) -> None:
    await desk.change(Campaign, campaign, hold_reason="the total is nearly spent.")


async def break_it(desk: DecidingDesk, campaign: UUID) -> None:
    await desk.change(Campaign, campaign, problem={"message": "Meta refused the change."})


async def withdraw(desk: DecidingDesk, campaign: UUID) -> None:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        query = sa.update(Approval).where(col(Approval.campaign_id) == campaign)
        await session.execute(query.values(state=ApprovalState.NEEDS_REVIEW))


async def let_it_drift(desk: DecidingDesk, campaign: UUID) -> None:
    node = await first_of(desk, campaign)
    drift = Drift(
        workspace_id=desk.workspace_id,
        campaign_id=campaign,
        object_id=node.object_id or node.id,
        kind=node.kind,
        name=node.name,
        field="daily_budget",
        expected={"value": BUDGET},
        found={"value": 7_000},
        state=DriftState.OPEN,
        first_seen_at=desk.now,
        last_seen_at=desk.now,
    )
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        session.add(drift)


async def leave_in_doubt(desk: DecidingDesk, campaign: UUID) -> None:
    node = await first_of(desk, campaign)
    intent = LedgerIntent(
        workspace_id=desk.workspace_id,
        campaign_id=campaign,
        ad_account_id=desk.account_id,
        object_id=node.object_id or node.id,
        object_kind=PlatformKind.AD_SET,
        plan_key=node.name,
        op=WriteOp.UPDATE,
        write_class=WriteClass.PERSON,
        name=node.name,
        marker="gl-x",
        request_hash="0" * 64,
        state=LedgerState.UNKNOWN,
    )
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        session.add(intent)


async def raise_by_hand(desk: DecidingDesk, campaign: UUID) -> None:
    await desk.change(PlatformNode, (await first_of(desk, campaign)).id, daily_budget_minor=BUDGET + 1)


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (stop_everything, "Everything on Lamps is stopped."),
        (stop_it, "This campaign is stopped."),
        (let_figures_age, "The newest figures are 3 h old; at most two are allowed."),
        (fail_to_read, "The figures could not be read: Meta did not answer."),
        (pause_it, "The campaign is paused; only what runs is optimized."),
        (hold_it, "Greenlight paused it: the total is nearly spent."),
        (break_it, "It waits for a person: Meta refused the change."),
        (withdraw, "The schedule is not approved any more; have it approved first."),
        (let_it_drift, "Somebody changed the budget of set-0 on the platform; decide on that first."),
        (leave_in_doubt, "A change of set-0 is still under way or could not be confirmed."),
        (raise_by_hand, "The budgets add up to SAR 200.01; SAR 200.00 is approved."),
    ],
)
async def test_nothing_is_moved_and_the_reason_is_said(
    desk: DecidingDesk, happens: Callable[[DecidingDesk, UUID], Awaitable[None]], words: str
) -> None:
    await desk.allow(OptimizerMode.AUTO)
    campaign = await desk.running(2, 8)
    await happens(desk, campaign)

    decided = await desk.decide()

    assert (decided.moved, decided.proposed, decided.left_alone, decided.actions) == (0, 0, 1, 0)
    assert decided.outcome is (RunOutcome.STOPPED if happens is stop_everything else RunOutcome.DECIDED)
    (moves,) = await desk.move_sets(campaign)
    assert (moves.state, moves.reason) == (MoveState.NO_ACTION, words)
