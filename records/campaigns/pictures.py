"""What an item is illustrated with: the brief's pictures, the brand's logo and colours, the product's price."""

import re
from decimal import Decimal
from uuid import UUID

from babel.core import Locale
from babel.numbers import format_currency, get_currency_precision
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.brief import Brief
from models.domain.content import AssetRef, Design, ItemAsset
from models.domain.cropping import crop_around
from models.domain.states import CreativeFormat, Ratio
from models.domain.strategy import Concept
from models.tables.asset import Asset, AssetKind
from models.tables.brand import Brand
from records.campaigns.facts import CampaignFacts

_MARKS = re.compile("[\u200e\u200f]")
_COLOUR = re.compile(r"#[0-9a-f]{6}")


async def supplied_pictures(session: AsyncSession, brief: Brief) -> list[Asset]:
    """The product photos and assets named in the brief that are usable pictures, in the brief's order."""
    wanted = reference_ids(brief)
    if not wanted:
        return []
    query = select(Asset).where(
        col(Asset.id).in_(wanted), Asset.kind == AssetKind.IMAGE, col(Asset.archived_at).is_(None)
    )
    found = {asset.id: asset for asset in (await session.execute(query)).scalars()}
    return [found[asset_id] for asset_id in wanted if asset_id in found]


def reference_ids(brief: Brief) -> list[UUID]:
    """The pictures that show what is advertised, products first."""
    named = [*(image for product in brief.products for image in product.images), *(use.id for use in brief.assets)]
    return list(dict.fromkeys(named))


def item_pictures(pictures: list[Asset], concept: Concept, position: int) -> list[ItemAsset]:
    """One picture per ratio of the concept, cropped to it; neighbouring concepts get different pictures."""
    if not pictures:
        return []
    picture = pictures[position % len(pictures)]
    return [as_base(picture, ratio) for ratio in concept.ratios]


def as_base(asset: Asset, ratio: Ratio, poster: Asset | None = None) -> ItemAsset:
    """A picture cut to a ratio around its focal point; a video is not cut, the platform does that."""
    crop = None
    if asset.kind is AssetKind.IMAGE:
        crop = crop_around(asset.width or 1, asset.height or 1, ratio, (asset.focal_x, asset.focal_y))
    return ItemAsset(
        ratio=ratio,
        asset_id=asset.id,
        sha256=asset.sha256,
        crop=crop,
        poster=AssetRef(asset_id=poster.id, sha256=poster.sha256) if poster else None,
    )


async def new_design(
    session: AsyncSession, facts: CampaignFacts, concept: Concept, language: str, bases: list[ItemAsset]
) -> Design | None:
    """What is drawn over a new item's pictures. Carousels and videos are shown as they are."""
    if concept.format is not CreativeFormat.SINGLE_IMAGE:
        return None
    brand = await session.get(Brand, facts.campaign.brand_id) if facts.campaign.brand_id else None
    logo = await session.get(Asset, brand.logo_asset_id) if brand and brand.logo_asset_id else None
    colours = [colour.lower() for colour in brand.colours] if brand else []
    return Design(
        bases=[] if facts.brief.allow_ai_images else bases,
        price=price_text(facts.brief, language),
        logo=AssetRef(asset_id=logo.id, sha256=logo.sha256) if logo else None,
        colours=[colour for colour in colours if _COLOUR.fullmatch(colour)][:6],
    )


def price_text(brief: Brief, language: str) -> str:
    """The one price of what is advertised, as that language writes it; empty where products differ in price."""
    prices = {(product.price.amount_minor, product.price.currency) for product in brief.products if product.price}
    if len(prices) != 1 or any(product.price is None for product in brief.products):
        return ""
    [(amount_minor, currency)] = prices
    major = Decimal(amount_minor).scaleb(-get_currency_precision(currency))
    written = format_currency(major, currency, locale=Locale.parse(language, sep="-"))
    # Direction marks are the drawing's business; a code such as SAR stands apart from its number.
    plain = _MARKS.sub("", written).replace("\xa0", " ")
    return re.sub(rf"(?<={currency})(?=\d)", " ", plain)
