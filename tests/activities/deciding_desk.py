"""An ad account with campaigns that have run for two weeks, put into the records as if it had been measured."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import col
from temporalio.testing import ActivityEnvironment

from activities.deciding import Deciding
from models.contracts.optimizing import BeginRun, Decided, RunRef
from models.domain.account_days import account_day
from models.domain.metrics import Counts
from models.domain.schedule import BudgetLevel, BudgetPeriod, Envelope, Schedule, Split
from models.domain.states import (
    ApprovalState,
    CampaignStatus,
    DocumentState,
    OptimizerMode,
    PlatformKind,
    Scope,
)
from models.domain.strategy import Objective
from models.tables.ad_account import AdAccount
from models.tables.approval import Approval
from models.tables.base import Row
from models.tables.campaign import Campaign
from models.tables.identity import Workspace
from models.tables.ledger import ObjectStatus, PlatformObject
from models.tables.metrics import MetricLevel
from models.tables.optimization import MoveAction, MoveSet, OptimizerRun, Suggestion
from models.tables.plan import ScheduleVersion
from models.tables.platform_node import PlatformNode
from providers.storage.protocol import ObjectStore
from records import budgets, readings
from records.budgets import SeenBudget
from records.database import Database
from records.optimizing import runs
from records.platform_clock import platform_now
from records.readings import NewReading

BUDGET = 10_000
DAYS = 14
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass
class DecidingDesk:
    """`earning` of `running` are conversions a day; each ad set spends its budget for 40 clicks a day."""

    database: Database
    store: ObjectStore
    workspace_id: UUID
    account_id: UUID = field(default_factory=uuid4)
    now: datetime = LONG_AGO

    async def open_account(self, currency: str = "SAR") -> None:
        account = AdAccount(
            id=self.account_id,
            workspace_id=self.workspace_id,
            platform="meta",
            external_id=f"act_{self.account_id.int % 10**12}",
            name="Lamps",
            currency=currency,
            timezone="Asia/Riyadh",
        )
        async with self.database.workspace_transaction(self.workspace_id) as session:
            session.add(account)
            await session.flush()
            self.now = await platform_now(session, self.account_id)
            account.metrics_read_at = self.now - timedelta(minutes=5)

    async def running(
        self,
        *earning: int,
        mode_max: OptimizerMode = OptimizerMode.AUTO,
        level: BudgetLevel = BudgetLevel.AD_SET,
        **campaign: object,
    ) -> UUID:
        """A live campaign with an ad set for each, and figures of the last two weeks."""
        row = Campaign.model_validate(
            {
                "workspace_id": self.workspace_id,
                "ad_account_id": self.account_id,
                "name": "Autumn sale",
                "status": CampaignStatus.LIVE,
                "objective": Objective.SALES.value,
                "budget_currency": "SAR",
                "create_key": uuid4().hex,
                "request_hash": "0" * 64,
                **campaign,
            }
        )
        keys = [f"set-{place}" for place in range(len(earning))] if level is BudgetLevel.AD_SET else ["all"]
        async with self.database.workspace_transaction(self.workspace_id) as session:
            session.add(row)
            await session.flush()
            session.add_all(self._approved(row.id, _schedule(self.now, keys, level, mode_max)))
            nodes = self._tree(row.id, len(earning), level)
            for node in nodes:
                session.add(_object(node))
            await session.flush()
            session.add_all(nodes)
            await session.flush()
            account = await session.get_one(AdAccount, self.account_id)
            seen = [
                SeenBudget(node.platform_id, True, BUDGET, self.now - timedelta(days=DAYS))
                for node in nodes
                if node.daily_budget_minor is not None
            ]
            await budgets.note(session, account, seen)
            ad_sets = [node.platform_id for node in nodes if node.kind is PlatformKind.AD_SET]
            await readings.store(session, account, self._figures(ad_sets, earning), self.now - timedelta(minutes=5))
        return row.id

    def _approved(self, campaign_id: UUID, schedule: Schedule) -> list[ScheduleVersion | Approval]:
        version = ScheduleVersion(
            workspace_id=self.workspace_id,
            campaign_id=campaign_id,
            version=1,
            state=DocumentState.SUBMITTED,
            body=schedule.model_dump(mode="json"),
        )
        approval = Approval(
            workspace_id=self.workspace_id,
            campaign_id=campaign_id,
            scope=Scope.SCHEDULE,
            state=ApprovalState.APPROVED,
        )
        return [version, approval]

    def _tree(self, campaign_id: UUID, ad_sets: int, level: BudgetLevel) -> list[PlatformNode]:
        above = f"{uuid4().int % 10**15}"
        held = {"daily_budget_minor": BUDGET}
        campaign_holds = level is BudgetLevel.CAMPAIGN

        def node(kind: PlatformKind, name: str, platform_id: str, **more: object) -> PlatformNode:
            plain = {
                "workspace_id": self.workspace_id,
                "ad_account_id": self.account_id,
                "kind": kind,
                "platform_id": platform_id,
                "object_id": uuid4(),
                "campaign_id": campaign_id,
                "name": name,
                "status": "ACTIVE",
                "effective_status": "ACTIVE",
                "starts_at": self.now - timedelta(days=DAYS),
                "seen_at": self.now,
            }
            return PlatformNode.model_validate(plain | more)

        children = [
            node(
                PlatformKind.AD_SET,
                f"set-{place}",
                f"{uuid4().int % 10**15}",
                parent_platform_id=above,
                **({} if campaign_holds else held),
            )
            for place in range(ad_sets)
        ]
        return [node(PlatformKind.CAMPAIGN, "all", above, **(held if campaign_holds else {})), *children]

    def _figures(self, ad_sets: Sequence[str], earning: Sequence[int]) -> list[NewReading]:
        today = account_day(self.now, "Asia/Riyadh")
        return [
            NewReading(
                external_id=ad_set,
                level=MetricLevel.AD_SET,
                account_day=today - timedelta(days=age),
                attribution="7d_click",
                counts=Counts(spend_minor=BUDGET, impressions=2_000, clicks=40, conversions=conversions),
            )
            for ad_set, conversions in zip(ad_sets, earning, strict=True)
            for age in range(1, DAYS)
        ]

    async def begin(self) -> RunRef:
        run = BeginRun(
            workspace_id=self.workspace_id,
            ad_account_id=self.account_id,
            run_id=uuid4(),
            trigger="manual",
            logical_hour=self.now,
        )
        async with self.database.workspace_transaction(self.workspace_id) as session:
            await runs.begin(session, run)
        return RunRef(workspace_id=run.workspace_id, ad_account_id=run.ad_account_id, run_id=run.run_id)

    @property
    def deciding(self) -> Deciding:
        return Deciding(self.database, self.store)

    async def decide(self, run: RunRef | None = None) -> Decided:
        return await ActivityEnvironment().run(self.deciding.decide, run or await self.begin())

    async def change(self, table: type[Row], row_id: UUID, **values: object) -> None:
        async with self.database.workspace_transaction(self.workspace_id) as session:
            await session.execute(sa.update(table).where(col(table.id) == row_id).values(**values))

    async def allow(self, mode: OptimizerMode) -> None:
        """What the whole workspace lets the optimizer do."""
        await self.change(Workspace, self.workspace_id, settings={"optimizer_mode": mode.value})

    async def move_sets(self, campaign_id: UUID) -> list[MoveSet]:
        """Newest last."""
        async with self.database.workspace_transaction(self.workspace_id) as session:
            query = sa.select(MoveSet).where(col(MoveSet.campaign_id) == campaign_id)
            return list((await session.execute(query.order_by(col(MoveSet.created_at)))).scalars())

    async def actions(self, move_set_id: UUID) -> list[MoveAction]:
        async with self.database.workspace_transaction(self.workspace_id) as session:
            query = sa.select(MoveAction).where(col(MoveAction.move_set_id) == move_set_id)
            return list((await session.execute(query.order_by(col(MoveAction.position)))).scalars())

    async def suggestions(self, campaign_id: UUID) -> list[Suggestion]:
        """Newest last."""
        async with self.database.workspace_transaction(self.workspace_id) as session:
            query = sa.select(Suggestion).where(col(Suggestion.campaign_id) == campaign_id)
            return list((await session.execute(query.order_by(col(Suggestion.created_at)))).scalars())

    async def run_row(self, run: RunRef) -> OptimizerRun:
        async with self.database.workspace_transaction(self.workspace_id) as session:
            return await session.get_one(OptimizerRun, run.run_id)

    async def nodes(self, campaign_id: UUID, kind: PlatformKind = PlatformKind.AD_SET) -> list[PlatformNode]:
        """In the order of their names."""
        async with self.database.workspace_transaction(self.workspace_id) as session:
            query = sa.select(PlatformNode).where(
                col(PlatformNode.campaign_id) == campaign_id, col(PlatformNode.kind) == kind
            )
            return list((await session.execute(query.order_by(col(PlatformNode.name)))).scalars())


def _schedule(now: datetime, keys: Sequence[str], level: BudgetLevel, mode_max: OptimizerMode) -> Schedule:
    return Schedule(
        currency="SAR",
        zone="Asia/Riyadh",
        start=now - timedelta(days=DAYS),
        total_cap_minor=100 * BUDGET * len(keys),
        daily_cap_minor=BUDGET * len(keys),
        budget_level=level,
        budget_period=BudgetPeriod.DAILY,
        split=[Split(plan_key=key, initial_minor=BUDGET, floor_minor=1_000, ceiling_minor=3 * BUDGET) for key in keys],
        envelope=Envelope(mode_max=mode_max),
    )


def _object(node: PlatformNode) -> PlatformObject:
    if node.object_id is None:
        raise ValueError("every node of this desk is one of our objects")
    return PlatformObject(
        id=node.object_id,
        workspace_id=node.workspace_id,
        campaign_id=node.campaign_id,
        ad_account_id=node.ad_account_id,
        kind=node.kind,
        plan_key=node.name,
        platform_id=node.platform_id,
        name=node.name,
        status=ObjectStatus.ACTIVE,
        request_hash="0" * 64,
    )
