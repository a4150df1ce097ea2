"""What ran before in accounts of the same currency, for the same objective: figures per ad set and account day.

Campaigns of ours and those that an import found; the newest first, and only days that have mostly been reported.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.account_days import account_day
from models.domain.ads_plan import AdsPlan
from models.domain.states import DocumentState, PlatformKind
from models.domain.strategy import Strategy
from models.tables.ad_account import AdAccount
from models.tables.plan import PlanVersion
from models.tables.strategy import StrategyVersion
from records import readings
from records.platform_clock import platform_now
from records.readings import DayReading, Span

AD_SETS = 300
DAYS = timedelta(days=180)
REPORTED_AFTER = timedelta(days=3)
"""What happened since then is for the most part not reported yet."""

_AD_SETS = sa.text("""
select n.platform_id, n.ad_account_id, n.campaign_id, n.parent_platform_id, o.plan_key
from platform_node n
join ad_account a on a.id = n.ad_account_id and a.currency = :currency
left join campaign c on c.id = n.campaign_id
left join platform_node p
    on p.ad_account_id = n.ad_account_id and p.kind = :campaign and p.platform_id = n.parent_platform_id
left join platform_object o on o.id = n.object_id
where n.kind = :ad_set and n.spent_minor > 0 and n.campaign_id is distinct from :campaign_id
    and coalesce(c.objective, p.detail ->> 'objective') = :objective
order by n.starts_at desc nulls last, n.platform_id limit :most
""")


@dataclass(frozen=True, slots=True)
class Planned:
    """How it was planned; None where nobody planned it here."""

    stage: str | None = None
    language: str | None = None
    countries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RanBefore:
    """One ad set. `campaign` names its campaign, ours or the platform's."""

    campaign: str
    ad_account_id: UUID
    days: list[DayReading]
    planned: Planned = Planned()


async def ran_before(session: AsyncSession, campaign_id: UUID, objective: str, currency: str) -> list[RanBefore]:
    """All but the campaign itself."""
    values = {
        "campaign_id": campaign_id,
        "objective": objective,
        "currency": currency,
        "most": AD_SETS,
        "campaign": PlatformKind.CAMPAIGN.value,
        "ad_set": PlatformKind.AD_SET.value,
    }
    rows = (await session.execute(_AD_SETS, values)).all()
    planned = await _planned(session, {row.campaign_id for row in rows if row.campaign_id})
    days = await _days(session, rows)
    return [
        RanBefore(
            campaign=str(row.campaign_id or f"{row.ad_account_id}/{row.parent_platform_id}"),
            ad_account_id=row.ad_account_id,
            days=days[row.platform_id],
            planned=planned.get((row.campaign_id, row.plan_key), Planned()),
        )
        for row in rows
        if days.get(row.platform_id)
    ]


async def _days(session: AsyncSession, rows: Sequence[sa.Row[tuple[object, ...]]]) -> dict[str, list[DayReading]]:
    by_account: dict[UUID, list[str]] = defaultdict(list)
    for row in rows:
        by_account[row.ad_account_id].append(row.platform_id)
    found: dict[str, list[DayReading]] = {}
    for account_id, ids in by_account.items():
        account = await session.get_one(AdAccount, account_id)
        until = account_day(await platform_now(session, account_id) - REPORTED_AFTER, account.timezone)
        found |= await readings.days(session, account_id, Span(until - DAYS, until), platform_ids=ids)
    return found


async def _planned(session: AsyncSession, ids: set[UUID]) -> dict[tuple[UUID, str], Planned]:
    """By campaign and plan key."""
    plans = await _newest(session, PlanVersion, ids)
    strategies = await _newest(session, StrategyVersion, ids)
    found: dict[tuple[UUID, str], Planned] = {}
    for campaign_id, body in plans.items():
        strategy = strategies.get(campaign_id)
        segments = Strategy.model_validate(strategy).audience.segments if strategy else []
        stages = {segment.key: segment.stage.value for segment in segments}
        for ad_set in AdsPlan.model_validate(body).ad_sets:
            countries = frozenset(place.country for place in ad_set.targeting.geo.include)
            found[campaign_id, ad_set.key] = Planned(stages.get(ad_set.segment), ad_set.language, countries)
    return found


async def _newest(
    session: AsyncSession, table: type[PlanVersion] | type[StrategyVersion], ids: set[UUID]
) -> dict[UUID, object]:
    query = (
        select(table.campaign_id, table.body)
        .where(col(table.campaign_id).in_(ids), col(table.state) == DocumentState.SUBMITTED)
        .order_by(col(table.version))
    )
    return {campaign_id: body for campaign_id, body in await session.execute(query)}  # noqa: C416 (rows, not pairs)
