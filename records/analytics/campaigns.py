"""The figures of many campaigns at once, one line per campaign and account day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.metrics import SUMMED, Counts, MetricLevel
from models.domain.states import CampaignStatus, MoveState
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.optimization import MoveSet
from records.analytics.days import DAYS, NEWEST, TOTAL_LEVELS


@dataclass(frozen=True, slots=True)
class CampaignDay:
    campaign_id: UUID
    day: date
    counts: Counts


_SUMS = ", ".join(f"cast(sum(r.{name}) as bigint) as {name}" for name in SUMMED)
_CAMPAIGN_DAYS = f"""
    select distinct on (campaign_id, account_day) * from (
        select n.campaign_id, r.account_day, n.kind, {_SUMS}
        from platform_node n cross join {DAYS} cross join {NEWEST}
        where n.campaign_id = any (:campaign_ids) and n.kind = any (:levels)
        group by n.campaign_id, r.account_day, n.kind
    ) lines
    order by campaign_id, account_day, array_position(cast(:levels as text[]), cast(kind as text))
"""  # noqa: S608 (no value is in the text)


async def campaign_days(
    session: AsyncSession, campaign_ids: Collection[UUID], span: tuple[date, date]
) -> list[CampaignDay]:
    """All objects of each campaign together, per account day of the span, both ends included; without reach."""
    found = await _of_levels(session, campaign_ids, span, TOTAL_LEVELS[:2])
    # Figures of single ads alone come from uploads; there are too many ads to ask after those of every campaign.
    silent = set(campaign_ids) - {line.campaign_id for line in found}
    return [*found, *await _of_levels(session, silent, span, TOTAL_LEVELS[2:])]


async def _of_levels(
    session: AsyncSession, campaign_ids: Collection[UUID], span: tuple[date, date], levels: Collection[MetricLevel]
) -> list[CampaignDay]:
    if not campaign_ids:
        return []
    values: dict[str, Any] = {
        "campaign_ids": list(campaign_ids),
        "first": span[0],
        "last": span[1],
        "levels": [level.value for level in levels],
    }
    rows = (await session.execute(sa.text(_CAMPAIGN_DAYS), values)).mappings()
    return [
        CampaignDay(row["campaign_id"], row["account_day"], Counts(**{name: row[name] for name in SUMMED}))
        for row in rows
    ]


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
