"""Months of an ad account that were simulated, put into the records as if each day had been read at its end."""

from datetime import timedelta
from uuid import UUID

import psycopg
from sqlalchemy.ext.asyncio import AsyncSession

from bench.panels import Market
from models.domain.account_days import account_day, day_start
from models.domain.states import PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.platform_node import PlatformNode
from optimizer.scoring.arms import CLICKS, CONVERSIONS, IMPRESSIONS, SPEND
from records.database import Database
from records.platform_clock import platform_now

COUNTED = (SPEND, IMPRESSIONS, CLICKS, CONVERSIONS)
_COPY = """copy metric_reading (workspace_id, ad_account_id, external_id, account_day, read_at, attribution, source,
    level, utc_offset_minutes, spend_minor, impressions, clicks, conversions) from stdin"""


async def played(database: Database, owner_url: str, workspace_id: UUID, account_id: UUID, market: Market) -> None:
    """Foreign campaigns of the account, whose last day is yesterday. `owner_url` is of the role that may copy."""
    async with database.workspace_transaction(workspace_id) as session:
        account = await session.get_one(AdAccount, account_id)
        await _nodes(session, account, market)
        today = account_day(await platform_now(session, account_id), account.timezone)
    arms = [(campaign, arm) for campaign, row in enumerate(market.exists) for arm in range(len(row)) if row[arm]]
    days = market.final.shape[2]
    async with (
        await psycopg.AsyncConnection.connect(owner_url) as connection,
        connection.cursor() as cursor,
        cursor.copy(_COPY) as copy,
    ):
        for number in range(days):
            day = today - timedelta(days=days - number)
            read_at = day_start(day + timedelta(days=1), account.timezone) - timedelta(minutes=1)
            for campaign, arm in arms:
                counts = [
                    int(market.final[campaign, arm, number, each]) for each in (SPEND, IMPRESSIONS, CLICKS, CONVERSIONS)
                ]
                key = workspace_id, account_id, _ad_set(campaign, arm), day, read_at
                await copy.write_row((*key, "7d_click", "platform", "ad_set", 0, *counts))


async def _nodes(session: AsyncSession, account: AdAccount, market: Market) -> None:
    now = await platform_now(session, account.id)
    for campaign, row in enumerate(market.exists):
        for arm in range(len(row)):
            if row[arm]:
                node = PlatformNode(
                    workspace_id=account.workspace_id,
                    ad_account_id=account.id,
                    kind=PlatformKind.AD_SET,
                    platform_id=_ad_set(campaign, arm),
                    parent_platform_id=f"c{campaign}",
                    name="Before",
                    status="ACTIVE",
                    effective_status="ACTIVE",
                    seen_at=now,
                )
                session.add(node)


def _ad_set(campaign: int, arm: int) -> str:
    return f"c{campaign}a{arm}"
