"""What ad sets had done when somebody might have asked, and what they did in the week after: the past as it was known.

A look is at the end of an account day. What was known then is the newest reading until then; where a day was first
read later (after an import, an outage), its first reading stands in.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from models.domain.account_days import day_start
from models.domain.metrics import Counts
from models.domain.results import result_of
from models.tables.ad_account import AdAccount
from records.readings import COUNTS, PLATFORM

Row = tuple[int, int, int, int]
"""Spend, impressions, clicks and results of one account day."""


@dataclass(frozen=True, slots=True)
class AdSet:
    """`campaign` tells which ad sets compete for one budget: our campaign's id, or the platform's."""

    ad_account_id: UUID
    platform_id: str
    campaign: str
    objective: str | None


@dataclass(frozen=True, slots=True)
class Looks:
    """Account days at whose end was looked, how many days back and ahead."""

    days: Sequence[date]
    back: int
    ahead: int


@dataclass(frozen=True, slots=True)
class Known:
    """By look and platform id: daily rows by account day, as known then, and as known by now of the days ahead."""

    then: Mapping[tuple[date, str], Mapping[date, Row]]
    since: Mapping[str, Mapping[date, Row]]


_AD_SETS = sa.text("""
select n.ad_account_id, n.platform_id, coalesce(n.campaign_id::text, n.parent_platform_id) as campaign, c.objective
from platform_node n left join campaign c on c.id = n.campaign_id
where n.kind = 'ad_set' and n.ad_account_id = :ad_account_id
    and coalesce(n.campaign_id::text, n.parent_platform_id) is not null
order by campaign, n.platform_id
""")

_LISTED = ", ".join(f"r.{name}" for name in COUNTS)
# Results under several attribution settings cannot be compared: those of the newest one count.
_READINGS = f"""
with arm as (
    select a.platform_id, last.attribution from unnest(cast(:platform_ids as text[])) as a (platform_id)
    cross join lateral (
        select r.attribution from metric_reading r
        where r.workspace_id = :workspace_id and r.ad_account_id = :ad_account_id and r.external_id = a.platform_id
            and r.account_day between :since and :until and r.source = '{PLATFORM}'
        order by r.account_day desc, r.read_at desc limit 1) last
), asked as (
    select l.look, l.ends_at, l.look - back.days as day
    from unnest(cast(:looks as date[]), cast(:ends as timestamptz[])) as l (look, ends_at)
    cross join generate_series(cast(:back_from as integer), :back_to) as back (days)
)
select a.platform_id, d.look, d.day, {_LISTED} from arm a cross join asked d
cross join lateral (
    select * from metric_reading r
    where r.workspace_id = :workspace_id and r.ad_account_id = :ad_account_id and r.external_id = a.platform_id
        and r.account_day = d.day and r.source = '{PLATFORM}' and r.attribution = a.attribution
    order by (r.read_at <= d.ends_at) desc,
        case when r.read_at <= d.ends_at then r.read_at end desc, r.read_at limit 1) r
"""  # noqa: S608 (no value is in the text)


async def ad_sets(session: AsyncSession, ad_account_id: UUID) -> list[AdSet]:
    """In the order of their campaigns."""
    return [AdSet(*row) for row in await session.execute(_AD_SETS, {"ad_account_id": ad_account_id})]


async def known(session: AsyncSession, account: AdAccount, some: Sequence[AdSet], looks: Looks) -> Known:
    """Of ad sets of one account. Days without a result that counts are left out."""
    await session.execute(sa.text("set local plan_cache_mode = force_custom_plan"))
    ends = [day_start(day + timedelta(days=1), account.timezone) for day in looks.days]
    by_now = [ends[-1] + timedelta(days=10_000)] * len(ends)
    reading = _Reading(session, account, some, looks)
    then: dict[tuple[date, str], dict[date, Row]] = defaultdict(dict)
    since: dict[str, dict[date, Row]] = defaultdict(dict)
    for platform_id, look, day, row in await reading.rows(ends, 0, looks.back - 1):
        then[look, platform_id][day] = row
    for platform_id, _, day, row in await reading.rows(by_now, -looks.ahead, -1):
        since[platform_id][day] = row
    return Known(then, since)


@dataclass(frozen=True, slots=True)
class _Reading:
    session: AsyncSession
    account: AdAccount
    some: Sequence[AdSet]
    looks: Looks

    async def rows(self, ends: Sequence[datetime], back_from: int, back_to: int) -> list[tuple[str, date, date, Row]]:
        """Platform id, look, account day and what was known of it at that end."""
        values = {
            "workspace_id": self.account.workspace_id,
            "ad_account_id": self.account.id,
            "platform_ids": [one.platform_id for one in self.some],
            "looks": list(self.looks.days),
            "ends": list(ends),
            "back_from": back_from,
            "back_to": back_to,
            "since": min(self.looks.days) - timedelta(days=self.looks.back),
            "until": max(self.looks.days) + timedelta(days=self.looks.ahead),
        }
        objectives = {one.platform_id: one.objective for one in self.some}
        found = []
        for platform_id, look, day, *figures in await self.session.execute(sa.text(_READINGS), values):
            row = _row(Counts(*figures), objectives[platform_id])
            if row is not None:
                found.append((platform_id, look, day, row))
        return found


def _row(counts: Counts, objective: str | None) -> Row | None:
    results = result_of(objective, counts)
    if results is None:
        return None
    clicks = counts.clicks if counts.link_clicks is None else counts.link_clicks
    # The platform takes back what it counted in error, down to less than nothing on single days.
    return max(counts.spend_minor, 0), max(counts.impressions, 0), max(clicks, 0), max(results, 0)
