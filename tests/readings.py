"""A campaign that runs, with figures that a test writes by hand instead of measuring them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from models.domain.account_days import account_day, day_start, utc_offset_minutes
from models.domain.base import local_time
from models.domain.schedule import BudgetLevel, BudgetPeriod, Schedule, Split
from models.domain.states import CampaignStatus, DocumentState, PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.metrics import MetricLevel, MetricReading
from models.tables.plan import ScheduleVersion
from models.tables.platform_node import PlatformNode
from records.analytics import campaign_days
from records.database import Database


def a_schedule(currency: str, zone: str, start: datetime, *, days: int = 30, daily_minor: int = 10_000) -> Schedule:
    return Schedule(
        currency=currency,
        zone=zone,
        start=start,
        end=start + timedelta(days=days),
        total_cap_minor=days * daily_minor,
        daily_cap_minor=daily_minor,
        budget_level=BudgetLevel.AD_SET,
        budget_period=BudgetPeriod.DAILY,
        split=[Split(plan_key="all", initial_minor=daily_minor, floor_minor=0, ceiling_minor=daily_minor)],
    )


@dataclass
class Market:
    """`today` is the account's own day at this moment; days of readings count back from it."""

    database: Database
    account: AdAccount
    campaign: Campaign
    nodes: dict[str, PlatformNode] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return account_day(datetime.now(UTC), self.account.timezone)

    def day(self, ago: int) -> date:
        return self.today - timedelta(days=ago)

    def clock(self, ago: int, hour: float) -> datetime:
        """So many hours after that day began."""
        return day_start(self.day(ago), self.account.timezone) + timedelta(hours=hour)

    async def add(self, name: str, kind: PlatformKind = PlatformKind.AD_SET, parent: str | None = None) -> str:
        """An object of the campaign; answers with its platform id."""
        node = PlatformNode(
            workspace_id=self.campaign.workspace_id,
            ad_account_id=self.account.id,
            campaign_id=self.campaign.id,
            kind=kind,
            platform_id=f"23{uuid4().int % 10**15:015}",
            parent_platform_id=parent,
            name=name,
            status="ACTIVE",
            effective_status="ACTIVE",
            seen_at=datetime.now(UTC),
        )
        async with self.database.workspace_transaction(self.campaign.workspace_id) as session:
            session.add(node)
        self.nodes[node.platform_id] = node
        return node.platform_id

    async def read(self, external_id: str, ago: int, read_at: datetime | None = None, **counts: Any) -> None:  # noqa: ANN401 - any column
        """A reading of the day `ago` days before today; without a time it is the last one before the day ended."""
        day = self.day(ago)
        at = read_at or min(self.clock(ago - 1, 0) - timedelta(minutes=1), datetime.now(UTC))
        row = MetricReading(
            workspace_id=self.campaign.workspace_id,
            ad_account_id=self.account.id,
            external_id=external_id,
            account_day=day,
            level=MetricLevel(self.nodes[external_id].kind.value),
            campaign_id=self.campaign.id,
            utc_offset_minutes=utc_offset_minutes(at, self.account.timezone),
            **{
                "attribution": "7d_click",
                "read_at": at,
                "spend_minor": 0,
                "impressions": 0,
                "clicks": 0,
                **counts,
            },
        )
        async with self.database.workspace_transaction(self.campaign.workspace_id) as session:
            session.add(row)
            await session.flush()
            await campaign_days.refresh(session, self.account.id, [external_id], [day], {row.level})

    async def change(self, **account: Any) -> None:  # noqa: ANN401 - any column
        async with self.database.workspace_transaction(self.campaign.workspace_id) as session:
            row = await session.get_one(AdAccount, self.account.id)
            for name, value in account.items():
                setattr(row, name, value)

    @property
    def local_hour(self) -> int:
        return local_time(datetime.now(UTC), self.account.timezone).hour


async def market(
    database: Database,
    workspace_id: UUID,
    *,
    currency: str = "SAR",
    timezone: str = "Asia/Riyadh",
    name: str = "White Friday",
    status: CampaignStatus = CampaignStatus.LIVE,
    running_days: int = 20,
) -> Market:
    """A campaign with an account of its own, live since so many days."""
    now = datetime.now(UTC)
    start = day_start(account_day(now, timezone) - timedelta(days=running_days), timezone)
    account = AdAccount(
        workspace_id=workspace_id,
        platform="meta",
        external_id=f"act_{uuid4().int % 10**15}",
        name=f"{currency} account",
        currency=currency,
        timezone=timezone,
        metrics_read_at=now - timedelta(minutes=12),
    )
    campaign = Campaign(
        workspace_id=workspace_id,
        ad_account_id=account.id,
        name=name,
        status=status,
        create_key=uuid4().hex,
        request_hash="",
        live_at=start,
        starts_at=start,
        ends_at=start + timedelta(days=30),
        timezone=timezone,
        budget_currency=currency,
    )
    schedule = a_schedule(currency, timezone, start)
    version = ScheduleVersion(
        workspace_id=workspace_id,
        campaign_id=campaign.id,
        version=1,
        state=DocumentState.SUBMITTED,
        body=schedule.model_dump(mode="json"),
        submitted_at=start,
    )
    async with database.workspace_transaction(workspace_id) as session:
        session.add(account)
        await session.flush()
        session.add(campaign)
        await session.flush()
        session.add(version)
    return Market(database, account, campaign)
