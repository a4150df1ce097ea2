"""What a person chooses from when writing a rule."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import CampaignStatus
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign

MOST = 300
_OVER = (CampaignStatus.ENDED, CampaignStatus.CANCELLED)


async def campaigns(session: AsyncSession, chosen: UUID | None) -> list[tuple[UUID, str]]:
    """Id and name of those that run or may still run, by name; the chosen one whatever became of it."""
    query = select(Campaign.id, Campaign.name).where(col(Campaign.status).not_in(_OVER)).limit(MOST)
    found = {row.id: row.name for row in await session.execute(query.order_by(col(Campaign.name)))}
    if chosen is not None and chosen not in found:
        campaign = await session.get(Campaign, chosen)
        found |= {campaign.id: campaign.name} if campaign else {}
    return list(found.items())


async def currencies(session: AsyncSession) -> list[str]:
    """Of the workspace's ad accounts."""
    return list(await session.scalars(select(AdAccount.currency).distinct().order_by(col(AdAccount.currency))))
