"""The pictures that a new item starts with: those that the brief brings."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.brief import Brief
from models.domain.content import ItemAsset
from models.domain.cropping import crop_around
from models.domain.strategy import Concept
from models.tables.asset import Asset, AssetKind


async def supplied_pictures(session: AsyncSession, brief: Brief) -> list[Asset]:
    """The product photos and assets named in the brief that are usable pictures, in the brief's order."""
    wanted = [*(image for product in brief.products for image in product.images), *(use.id for use in brief.assets)]
    if not wanted:
        return []
    query = select(Asset).where(
        col(Asset.id).in_(wanted), Asset.kind == AssetKind.IMAGE, col(Asset.archived_at).is_(None)
    )
    found = {asset.id: asset for asset in (await session.execute(query)).scalars()}
    return [found[asset_id] for asset_id in dict.fromkeys(wanted) if asset_id in found]


def item_pictures(pictures: list[Asset], concept: Concept, position: int) -> list[ItemAsset]:
    """One picture per ratio of the concept, cropped to it; neighbouring concepts get different pictures."""
    if not pictures:
        return []
    picture = pictures[position % len(pictures)]
    return [
        ItemAsset(
            ratio=ratio,
            asset_id=picture.id,
            sha256=picture.sha256,
            crop=crop_around(picture.width or 1, picture.height or 1, ratio),
        )
        for ratio in concept.ratios
    ]
