"""Figures as the platform stated them over time: storing what changed, and the newest of each object and day."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from models.domain.account_days import day_start, utc_offset_minutes
from models.domain.metrics import Counts
from models.domain.states import PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.metrics import MetricLevel
from records.analytics.campaign_days import refresh

PLATFORM = "platform"
COUNTS = tuple(field.name for field in fields(Counts))
"""The columns of a reading that `Counts` takes, in its order."""


@dataclass(frozen=True, slots=True)
class NewReading:
    """Cumulative counts of one object and account day, under the attribution setting that the platform named."""

    external_id: str
    level: MetricLevel
    account_day: date
    attribution: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class DayReading:
    """The newest reading of one object and account day. `read_at` is platform time."""

    external_id: str
    account_day: date
    read_at: datetime
    attribution: str
    source: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Span:
    """Account days, both ends included. Of several `sources` of one figure the platform's word counts first."""

    since: date
    until: date
    sources: tuple[str, ...] = (PLATFORM,)

    @property
    def values(self) -> dict[str, object]:
        return {"since": self.since, "until": self.until, "sources": list(self.sources)}


def _listed(prefix: str, names: Sequence[str] = COUNTS) -> str:
    return ", ".join(f"{prefix}{name}" for name in names)


# Look-ups with a limit, and an insert that meets its conflict, go by the key whatever the statistics say, which tell of
# an empty table when an account is read first. This one walks the primary key backwards: one row per object and day.
_LAST = """lateral (
    select * from metric_reading r
    where r.workspace_id = {of}.workspace_id and r.ad_account_id = {of}.ad_account_id
        and r.external_id = {external_id} and r.account_day = {day} and {which}
    order by {order} r.read_at desc limit 1) r"""

_STORE = f"""
with told as (
    select distinct on (u.external_id, u.account_day)
        cast(:workspace_id as uuid) as workspace_id, cast(:ad_account_id as uuid) as ad_account_id, u.*
    from unnest(cast(:external_id as text[]), cast(:level as text[]), cast(:account_day as date[]),
        cast(:attribution as text[]), cast(:utc_offset as integer[]),
        {", ".join(f"cast(:{name} as bigint[])" for name in COUNTS)})
        as u (external_id, level, account_day, attribution, utc_offset, {_listed("")})
), fresh as (
    select t.*, n.node_id, n.campaign_id, t.spend_minor - coalesce(r.spend_minor, 0) as spent_since
    from told t
    left join {
    _LAST.format(of="t", external_id="t.external_id", day="t.account_day", which="r.source = :source", order="")
} on true
    left join lateral (
        select n.id as node_id, n.campaign_id from platform_node n
        where n.ad_account_id = t.ad_account_id and n.kind = t.level and n.platform_id = t.external_id limit 1
    ) n on true
    where r.read_at is null
        or r.read_at < :read_at
        and (r.attribution, {_listed("r.")}) is distinct from (t.attribution, {_listed("t.")})
), stored as (
    insert into metric_reading (workspace_id, ad_account_id, external_id, account_day, read_at, attribution, source,
        level, campaign_id, utc_offset_minutes, {_listed("")})
    select workspace_id, ad_account_id, external_id, account_day, :read_at, attribution, :source, level, campaign_id,
        utc_offset, {_listed("")} from fresh
), spent as (
    insert into platform_node as known (id, workspace_id, ad_account_id, kind, platform_id, name, status,
        effective_status, issues, review_words, detail, seen_at, spent_minor)
    select n.id, n.workspace_id, n.ad_account_id, n.kind, n.platform_id, n.name, n.status, n.effective_status,
        n.issues, n.review_words, n.detail, n.seen_at, f.minor
    from (select node_id, sum(spent_since) as minor from fresh group by node_id) f
    cross join lateral (select * from platform_node n where n.id = f.node_id limit 1) n
    where f.minor <> 0 and :source = '{PLATFORM}'
    on conflict (id) do update set spent_minor = known.spent_minor + excluded.spent_minor
)
select count(*) from fresh
"""  # noqa: S608 (no value is in the text)

