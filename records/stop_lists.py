"""Stops as people look them up, and what one would stop."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import CampaignStatus, StopScope, StopState
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.stop import StopOrder
from records.paging import Place, newest_first

OPEN = (StopState.STOPPING, StopState.STOPPED)
ON_THEIR_WAY = (CampaignStatus.PUBLISHING, CampaignStatus.SCHEDULED, CampaignStatus.LIVE)
ON_PLATFORM = (*ON_THEIR_WAY, CampaignStatus.PAUSED)
# A workspace with more open stops than this shows the newest ones.
MOST_OPEN = 20


async def page_of_stops(
    session: AsyncSession,
    *,
    limit: int,
    after: Place | None = None,
    states: Collection[StopState] = (),
) -> list[StopOrder]:
    """Newest first, those after the row (created_at, id)."""
    query = select(StopOrder)
    if states:
        query = query.where(col(StopOrder.state).in_(states))
    return await newest_first(session, query, StopOrder, limit, after)


async def open_stops(session: AsyncSession) -> list[StopOrder]:
    return await page_of_stops(session, limit=MOST_OPEN, states=OPEN)


async def names_of(session: AsyncSession, orders: Sequence[StopOrder]) -> dict[UUID, str]:
    """Of the campaigns and ad accounts that the stops are about, by their own ids."""
    campaigns = {order.campaign_id for order in orders if order.campaign_id}
    accounts = {order.ad_account_id for order in orders if order.ad_account_id}
    found: dict[UUID, str] = {}
    if campaigns:
        rows = await session.execute(select(Campaign.id, Campaign.name).where(col(Campaign.id).in_(campaigns)))
        found |= {row.id: row.name for row in rows}
    if accounts:
        rows = await session.execute(select(AdAccount.id, AdAccount.name).where(col(AdAccount.id).in_(accounts)))
        found |= {row.id: row.name for row in rows}
    return found


async def covered(
    session: AsyncSession,
    scope: StopScope,
    campaign_id: UUID | None,
    ad_account_id: UUID | None,
    states: Collection[CampaignStatus] = ON_PLATFORM,
) -> list[Campaign]:
    """Campaigns that a stop is about, in these states, by name."""
    query = select(Campaign).where(col(Campaign.status).in_(states))
    if scope is StopScope.CAMPAIGN:
        query = query.where(Campaign.id == campaign_id)
    elif scope is StopScope.ACCOUNT:
        query = query.where(Campaign.ad_account_id == ad_account_id)
    return list(await session.scalars(query.order_by(col(Campaign.name), col(Campaign.id))))
