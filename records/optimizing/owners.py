"""Who holds the budgets of running campaigns, and what the platform last showed of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.domain.states import PlatformKind
from models.tables.ledger import PlatformObject
from models.tables.platform_node import PlatformNode


@dataclass(frozen=True, slots=True)
class BudgetOwner:
    """An ad set, or a campaign under campaign budgets, as last seen. Money in minor units, times platform time."""

    object_id: UUID
    campaign_id: UUID
    kind: PlatformKind
    plan_key: str
    platform_id: str
    name: str
    parent_platform_id: str | None
    status: str
    effective_status: str
    learning: str | None
    daily_budget_minor: int | None
    lifetime_budget_minor: int | None
    spend_cap_minor: int | None
    spent_minor: int
    starts_at: datetime | None
    seen_at: datetime

    @property
    def daily(self) -> bool:
        return self.daily_budget_minor is not None

    @property
    def holds_budget(self) -> bool:
        return self.daily_budget_minor is not None or self.lifetime_budget_minor is not None

    @property
    def budget_minor(self) -> int:
        return self.daily_budget_minor if self.daily_budget_minor is not None else self.lifetime_budget_minor or 0


_NODE = ("parent_platform_id", "status", "effective_status", "learning", "daily_budget_minor", "lifetime_budget_minor")
_NODE_MORE = ("spend_cap_minor", "spent_minor", "starts_at", "seen_at")


async def campaign_tree(session: AsyncSession, campaign_ids: Sequence[UUID]) -> dict[UUID, list[BudgetOwner]]:
    """The platform campaigns and ad sets of each campaign that are still there, whether they hold a budget or not."""
    query = (
        sa.select(
            col(PlatformObject.id).label("object_id"),
            *(
                col(getattr(PlatformObject, name))
                for name in ("campaign_id", "kind", "plan_key", "platform_id", "name")
            ),
            *(col(getattr(PlatformNode, name)) for name in (*_NODE, *_NODE_MORE)),
        )
        .join(PlatformNode, sa.and_(col(PlatformNode.object_id) == col(PlatformObject.id)))
        .where(
            col(PlatformObject.campaign_id).in_(campaign_ids),
            col(PlatformObject.kind).in_([PlatformKind.CAMPAIGN, PlatformKind.AD_SET]),
            col(PlatformObject.retired_at).is_(None),
            col(PlatformNode.gone_at).is_(None),
        )
        .order_by(col(PlatformObject.campaign_id), col(PlatformObject.plan_key))
    )
    found: dict[UUID, list[BudgetOwner]] = {}
    for row in (await session.execute(query)).mappings():
        found.setdefault(row["campaign_id"], []).append(BudgetOwner(**row))
    return found


async def budget_owners(session: AsyncSession, campaign_id: UUID) -> dict[UUID, BudgetOwner]:
    """Of one campaign, those that hold a budget, by our object id."""
    tree = (await campaign_tree(session, [campaign_id])).get(campaign_id, [])
    return {owner.object_id: owner for owner in tree if owner.holds_budget}
