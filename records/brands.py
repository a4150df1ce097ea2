"""The brand kits of a workspace's clients."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.tables.asset import AssetKind
from models.tables.base import JsonObject
from models.tables.brand import Brand
from records import assets, changes


class NoLogo(Exception):
    """The chosen logo is no picture of this workspace."""


@dataclass(frozen=True, slots=True)
class BrandKit:
    """What people decide about a brand. Colours as #rrggbb, the strongest first."""

    name: str
    logo_asset_id: UUID | None
    colours: tuple[str, ...]
    banned_words: tuple[str, ...]

    def as_json(self) -> JsonObject:
        return {
            "name": self.name,
            "logo_asset_id": str(self.logo_asset_id) if self.logo_asset_id else None,
            "colours": cast(list[JsonValue], list(self.colours)),
            "banned_words": cast(list[JsonValue], list(self.banned_words)),
        }


def kit_of(brand: Brand) -> BrandKit:
    return BrandKit(brand.name, brand.logo_asset_id, tuple(brand.colours), tuple(brand.banned_words))


async def all_of_workspace(session: AsyncSession) -> list[Brand]:
    return list(await session.scalars(select(Brand).order_by(col(Brand.name), col(Brand.id))))


async def read(session: AsyncSession, brand_id: UUID) -> Brand | None:
    return await session.get(Brand, brand_id)


async def create(session: AsyncSession, workspace_id: UUID, brand_id: UUID, kit: BrandKit) -> Brand:
    """The brand with that id; a repeat finds it as it was made or has become since.

    Raises:
        NoLogo: the logo is no picture of this workspace.
    """
    if present := await read(session, brand_id):
        return present
    brand = Brand(id=brand_id, workspace_id=workspace_id, name=kit.name)
    await _take_over(session, brand, kit)
    session.add(brand)
    await session.flush()
    await changes.notify(session, workspace_id, "brand", brand.id)
    return brand


async def edit(session: AsyncSession, brand_id: UUID, kit: BrandKit) -> tuple[Brand, BrandKit] | None:
    """The brand with the new kit, and the kit before; None when this workspace has no such brand.

    Raises:
        NoLogo: the logo is no picture of this workspace.
    """
    brand = await session.get(Brand, brand_id, with_for_update=True)
    if brand is None:
        return None
    before = kit_of(brand)
    await _take_over(session, brand, kit)
    await changes.notify(session, brand.workspace_id, "brand", brand.id)
    return brand, before


async def _take_over(session: AsyncSession, brand: Brand, kit: BrandKit) -> None:
    if kit.logo_asset_id is not None:
        logo = await assets.read(session, kit.logo_asset_id)
        if logo is None or logo.kind is not AssetKind.IMAGE:
            raise NoLogo
    brand.name, brand.logo_asset_id = kit.name, kit.logo_asset_id
    brand.colours, brand.banned_words = list(kit.colours), list(kit.banned_words)
