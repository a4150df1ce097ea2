"""Which campaigns there are, with what their figures need to be read."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import CampaignStatus, MoveState
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.optimization import MoveSet


@dataclass(frozen=True, slots=True)
class Running:
    """A campaign with what its figures need to be read: the currency, the clock and the state of its account."""

    campaign: Campaign
    account: AdAccount | None

    @property
    def currency(self) -> str | None:
        return self.account.currency if self.account else self.campaign.budget_currency

    @property
    def zone(self) -> str:
        return (self.account.timezone if self.account else self.campaign.timezone) or "UTC"


async def campaigns_with_accounts(
    session: AsyncSession,
    *,
    statuses: Collection[CampaignStatus] = (),
    ad_account_id: UUID | None = None,
    campaign_ids: Collection[UUID] | None = None,
) -> list[Running]:
    """Archived ones too, since their money was spent; newest first."""
    query = select(Campaign, AdAccount).join(AdAccount, col(AdAccount.id) == col(Campaign.ad_account_id), isouter=True)
    if statuses:
        query = query.where(col(Campaign.status).in_(statuses))
    if ad_account_id is not None:
        query = query.where(Campaign.ad_account_id == ad_account_id)
    if campaign_ids is not None:
        query = query.where(col(Campaign.id).in_(campaign_ids))
    query = query.order_by(col(Campaign.created_at).desc(), col(Campaign.id))
    return [Running(campaign, account) for campaign, account in (await session.execute(query)).all()]


async def status_counts(session: AsyncSession) -> dict[CampaignStatus, int]:
    query = (
        sa.select(col(Campaign.status), sa.func.count())
        .where(col(Campaign.archived_at).is_(None))
        .group_by(col(Campaign.status))
    )
    return {CampaignStatus(status): int(count) for status, count in (await session.execute(query)).all()}


async def move_counts(session: AsyncSession, campaign_id: UUID) -> dict[MoveState, int]:
    """What was decided about the money of a campaign, by how it ended."""
    query = (
        sa.select(col(MoveSet.state), sa.func.count())
        .where(col(MoveSet.campaign_id) == campaign_id)
        .group_by(col(MoveSet.state))
    )
    return {MoveState(state): int(count) for state, count in (await session.execute(query)).all()}


async def currencies_of(session: AsyncSession) -> list[str]:
    """Of the ad accounts that the workspace has or had."""
    return list(await session.scalars(select(AdAccount.currency).distinct().order_by(AdAccount.currency)))
