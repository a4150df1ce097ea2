"""From the platform's figures to a decision: a day of the market is read, and money goes to what sells."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from sqlmodel import col
from temporalio.testing import ActivityEnvironment

from activities.deciding import Deciding
from models.contracts.optimizing import BeginRun, RunRef
from models.domain.budget_moves import BudgetMoves
from models.domain.schedule import BudgetLevel, BudgetPeriod, Envelope, Schedule, Split
from models.domain.states import ApprovalState, DocumentState, OptimizerMode, Scope
from models.domain.strategy import Objective
from models.tables.approval import Approval
from models.tables.identity import UserAccount
from models.tables.optimization import Suggestion
from models.tables.plan import ScheduleVersion
from providers.ads.meta.reads import MetaReader
from providers.ads.meta.transport import MetaTransport
from providers.storage.s3 import S3Store
from records import identity
from records.database import Database
from records.optimizing import runs
from records.platform_clock import platform_now
from tests.activities.measured import Measured, connected
from tests.simulator.meta.conftest import make_advertiser
from tests.simulator.meta.market.conftest import make_live
from tests.simulator.meta.market.live import Live

__all__ = ["make_advertiser", "make_live"]

BUDGET = 10_000


async def opened(db: Database, live: Live, transport: MetaTransport, budgets: int) -> Measured:
    user = UserAccount(email=f"ana-{uuid4().hex}@example.com", first_name="Ana")
    async with db.user_transaction(user.id) as session:
        session.add(user)
    workspace = await identity.create_workspace(db, "Agency One", user.id)
    _, ad_sets = live.shop(budgets, daily_budget=BUDGET)
    shop = await connected(db, MetaReader(transport), live, workspace.id)
    await shop.adopt()
    await shop.change(objective=Objective.SALES.value, budget_currency="USD")
    async with db.workspace_transaction(workspace.id) as session:
        now = await platform_now(session, shop.account_id)
        schedule = Schedule(
            currency="USD",
            zone="UTC",
            start=now,
            total_cap_minor=100 * BUDGET * budgets,
            daily_cap_minor=BUDGET * budgets,
            budget_level=BudgetLevel.AD_SET,
            budget_period=BudgetPeriod.DAILY,
            split=[
                Split(plan_key=ad_set, initial_minor=BUDGET, floor_minor=1_000, ceiling_minor=2 * BUDGET)
                for ad_set in ad_sets
            ],
            envelope=Envelope(mode_max=OptimizerMode.SUGGEST),
        )
        version = ScheduleVersion(
            workspace_id=workspace.id,
            campaign_id=shop.campaign_id,
            version=1,
            state=DocumentState.SUBMITTED,
            body=schedule.model_dump(mode="json"),
        )
        approval = Approval(
            workspace_id=workspace.id,
            campaign_id=shop.campaign_id,
            scope=Scope.SCHEDULE,
            state=ApprovalState.APPROVED,
        )
        session.add_all([version, approval])
    return shop


async def decide(shop: Measured, store: S3Store) -> list[Suggestion]:
    """What is proposed by then, newest last."""
    now = (await shop.account()).metrics_read_at
    assert now is not None
    begun = BeginRun(**dict(shop.ref), run_id=uuid4(), trigger="manual", logical_hour=now)
    async with shop.database.workspace_transaction(shop.workspace_id) as session:
        await runs.begin(session, begun)
    run = RunRef(**dict(shop.ref), run_id=begun.run_id)
    await ActivityEnvironment().run(Deciding(shop.database, store).decide, run)
    return await shop.all(Suggestion, col(Suggestion.created_at))


async def test_a_day_of_the_market_ends_in_a_proposal_to_move_money_to_what_sells(
    db: Database, store: S3Store, make_live: Callable[..., Live], transport: MetaTransport
) -> None:
    live = make_live()
    shop = await opened(db, live, transport, budgets=3)
    live.arms("Set *", click_cost=40, volatility=0.0)
    for name, rate in (("Set 0", 0.02), ("Set 1", 0.06), ("Set 2", 0.2)):
        live.arms(name, conversion_rate=rate)
    await shop.hours(1)
    assert await decide(shop, store) == []

    live.advance(29)
    await shop.hours(1)
    (proposed,) = await decide(shop, store)

    after = {move.name: move.after_minor for move in BudgetMoves.model_validate(proposed.action).budgets}
    assert after["Set 2"] == BUDGET * 119 // 100
    assert after["Set 0"] == BUDGET * 81 // 100
    assert sum(after.values()) == len(after) * BUDGET
    account = await shop.account()
    assert account.metrics_read_at is not None
    assert proposed.expires_at is not None
    assert abs(proposed.expires_at - account.metrics_read_at - timedelta(hours=24)) < timedelta(minutes=5)
