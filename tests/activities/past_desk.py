"""Campaigns that ran before in an ad account, put into the records with their figures."""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from models.domain.account_days import account_day
from models.domain.metrics import Counts
from models.domain.states import CampaignStatus, PlatformKind
from models.domain.strategy import Objective
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.metrics import MetricLevel
from models.tables.platform_node import PlatformNode
from records import readings
from records.database import Database
from records.platform_clock import platform_now
from records.readings import NewReading

DAY = Counts(spend_minor=6_000, impressions=9_000, clicks=120, conversions=4)


async def ran_before(
    database: Database,
    workspace_id: UUID,
    account_id: UUID,
    *,
    campaigns: int = 1,
    day: Counts = DAY,
    days: int = 12,
    imported: bool = False,
) -> None:
    """Each with one ad set that did `day` on each of so many days, all of them reported by now."""
    async with database.workspace_transaction(workspace_id) as session:
        account = await session.get_one(AdAccount, account_id)
        for _ in range(campaigns):
            ad_set = await _ad_set(session, account, imported=imported)
            now = await platform_now(session, account_id)
            today = account_day(now, account.timezone)
            told = [
                NewReading(ad_set, MetricLevel.AD_SET, today - timedelta(days=4 + ago), "7d_click", day)
                for ago in range(days)
            ]
            await readings.store(session, account, told, now)


async def _ad_set(session: AsyncSession, account: AdAccount, *, imported: bool) -> str:
    now, above = await platform_now(session, account.id), f"{uuid4().int % 10**15}"
    campaign = Campaign(
        workspace_id=account.workspace_id,
        ad_account_id=account.id,
        name="Before",
        status=CampaignStatus.ENDED,
        objective=Objective.SALES.value,
        create_key=uuid4().hex,
        request_hash="0" * 64,
    )
    if not imported:
        session.add(campaign)
        await session.flush()
    nodes = [
        PlatformNode(
            workspace_id=account.workspace_id,
            ad_account_id=account.id,
            campaign_id=None if imported else campaign.id,
            kind=kind,
            platform_id=platform_id,
            parent_platform_id=parent,
            name="Before",
            status="PAUSED",
            effective_status="PAUSED",
            detail={"objective": Objective.SALES.value} if kind is PlatformKind.CAMPAIGN else {},
            starts_at=now - timedelta(days=20),
            seen_at=now,
        )
        for kind, platform_id, parent in (
            (PlatformKind.CAMPAIGN, above, None),
            (PlatformKind.AD_SET, f"{uuid4().int % 10**15}", above),
        )
    ]
    session.add_all(nodes)
    await session.flush()
    return nodes[1].platform_id
