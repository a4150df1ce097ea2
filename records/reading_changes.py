"""What comes between readings: the figures of each stretch of a day, and what was changed after a day was over."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from models.domain.metrics import SUMMED, Counts
from records.readings import PLATFORM, summed


@dataclass(frozen=True, slots=True)
class Change:
    """What was added to an account day between two readings of it; below zero where something was taken back.

    `since` and `until` are platform time and never leave the account day. After an outage they span several hours.
    """

    external_id: str
    account_day: date
    since: datetime
    until: datetime
    counts: Counts


def _since_last(name: str) -> str:
    step = f"r.{name} - coalesce(lag(r.{name}) over day, 0)"
    if not name.startswith("conversion"):
        return f"{step} as {name}"
    # A step to another attribution setting says nothing of what people did.
    return f"case when r.attribution = coalesce(lag(r.attribution) over day, r.attribution) then {step} end as {name}"


_STEPS = f"""
with steps as (
    select r.external_id, r.account_day, r.read_at, lag(r.read_at) over day as before_at,
        cast(r.account_day as timestamp) at time zone a.timezone as opens,
        cast(r.account_day + 1 as timestamp) at time zone a.timezone as closes,
        {", ".join(map(_since_last, SUMMED))}
    from campaign c
    join ad_account a on a.workspace_id = c.workspace_id and a.id = c.ad_account_id
    join metric_reading r on r.workspace_id = c.workspace_id and r.campaign_id = c.id
        and r.account_day between :since and :until and r.level = 'ad_set' and r.source = '{PLATFORM}'
    where c.id = any (:campaign_ids)
    window day as (partition by r.external_id, r.account_day order by r.read_at)
)
select external_id, account_day, """  # noqa: S608 (no value is in the text)
_WITHIN = f"""{_STEPS} greatest(coalesce(before_at, opens), opens), least(read_at, closes), {", ".join(SUMMED)}
from steps where before_at is null or before_at < closes order by least(read_at, closes), external_id"""
_AFTERWARDS = f"""{_STEPS} before_at, read_at, {", ".join(SUMMED)}
from steps where before_at >= closes order by read_at, external_id, account_day"""


async def within_days(session: AsyncSession, campaign_ids: Collection[UUID], since: date, until: date) -> list[Change]:
    """What each reading added while its day was running, and the first one after it; in order of time.

    Per ad set of campaigns of ours; account days, both ends included.
    """
    return await _changes(session, _WITHIN, campaign_ids, since, until)


async def restatements(session: AsyncSession, campaign_ids: Collection[UUID], since: date, until: date) -> list[Change]:
    """What the platform changed of days that were over and read already; `since` and `until` of each are readings."""
    return await _changes(session, _AFTERWARDS, campaign_ids, since, until)


async def _changes(
    session: AsyncSession, query: str, campaign_ids: Collection[UUID], since: date, until: date
) -> list[Change]:
    values = {"campaign_ids": list(campaign_ids), "since": since, "until": until}
    return [
        Change(external_id, day, begin, end, summed(counts))
        for external_id, day, begin, end, *counts in await session.execute(sa.text(query), values)
    ]
