"""The figures of many campaigns at once: one row per campaign and account day, kept up to date as readings come.

Of each object the last word counts; of each day the objects of one level, so that no money is counted twice.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.metrics import SUMMED, Counts, MetricLevel
from models.tables.metrics import CampaignDay
from records.analytics.days import NEWEST, TOTAL_LEVELS

# Of ten thousand ad sets, four weeks in one statement would come near to its time limit.
DAYS_AT_ONCE = 7

_LISTED = ", ".join(SUMMED)
_SUMS = ", ".join(f"cast(sum(r.{name}) as bigint) as {name}" for name in SUMMED)
_TAKEN = ", ".join(f"{name} = excluded.{name}" for name in ("level", *SUMMED))
_RANK = "array_position(cast(:every as text[]), cast({level} as text))"
# Single ads tell of the same money as their ad sets, and there are many: only where nothing else tells of the day.
_REFRESH = sa.text(
    f"""
    insert into campaign_day as known (workspace_id, campaign_id, account_day, level, {_LISTED})
    select distinct on (campaign_id, account_day) workspace_id, campaign_id, account_day, kind, {_LISTED} from (
        select n.workspace_id, n.campaign_id, r.account_day, n.kind, {_SUMS}
        from platform_node n cross join unnest(cast(:days as date[])) d (day) cross join {NEWEST}
        where n.kind = any (:levels) and n.campaign_id in (
            select t.campaign_id from platform_node t
            where t.ad_account_id = :ad_account_id and t.platform_id = any (:external_ids)
        ) and not (n.kind = 'ad' and exists (
            select from campaign_day k
            where k.workspace_id = n.workspace_id and k.campaign_id = n.campaign_id and k.account_day = d.day
                and k.level <> 'ad'
        ))
        group by n.workspace_id, n.campaign_id, r.account_day, n.kind
    ) lines
    order by campaign_id, account_day, {_RANK.format(level="kind")}
    on conflict (workspace_id, campaign_id, account_day) do update set {_TAKEN}
    where {_RANK.format(level="excluded.level")} <= {_RANK.format(level="known.level")}
    """  # noqa: S608 (no value is in the text)
)


async def refresh(
    session: AsyncSession,
    ad_account_id: UUID,
    external_ids: Collection[str],
    days: Collection[date],
    levels: Collection[MetricLevel],
) -> None:
    """After readings of these objects and days were stored; `levels` are theirs. Repeating it changes nothing."""
    values: dict[str, Any] = {
        "ad_account_id": ad_account_id,
        "external_ids": list(external_ids),
        "every": [level.value for level in TOTAL_LEVELS],
    }
    ordered = sorted(days)
    # What is read hourly and what belongs to it first, so that it is known before the ads are asked.
    for group in (TOTAL_LEVELS[:2], TOTAL_LEVELS[2:]):
        if set(group) & set(levels):
            values["levels"] = [level.value for level in group]
            for start in range(0, len(ordered), DAYS_AT_ONCE):
                await session.execute(_REFRESH, values | {"days": ordered[start : start + DAYS_AT_ONCE]})


@dataclass(frozen=True, slots=True)
class DayOfCampaign:
    campaign_id: UUID
    day: date
    counts: Counts


async def campaign_days(
    session: AsyncSession, campaign_ids: Collection[UUID], span: tuple[date, date]
) -> list[DayOfCampaign]:
    """Of these campaigns, the account days of the span that there are figures of, both ends included."""
    query = select(CampaignDay).where(
        col(CampaignDay.campaign_id).in_(campaign_ids), col(CampaignDay.account_day).between(*span)
    )
    return [
        DayOfCampaign(row.campaign_id, row.account_day, Counts(**{name: getattr(row, name) for name in SUMMED}))
        for row in await session.scalars(query)
    ]
