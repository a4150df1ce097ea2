"""Recorded hours on which a rule can be tried."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.optimization import OptimizerRun


async def recorded(
    session: AsyncSession, since: datetime, campaign_id: UUID | None, limit: int
) -> list[tuple[str, datetime, str]]:
    """Inputs, platform time and zone of runs that decided, newest first; with a campaign those of its account."""
    query = (
        select(OptimizerRun.inputs_sha256, OptimizerRun.platform_time, AdAccount.timezone)
        .join(AdAccount, col(AdAccount.id) == col(OptimizerRun.ad_account_id))
        .where(col(OptimizerRun.inputs_sha256).is_not(None), OptimizerRun.started_at >= since)
        .order_by(col(OptimizerRun.started_at).desc())
        .limit(limit)
    )
    if campaign_id is not None:
        account = select(Campaign.ad_account_id).where(Campaign.id == campaign_id).scalar_subquery()
        query = query.where(col(OptimizerRun.ad_account_id) == account)
    rows = (await session.execute(query)).all()
    return [(sha256, at, zone) for sha256, at, zone in rows if sha256 is not None and at is not None]
