"""Campaigns whose budgets were moved days ago, with figures of the days before and after, put into the records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from temporalio.testing import ActivityEnvironment

from activities.judging import Judging
from models.contracts.optimizing import Swept, UpkeepRun
from models.domain.account_days import account_day
from models.domain.metrics import Counts
from models.domain.states import ChangeSetState, DriftState, MoveOrigin, MoveState, PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.drift import Drift
from models.tables.evidence import MoveVerdict
from models.tables.metrics import MetricLevel
from models.tables.optimization import MoveAction, MoveSet
from models.tables.plan import ChangeSet
from records import readings
from records.evidence import verdicts
from records.readings import NewReading
from tests.activities.deciding_desk import BUDGET, DecidingDesk

ZONE = "Asia/Riyadh"
DAYS = 30


@dataclass
class MovedDesk(DecidingDesk):
    """Moves are told by how many days ago they were applied."""

    async def ran(self, results: Sequence[int], *, moved: int | None = None) -> UUID:
        """A campaign that has been live for 30 days and brought so many results a day, the last of them yesterday."""
        live_at = self.now - timedelta(days=DAYS + 1)
        campaign_id = await self.running(0, live_at=live_at)
        [node] = await self.nodes(campaign_id)
        today = account_day(self.now, ZONE)
        told = [
            NewReading(
                node.platform_id,
                MetricLevel.AD_SET,
                today - timedelta(days=len(results) - place),
                "7d_click",
                Counts(spend_minor=BUDGET, impressions=2_000, clicks=400, conversions=count),
            )
            for place, count in enumerate(results)
        ]
        async with self.database.workspace_transaction(self.workspace_id) as session:
            account = await session.get_one(AdAccount, self.account_id)
            await readings.store(session, account, told, self.now)
        if moved is not None:
            await self.moved(campaign_id, moved)
        return campaign_id

    async def moved(
        self,
        campaign_id: UUID,
        days_ago: float,
        state: MoveState = MoveState.APPLIED,
        origin: MoveOrigin = MoveOrigin.OPTIMIZER,
    ) -> UUID:
        at = self.now - timedelta(days=days_ago)
        [node] = await self.nodes(campaign_id)
        if node.object_id is None:
            raise ValueError("every node of this desk is one of our objects")
        row = MoveSet(
            id=uuid4(),
            workspace_id=self.workspace_id,
            campaign_id=campaign_id,
            origin=origin,
            state=state,
            reason="It earns more.",
            decided_at=at,
        )
        action = MoveAction(
            workspace_id=self.workspace_id,
            move_set_id=row.id,
            position=0,
            object_id=node.object_id,
            object_kind=PlatformKind.AD_SET,
            kind="budget",
            external_id=node.platform_id,
            name=node.name,
            before={"amount_minor": BUDGET},
            after={"amount_minor": BUDGET - 1_000},
            state=MoveState.UNDONE if state is MoveState.UNDONE else MoveState.APPLIED,
            reason="It earns more.",
            performed_at=at,
        )
        async with self.database.workspace_transaction(self.workspace_id) as session:
            session.add(row)
            await session.flush()
            session.add(action)
        return row.id

    async def edited(self, campaign_id: UUID, days_ago: int) -> None:
        """A change that people approved."""
        row = ChangeSet(
            workspace_id=self.workspace_id,
            campaign_id=campaign_id,
            number=1,
            state=ChangeSetState.APPLIED,
            body={},
            applied_at=self.now - timedelta(days=days_ago),
        )
        async with self.database.workspace_transaction(self.workspace_id) as session:
            session.add(row)

    async def changed_on_meta(self, campaign_id: UUID, days_ago: int) -> None:
        """Somebody sets another budget in the platform's own pages."""
        [node] = await self.nodes(campaign_id)
        at = self.now - timedelta(days=days_ago)
        row = Drift.model_validate(
            {
                "workspace_id": self.workspace_id,
                "campaign_id": campaign_id,
                "object_id": node.object_id,
                "kind": PlatformKind.AD_SET,
                "name": node.name,
                "field": "daily_budget",
                "expected": {"value": BUDGET},
                "found": {"value": 2 * BUDGET},
                "state": DriftState.IGNORED,
                "first_seen_at": at,
                "last_seen_at": at,
            }
        )
        async with self.database.workspace_transaction(self.workspace_id) as session:
            session.add(row)

    async def judge(self) -> Swept:
        return await ActivityEnvironment().run(Judging(self.database).judge_moves, UpkeepRun())

    async def verdict(self, move_set_id: UUID) -> MoveVerdict | None:
        async with self.database.workspace_transaction(self.workspace_id) as session:
            return (await verdicts.of_moves(session, [move_set_id])).get(move_set_id)

    async def hold_out(self, campaign_id: UUID) -> None:
        await self.change(Campaign, campaign_id, held_out_at=self.now)
