"""The figures of one campaign: the last word on each object and account day, and what was said when the day ended."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.domain.hourly import Reading
from models.domain.metrics import SUMMED, Counts, MetricLevel
from models.domain.performance import DayFigures
from models.tables.metrics import MetricReading

COUNTS = (*SUMMED, "reach")
# A campaign's totals are those of its ad sets, which are read hourly; the others count where there is nothing else.
TOTAL_LEVELS = (MetricLevel.AD_SET, MetricLevel.CAMPAIGN, MetricLevel.AD)
CLOSES_WITHIN = timedelta(hours=24)

# Of `n`, a row of platform_node, on each day. One look-up by primary key each, however often a day was read. Where
# several sources tell of one object, the platform's own figures stand, then those of its reports.
DAYS = "(select cast(generate_series(cast(:first as date), cast(:last as date), interval '1 day') as date) as day) d"
OF_NODE = (
    "{r}.workspace_id = n.workspace_id and {r}.ad_account_id = n.ad_account_id and {r}.external_id = n.platform_id"
)
_READINGS = f"select * from metric_reading r where {OF_NODE.format(r='r')} and r.account_day = d.day"  # noqa: S608 (no value is in the text)
NEWEST = f"""lateral (
    ({_READINGS} and r.source = 'platform' order by r.read_at desc limit 1)
    union all
    ({_READINGS} and r.source <> 'platform' order by (r.source = 'csv') desc, r.read_at desc limit 1)
    limit 1) r"""
# What was stated first once the day was over, where something else was stated later.
CLOSING = f"""lateral (
    select * from metric_reading c where {OF_NODE.format(r="c")} and c.account_day = d.day and c.source = r.source
        and c.read_at < r.read_at and c.read_at >= cast(d.day + 1 as timestamp) at time zone :zone
        and c.read_at < cast(d.day + 1 as timestamp) at time zone :zone + :closes_within
    order by c.read_at limit 1) c"""  # noqa: S608

_OBJECT_DAYS = sa.text(
    f"""
    select r.external_id, r.level, r.source, r.attribution, r.account_day, r.read_at,
        {", ".join(f"r.{name}" for name in COUNTS)}, c.read_at as closed_at,
        {", ".join(f"c.{name} as closed_{name}" for name in COUNTS)}
    from platform_node n cross join {DAYS} cross join {NEWEST} left join {CLOSING} on true
    where n.campaign_id = :campaign_id and n.kind = any (:levels)
    order by r.external_id, r.account_day
    """  # noqa: S608
)


@dataclass(frozen=True, slots=True)
class ObjectDay:
    external_id: str
    level: MetricLevel
    source: str
    attribution: str
    figures: DayFigures


async def object_days(
    session: AsyncSession,
    campaign_id: UUID,
    span: tuple[date, date],
    zone: str,
    levels: Collection[MetricLevel] = TOTAL_LEVELS,
) -> list[ObjectDay]:
    """Every object and account day of the span, both ends included, that there are figures of."""
    values: dict[str, Any] = {
        "campaign_id": campaign_id,
        "first": span[0],
        "last": span[1],
        "zone": zone,
        "closes_within": CLOSES_WITHIN,
        "levels": [level.value for level in levels],
    }
    return [_object_day(row) for row in (await session.execute(_OBJECT_DAYS, values)).mappings()]


def _object_day(row: RowMapping) -> ObjectDay:
    figures = DayFigures(
        day=row["account_day"],
        counts=Counts(**{name: row[name] for name in COUNTS}),
        at_close=Counts(**{name: row[f"closed_{name}"] for name in COUNTS}) if row["closed_at"] else None,
        read_at=row["read_at"],
    )
    return ObjectDay(row["external_id"], MetricLevel(row["level"]), row["source"], row["attribution"], figures)


def for_totals(rows: Sequence[ObjectDay]) -> list[ObjectDay]:
    """Of each day the rows of one level, so that nothing is counted twice."""
    level: dict[date, int] = {}
    for row in rows:
        rank = TOTAL_LEVELS.index(row.level)
        level[row.figures.day] = min(level.get(row.figures.day, rank), rank)
    return [row for row in rows if TOTAL_LEVELS.index(row.level) == level[row.figures.day]]


async def readings_of_day(session: AsyncSession, campaign_id: UUID, day: date) -> list[Reading]:
    """Every reading of the ad sets on one account day, oldest first."""
    query = (
        sa.select(MetricReading)
        .where(
            col(MetricReading.campaign_id) == campaign_id,
            col(MetricReading.account_day) == day,
            col(MetricReading.level) == MetricLevel.AD_SET,
            col(MetricReading.source) == "platform",
        )
        .order_by(col(MetricReading.read_at))
    )
    return [
        Reading(row.external_id, row.read_at, Counts(**{name: getattr(row, name) for name in SUMMED}))
        for row in await session.scalars(query)
    ]


async def days_with_figures(session: AsyncSession, campaign_id: UUID) -> tuple[date, date] | None:
    """The first and the last account day that there are any figures of."""
    day = col(MetricReading.account_day)
    query = sa.select(sa.func.min(day).label("first"), sa.func.max(day).label("last"))
    row = (await session.execute(query.where(col(MetricReading.campaign_id) == campaign_id))).mappings().one()
    return (row["first"], row["last"]) if row["first"] else None
