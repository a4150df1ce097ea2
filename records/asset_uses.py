"""Where an asset is used: briefs and items as they are worked on or submitted, ads that run, brand kits."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.ads_plan import AdsPlan
from models.domain.content import item_key
from models.domain.states import CampaignStatus, DocumentState, PlatformKind
from models.tables.brand import Brand
from models.tables.campaign import Campaign
from models.tables.content import Item, ItemVersion
from models.tables.ledger import ObjectStatus, PlatformObject
from models.tables.plan import PlanVersion
from models.tables.strategy import Brief

V = TypeVar("V", Brief, ItemVersion)

CURRENT = (DocumentState.DRAFT, DocumentState.SUBMITTED)
# An id stands in many places of a document: a picture, a card, what a picture is drawn from, a list of a brief.
NAMES_IT = "$.** ? (@ == $id)"


@dataclass(frozen=True, slots=True)
class Use:
    """`item` is None for the brief. `live_ads` counts the active ads of an item whose submitted version uses it."""

    campaign_id: UUID
    campaign: str
    status: CampaignStatus
    item: str | None = None
    live_ads: int = 0


async def uses(session: AsyncSession, asset_id: UUID) -> list[Use]:
    """One per campaign and item, the newest campaign first and in it the brief before the items."""
    campaigns = select(Campaign).where(col(Campaign.archived_at).is_(None)).order_by(col(Campaign.created_at).desc())
    in_briefs = set(await session.scalars(_naming(Brief, asset_id).with_only_columns(col(Brief.campaign_id))))
    in_items: dict[UUID, dict[str, bool]] = {}
    of_items = _naming(ItemVersion, asset_id).join(Item, col(Item.id) == col(ItemVersion.item_id))
    columns = (col(Item.campaign_id), col(Item.key), sa.func.bool_or(ItemVersion.state == DocumentState.SUBMITTED))
    grouped = of_items.with_only_columns(*columns).group_by(*columns[:2]).order_by(columns[1])
    for campaign_id, key, submitted in (await session.execute(grouped)).all():
        in_items.setdefault(campaign_id, {})[key] = submitted
    found: list[Use] = []
    for campaign in await session.scalars(campaigns.where(col(Campaign.id).in_(in_briefs | set(in_items)))):
        named = (campaign.id, campaign.name, campaign.status)
        if campaign.id in in_briefs:
            found.append(Use(*named))
        items = in_items.get(campaign.id, {})
        live = await _live_ads(session, campaign.id) if any(items.values()) else Counter[str]()
        found += [Use(*named, key, live[key] if submitted else 0) for key, submitted in items.items()]
    return found


def _naming(table: type[V], asset_id: UUID) -> sa.Select[V]:
    """The working and submitted versions whose document names the asset anywhere."""
    wanted = sa.literal({"id": str(asset_id)}, JSONB)
    named = sa.func.jsonb_path_exists(col(table.body), sa.cast(NAMES_IT, JSONPATH), wanted)
    return sa.select(table).where(col(table.state).in_(CURRENT), named)


async def _live_ads(session: AsyncSession, campaign_id: UUID) -> Counter[str]:
    """Active ads by item key."""
    plan = select(PlanVersion).where(
        PlanVersion.campaign_id == campaign_id, PlanVersion.state == DocumentState.SUBMITTED
    )
    submitted = (await session.scalars(plan)).one_or_none()
    if submitted is None:
        return Counter()
    items = {ad.key: item_key(ad.concept, ad.language) for ad in AdsPlan.model_validate(submitted.body).ads}
    active = select(PlatformObject.plan_key).where(
        PlatformObject.campaign_id == campaign_id,
        PlatformObject.kind == PlatformKind.AD,
        PlatformObject.status == ObjectStatus.ACTIVE,
        col(PlatformObject.retired_at).is_(None),
    )
    return Counter(items[key] for key in await session.scalars(active) if key in items)


async def brands_with_logo(session: AsyncSession, asset_ids: Iterable[UUID]) -> list[Brand]:
    found = select(Brand).where(col(Brand.logo_asset_id).in_(list(asset_ids))).order_by(col(Brand.name))
    return list(await session.scalars(found))
