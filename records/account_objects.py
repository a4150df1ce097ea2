"""What runs in an ad account, ours and foreign, a page at a time, with the figures of the last 90 days."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.metrics import SUMMED, Counts
from models.domain.states import PlatformKind
from models.tables.platform_node import PlatformNode

DAYS = 90
# The newest word of each ad set and day. A campaign is the sum of its ad sets; ads are not read that far back.
_FIGURES = f"""
with wanted as (
    select o.owner, n.workspace_id, n.platform_id from unnest(cast(:ids as text[])) as o (owner)
    join platform_node n on n.ad_account_id = :ad_account_id and n.kind = 'ad_set'
        and (n.platform_id = o.owner or n.parent_platform_id = o.owner)
), newest as (
    select distinct on (w.owner, r.external_id, r.account_day) w.owner, {", ".join(f"r.{name}" for name in SUMMED)}
    from wanted w join metric_reading r
        on r.workspace_id = w.workspace_id and r.ad_account_id = :ad_account_id and r.external_id = w.platform_id
        and r.account_day between :since and :until and r.source = 'platform'
    order by w.owner, r.external_id, r.account_day, r.read_at desc
)
select owner, {", ".join(f"cast(sum({name}) as bigint)" for name in SUMMED)} from newest group by owner
"""  # noqa: S608 (no value is in the text)


@dataclass(frozen=True, slots=True)
class ObjectQuery:
    """`after` is the number of the last object of the page before; `parent` that of the campaign or ad set above."""

    kind: PlatformKind = PlatformKind.CAMPAIGN
    parent: str | None = None
    after: str | None = None
    gone: bool = False
    limit: int = 50


async def page(session: AsyncSession, ad_account_id: UUID, wanted: ObjectQuery) -> list[PlatformNode]:
    """The newest on the platform first."""
    node = PlatformNode
    query = select(node).where(col(node.ad_account_id) == ad_account_id, col(node.kind) == wanted.kind)
    if wanted.parent is not None:
        query = query.where(col(node.parent_platform_id) == wanted.parent)
    if not wanted.gone:
        query = query.where(col(node.gone_at).is_(None))
    if wanted.after is not None:
        query = query.where(col(node.platform_id) < wanted.after)
    return list(await session.scalars(query.order_by(col(node.platform_id).desc()).limit(wanted.limit)))


async def one(session: AsyncSession, ad_account_id: UUID, platform_id: str) -> PlatformNode | None:
    query = select(PlatformNode).where(
        col(PlatformNode.ad_account_id) == ad_account_id, col(PlatformNode.platform_id) == platform_id
    )
    return (await session.scalars(query)).first()


async def figures(
    session: AsyncSession, ad_account_id: UUID, platform_ids: Collection[str], until: date
) -> dict[str, Counts]:
    """Of campaigns and ad sets over the last 90 account days; nothing for those that nothing is known of."""
    since = until - timedelta(days=DAYS - 1)
    values = {"ad_account_id": ad_account_id, "ids": list(platform_ids), "since": since, "until": until}
    rows = await session.execute(sa.text(_FIGURES), values)
    return {str(row[0]): Counts(**dict(zip(SUMMED, row[1:], strict=True))) for row in rows}


async def counts(session: AsyncSession, ad_account_id: UUID) -> dict[PlatformKind, tuple[int, int]]:
    """Per kind how many objects there are, and how many of them are ours."""
    node = PlatformNode
    query = (
        sa.select(col(node.kind), sa.func.count(), sa.func.count(col(node.object_id)))
        .where(col(node.ad_account_id) == ad_account_id, col(node.gone_at).is_(None))
        .group_by(col(node.kind))
    )
    return {kind: (int(total), int(ours)) for kind, total, ours in await session.execute(query)}
