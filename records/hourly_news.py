"""What readings told newly, by the hour in which they were read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from models.domain.metrics import Counts
from models.tables.ad_account import AdAccount
from records.readings import PLATFORM

_NAMES = ("spend_minor", "impressions", "clicks", "link_clicks", "landing_page_views", "conversions", "leads")
# A first reading after its day was over, or when nobody had looked before, says nothing of an hour.
_NEWS = """
    select r.campaign_id, r.external_id, r.account_day,
        floor(extract(epoch from (cast(:now as timestamptz) - r.read_at)) / 3600)::integer as hours_ago, {deltas}
    from metric_reading r
    where r.workspace_id = :workspace_id and r.ad_account_id = :ad_account_id and r.external_id = any (:external_ids)
        and r.account_day >= :first and r.source = :source and r.level = 'ad_set' and r.campaign_id is not null
    window w as (partition by r.external_id, r.account_day order by r.read_at)
"""
_DELTA = """r.{name} - coalesce(lag(r.{name}) over w,
        case when r.read_at < cast(r.account_day + 1 as timestamp) at time zone :zone then 0 else r.{name} end)
        as {name}"""
_BY_CAMPAIGN = sa.text(
    f"""
    select campaign_id, account_day, hours_ago, {", ".join(f"cast(sum({name}) as bigint) as {name}" for name in _NAMES)}
    from ({_NEWS.format(deltas=", ".join(_DELTA.format(name=name) for name in _NAMES))}) news
    group by campaign_id, account_day, hours_ago
    """  # noqa: S608 (no value is in the text)
)
_OF_DAY = """coalesce(sum(spend_minor)
        filter (where hours_ago >= {ago} and hours_ago < {ago} + :hours), 0)::bigint"""
_BY_AD_SET = sa.text(
    f"""
    select external_id, {", ".join(_OF_DAY.format(ago=24 * day) for day in range(4))}
    from ({_NEWS.format(deltas=_DELTA.format(name="spend_minor"))}) news
    group by external_id
    """  # noqa: S608
)


@dataclass(frozen=True, slots=True)
class News:
    """Counts of one campaign and account day that were told newly in one hour; 0 hours ago is the hour ending now."""

    campaign_id: UUID
    account_day: date
    hours_ago: int
    counts: Counts


def _values(account: AdAccount, external_ids: Sequence[str], first: date, now: datetime) -> dict[str, Any]:
    return {
        "workspace_id": account.workspace_id,
        "ad_account_id": account.id,
        "external_ids": list(external_ids),
        "first": first,
        "now": now,
        "zone": account.timezone,
        "source": PLATFORM,
    }


async def by_campaign(
    session: AsyncSession, account: AdAccount, external_ids: Sequence[str], first: date, now: datetime
) -> list[News]:
    """Of these ad sets together, about account days from `first` on. `now` is platform time."""
    found = await session.execute(_BY_CAMPAIGN, _values(account, external_ids, first, now))
    return [
        News(row["campaign_id"], row["account_day"], row["hours_ago"], Counts(**{name: row[name] for name in _NAMES}))
        for row in found.mappings()
    ]


async def spent(
    session: AsyncSession, account: AdAccount, external_ids: Sequence[str], now: datetime, *, hours: int = 6
) -> dict[str, list[int]]:
    """By ad set: minor units told in the last so many hours, and in the same hours of each of the three days before."""
    first = (now - timedelta(days=5)).date()
    rows = await session.execute(_BY_AD_SET, _values(account, external_ids, first, now) | {"hours": hours})
    return {external_id: [int(part) for part in parts] for external_id, *parts in rows}
