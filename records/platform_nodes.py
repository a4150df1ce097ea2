"""Campaigns, ad sets and ads as the platform last showed them: ours, and foreign ones of imported accounts."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.platform_tree import GONE, NodeSeen
from models.tables.ad_account import AdAccount
from models.tables.ledger import PlatformObject
from models.tables.platform_node import PlatformNode

_SEEN = tuple(field.name for field in fields(NodeSeen))

# One statement for thousands of rows. A reading that is older than what is stored changes nothing, and what an import
# told in `detail` outlives readings that ask for less.
_STORE = """
insert into platform_node as known (
    id, workspace_id, ad_account_id, kind, platform_id, object_id, campaign_id, parent_platform_id, name, status,
    effective_status, daily_budget_minor, lifetime_budget_minor, spend_cap_minor, learning, issues, review_words,
    detail, starts_at, ends_at, seen_at, gone_at)
select gen_random_uuid(), :workspace_id, :ad_account_id, s.kind, s.platform_id, o.id,
    coalesce(o.campaign_id, above.campaign_id),
    s.parent_platform_id, s.name, s.status, s.effective_status, s.daily_budget_minor, s.lifetime_budget_minor,
    s.spend_cap_minor, s.learning, s.issues, s.review_words, s.detail, s.starts_at, s.ends_at, :seen_at,
    case when s.status = any (:gone) then cast(:seen_at as timestamptz) end
from jsonb_to_recordset(cast(:seen as jsonb)) as s (
    kind text, platform_id text, parent_platform_id text, name text, status text, effective_status text,
    daily_budget_minor bigint, lifetime_budget_minor bigint, spend_cap_minor bigint, learning text, issues jsonb,
    review_words jsonb, detail jsonb, starts_at timestamptz, ends_at timestamptz)
left join platform_object o
    on o.ad_account_id = :ad_account_id and o.kind = s.kind and o.platform_id = s.platform_id
left join platform_object above
    on above.ad_account_id = :ad_account_id and above.platform_id = s.parent_platform_id
    and above.kind = case s.kind when 'ad_set' then 'campaign' when 'ad' then 'ad_set' end
on conflict (ad_account_id, kind, platform_id) do update set
    object_id = excluded.object_id, campaign_id = excluded.campaign_id,
    parent_platform_id = excluded.parent_platform_id, name = excluded.name, status = excluded.status,
    effective_status = excluded.effective_status, daily_budget_minor = excluded.daily_budget_minor,
    lifetime_budget_minor = excluded.lifetime_budget_minor, spend_cap_minor = excluded.spend_cap_minor,
    learning = excluded.learning, issues = excluded.issues, review_words = excluded.review_words,
    detail = known.detail || excluded.detail, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
    seen_at = excluded.seen_at, updated_at = now(),
    gone_at = case when excluded.gone_at is not null then coalesce(known.gone_at, excluded.gone_at) end
where known.seen_at <= excluded.seen_at
"""


async def store(session: AsyncSession, account: AdAccount, seen: Sequence[NodeSeen], seen_at: datetime) -> int:
    """Keep what a reading of the account showed at `seen_at` (platform time). Returns how many rows that changed."""
    told = [{name: getattr(node, name) for name in _SEEN} for node in seen]
    rows = json.dumps(told, default=datetime.isoformat)
    values = {
        "workspace_id": account.workspace_id,
        "ad_account_id": account.id,
        "seen": rows,
        "seen_at": seen_at,
        "gone": sorted(GONE),
    }
    stored = await session.execute(sa.text(_STORE).bindparams(sa.bindparam("gone", type_=sa.ARRAY(sa.Text))), values)
    return int(getattr(stored, "rowcount", 0))


async def note_unlisted(
    session: AsyncSession, ad_account_id: UUID, listed_at: datetime, campaign_ids: Collection[UUID] | None = None
) -> int:
    """Mark as gone what a complete listing at `listed_at` did not show. Returns how many.

    `campaign_ids`: only these campaigns of ours were listed; None: the whole account.
    """
    unlisted = sa.update(PlatformNode).where(
        col(PlatformNode.ad_account_id) == ad_account_id,
        col(PlatformNode.seen_at) < listed_at,
        col(PlatformNode.gone_at).is_(None),
    )
    if campaign_ids is not None:
        unlisted = unlisted.where(col(PlatformNode.campaign_id).in_(list(campaign_ids)))
    done = await session.execute(unlisted.values(gone_at=listed_at))
    return int(getattr(done, "rowcount", 0))


async def of_campaign(session: AsyncSession, campaign_id: UUID) -> list[PlatformNode]:
    """What is there of one campaign of ours, by id; without `object_id` what others put into it."""
    query = select(PlatformNode).where(
        col(PlatformNode.campaign_id) == campaign_id, col(PlatformNode.gone_at).is_(None)
    )
    return list((await session.execute(query.order_by(col(PlatformNode.platform_id)))).scalars())


@dataclass(frozen=True, slots=True)
class OurNode:
    """An object of ours as the platform last showed it, at `seen_at` (platform time)."""

    object_id: UUID
    seen_at: datetime
    seen: NodeSeen


async def ours(session: AsyncSession, campaign_ids: Collection[UUID]) -> dict[UUID, list[OurNode]]:
    """The objects of ours in these campaigns that are still there and planned, whatever others put beside them."""
    node = PlatformNode
    query = (
        sa.select(
            col(node.campaign_id), col(node.object_id), col(node.seen_at), *(col(getattr(node, name)) for name in _SEEN)
        )
        .join(PlatformObject, col(PlatformObject.id) == col(node.object_id))
        .where(
            col(node.campaign_id).in_(list(campaign_ids)),
            col(node.gone_at).is_(None),
            col(PlatformObject.retired_at).is_(None),
        )
    )
    found: dict[UUID, list[OurNode]] = defaultdict(list)
    for campaign_id, object_id, seen_at, *seen in await session.execute(query.order_by(col(node.platform_id))):
        found[campaign_id].append(OurNode(object_id, seen_at, NodeSeen(*seen)))
    return dict(found)
