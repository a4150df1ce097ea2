"""What there is to measure in an ad account, and what a reading of it changes beside nodes and figures."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.domain.delivery import delivery_of, verdict_of, words_of
from models.domain.platform_tree import NodeSeen
from models.domain.states import UNPUBLISHED, PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.ledger import ObjectStatus, PlatformObject
from models.tables.platform_node import PlatformNode
from records import budgets, changes, platform_nodes, platform_objects
from records.budgets import SeenBudget
from records.campaigns import delivery
from records.campaigns.progress import OVER
from records.ledger import database_now
from records.platform_nodes import OurNode


@dataclass(frozen=True, slots=True)
class Scope:
    """The platform's campaigns that are read, each with ours. `whole`: everything else in the account is read too."""

    campaigns: dict[str, UUID]
    whole: bool

    @property
    def filter(self) -> tuple[str, ...] | None:
        return None if self.whole else tuple(self.campaigns)

    @property
    def ours(self) -> frozenset[UUID]:
        return frozenset(self.campaigns.values())

    @property
    def is_empty(self) -> bool:
        return not self.whole and not self.campaigns


async def scope(session: AsyncSession, account: AdAccount, after_end: timedelta) -> Scope:
    """Campaigns of ours that are on the platform, for that long also after they ended."""
    since = await database_now(session) - after_end
    query = (
        sa.select(col(PlatformObject.platform_id), col(Campaign.id))
        .join(Campaign, col(Campaign.id) == col(PlatformObject.campaign_id))
        .where(
            col(PlatformObject.ad_account_id) == account.id,
            col(PlatformObject.kind) == PlatformKind.CAMPAIGN,
            col(PlatformObject.status) != ObjectStatus.DELETED,
            sa.or_(col(PlatformObject.retired_at).is_(None), col(PlatformObject.retired_at) > since),
            col(Campaign.status).not_in(list(UNPUBLISHED)),
            sa.or_(col(Campaign.status).not_in(OVER), col(Campaign.ended_at) > since),
        )
        .order_by(col(PlatformObject.platform_id))
    )
    found = {str(platform_id): UUID(str(ours)) for platform_id, ours in (await session.execute(query)).all()}
    return Scope(found, account.imported_at is not None)


async def store_nodes(
    session: AsyncSession, account: AdAccount, of: Scope, seen: Sequence[NodeSeen], at: datetime
) -> None:
    """Keep what a complete listing showed, what it did not show any more, and budgets that somebody else set."""
    await platform_nodes.store(session, account, seen, at)
    await platform_nodes.note_unlisted(session, account.id, at, None if of.whole else of.ours)
    await budgets.note(session, account, [budget for node in seen if (budget := _budget(node, at)) is not None])


def _budget(node: NodeSeen, at: datetime) -> SeenBudget | None:
    amount = node.daily_budget_minor or node.lifetime_budget_minor
    return None if not amount else SeenBudget(node.platform_id, bool(node.daily_budget_minor), amount, at)


async def known_ad_sets(session: AsyncSession, ad_account_id: UUID) -> frozenset[str]:
    """Those that are gone included."""
    query = sa.select(col(PlatformNode.platform_id)).where(
        col(PlatformNode.ad_account_id) == ad_account_id, col(PlatformNode.kind) == PlatformKind.AD_SET
    )
    return frozenset((await session.execute(query)).scalars())


async def note_account(session: AsyncSession, account: AdAccount, **columns: object) -> None:
    """Sets columns of the account in one short statement, and stirs the live page."""
    await session.execute(sa.update(AdAccount).where(col(AdAccount.id) == account.id).values(**columns))
    await changes.notify(session, account.workspace_id, "ad_account", account.id)


# What has been spent stands with the ad sets; the campaigns' totals are always their sum.
_SPENT = sa.text(
    """
    update campaign c set budget_spent_minor = s.minor, metrics_read_at = coalesce(:read_at, c.metrics_read_at)
    from (
        select n.campaign_id, sum(n.spent_minor) as minor from platform_node n
        where n.ad_account_id = :ad_account_id and n.kind = 'ad_set' and n.campaign_id = any (:campaign_ids)
        group by n.campaign_id
    ) s where c.id = s.campaign_id
    """
)
_MIRRORED = sa.text(
    """
    update platform_campaign p
    set spent_minor = coalesce(s.minor, 0), status = n.effective_status, last_synced_at = n.seen_at
    from platform_node n left join (
        select parent_platform_id, sum(spent_minor) as minor from platform_node
        where ad_account_id = :ad_account_id and kind = 'ad_set' group by parent_platform_id
    ) s on s.parent_platform_id = n.platform_id
    where n.ad_account_id = :ad_account_id and n.kind = 'campaign' and n.campaign_id = any (:campaign_ids)
        and p.ad_account_id = n.ad_account_id and p.external_id = n.platform_id
    """
)


async def settle_spend(
    session: AsyncSession, ad_account_id: UUID, campaign_ids: Collection[UUID], read_at: datetime | None
) -> None:
    """Bring what our campaigns spent up to the readings. `read_at` is platform time; None leaves it as it is."""
    ids = sorted(campaign_ids)
    # Two readings at once lock in the same order.
    rows = sa.select(col(Campaign.id)).where(col(Campaign.id).in_(ids)).order_by(col(Campaign.id))
    await session.execute(rows.with_for_update(key_share=True))
    values = {"ad_account_id": ad_account_id, "campaign_ids": ids, "read_at": read_at}
    await session.execute(_SPENT.bindparams(sa.bindparam("read_at", type_=sa.DateTime(timezone=True))), values)
    await session.execute(_MIRRORED, values)


async def settle_delivery(session: AsyncSession, campaign_ids: Collection[UUID]) -> None:
    """Bring reviews and delivery of our campaigns up to what the platform last showed."""
    ours = await platform_nodes.ours(session, campaign_ids)
    for campaign_id in sorted(ours):
        await note_delivery(session, campaign_id, ours[campaign_id])


async def note_delivery(session: AsyncSession, campaign_id: UUID, nodes: Sequence[OurNode]) -> None:
    """Keep the reviews of these ads of ours, and what all of them add up to."""
    reviews = {
        node.object_id: (verdict_of(node.seen).value, words_of(node.seen))
        for node in nodes
        if node.seen.kind is PlatformKind.AD
    }
    await platform_objects.store_reviews(session, reviews)
    state, reason = delivery_of(node.seen for node in nodes)
    if state is not None:
        await delivery.note(session, campaign_id, state, reason)