_ONE_AT_A_TIME = sa.text("select pg_advisory_xact_lock(hashtextextended('readings ' || :ad_account_id, 0))")
# Three rows and ten thousand want different plans.
_PLAN_ANEW = sa.text("set local plan_cache_mode = force_custom_plan")


async def store(
    session: AsyncSession, account: AdAccount, rows: Sequence[NewReading], read_at: datetime, *, source: str = PLATFORM
) -> int:
    """Keep those readings that differ from the last of their object and day; returns how many.

    `read_at` is platform time; what was read before the last stored reading is left out. The platform's figures also
    add to what their nodes have spent. Idempotency: repeating stores nothing.
    """
    if not rows:
        return 0
    await session.execute(_ONE_AT_A_TIME, {"ad_account_id": str(account.id)})
    await session.execute(_PLAN_ANEW)
    offsets = {
        day: utc_offset_minutes(min(read_at, _day_end(day, account.timezone)), account.timezone)
        for day in {row.account_day for row in rows}
    }
    values: dict[str, Any] = {
        "workspace_id": account.workspace_id,
        "ad_account_id": account.id,
        "source": source,
        "read_at": read_at,
        "external_id": [row.external_id for row in rows],
        "level": [row.level.value for row in rows],
        "account_day": [row.account_day for row in rows],
        "attribution": [row.attribution for row in rows],
        "utc_offset": [offsets[row.account_day] for row in rows],
        **{name: [getattr(row.counts, name) for row in rows] for name in COUNTS},
    }
    count = int(await session.scalar(sa.text(_STORE), values) or 0)
    if count:
        told_of = {row.account_day for row in rows}
        await refresh(session, account.id, values["external_id"], told_of, {row.level for row in rows})
    return count


def _day_end(day: date, zone: str) -> datetime:
    return day_start(day + timedelta(days=1), zone)


# Of `n`, a row of platform_node, on each day of the span.
_DAYS = "(select cast(generate_series(cast(:since as date), :until, interval '1 day') as date) as day) d"


def _newest(span: Span) -> str:
    order = "" if len(span.sources) == 1 else f"(r.source = '{PLATFORM}') desc,"
    which = "r.source = any (:sources)"
    return (
        f"{_DAYS} cross join {_LAST.format(of='n', external_id='n.platform_id', day='d.day', which=which, order=order)}"
    )


async def days(
    session: AsyncSession,
    ad_account_id: UUID,
    span: Span,
    *,
    kind: PlatformKind = PlatformKind.AD_SET,
    campaign_ids: Collection[UUID] | None = None,
    platform_ids: Collection[str] | None = None,
) -> dict[str, list[DayReading]]:
    """The newest figures per object of that kind and account day, by platform id, days in order.

    `campaign_ids` limits to campaigns of ours, `platform_ids` to some of the platform's objects.
    """
    query = f"""
        select r.external_id, r.account_day, r.read_at, r.attribution, r.source, {_listed("r.")}
        from platform_node n cross join {_newest(span)}
        where n.ad_account_id = :ad_account_id and n.kind = :kind
            and (cast(:campaign_ids as uuid[]) is null or n.campaign_id = any (:campaign_ids))
            and (cast(:platform_ids as text[]) is null or n.platform_id = any (:platform_ids))
        order by r.external_id, r.account_day
    """  # noqa: S608 (no value is in the text)
    ids = None if campaign_ids is None else list(campaign_ids)
    values = span.values | {"ad_account_id": ad_account_id, "kind": kind.value, "campaign_ids": ids}
    values["platform_ids"] = None if platform_ids is None else list(platform_ids)
    found: dict[str, list[DayReading]] = defaultdict(list)
    for external_id, day, read_at, attribution, source, *counts in await session.execute(sa.text(query), values):
        found[external_id].append(DayReading(external_id, day, read_at, attribution, source, Counts(*counts)))
    return dict(found)
