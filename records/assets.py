"""The assets of a workspace: content-addressed, so that the same bytes are one asset."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict, cast
from uuid import UUID, uuid4

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.tables.asset import Asset
from models.tables.base import JsonObject, utc_now
from records import changes


class AssetChanges(TypedDict, total=False):
    """What people may change of an asset; what is missing stays."""

    filename: str
    tags: list[str]
    category: str | None
    rights_until: datetime | None
    regions: list[str]
    focal_x: int
    focal_y: int


@dataclass(frozen=True, slots=True)
class Edited:
    """`before` and `after` hold what really changed; both are empty where nothing did."""

    asset: Asset
    before: JsonObject
    after: JsonObject


class CannotReplace(Exception):
    """The file cannot become the asset's next version. The message says why and what to do."""


async def add(session: AsyncSession, asset: Asset) -> tuple[Asset, bool]:
    """Stores the row after the bytes are stored; True if it is new. A repeat brings an archived one back."""
    values = asset.model_dump(exclude={"id", "created_at", "updated_at", "previous_version_id"})
    statement = (
        insert(Asset)
        .values(id=uuid4(), **values)
        .on_conflict_do_nothing(index_elements=["workspace_id", "sha256"])
        .returning(col(Asset.id))
    )
    is_new = await session.scalar(statement) is not None
    found = select(Asset).where(Asset.workspace_id == asset.workspace_id, Asset.sha256 == asset.sha256)
    row = (await session.scalars(found)).one()
    row.archived_at = None
    row.poster_asset_id = row.poster_asset_id or asset.poster_asset_id
    await changes.notify(session, row.workspace_id, "asset", row.id)
    return row, is_new


async def read(session: AsyncSession, asset_id: UUID) -> Asset | None:
    return await session.get(Asset, asset_id)


async def read_many(session: AsyncSession, asset_ids: set[UUID]) -> dict[UUID, Asset]:
    """Ids that this workspace does not have are left out."""
    rows = await session.scalars(select(Asset).where(col(Asset.id).in_(asset_ids)))
    return {row.id: row for row in rows}


async def edit(session: AsyncSession, asset_id: UUID, wanted: AssetChanges) -> Edited | None:
    """None when this workspace has no such asset."""
    row = await session.get(Asset, asset_id, with_for_update=True)
    if row is None:
        return None
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    before = {name: getattr(row, name) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        await changes.notify(session, row.workspace_id, "asset", row.id)
    return Edited(row, _as_json(before), _as_json(changed))


def _as_json(values: dict[str, object]) -> JsonObject:
    return {
        name: value.isoformat() if isinstance(value, datetime) else cast(JsonValue, value)
        for name, value in values.items()
    }


async def archive(session: AsyncSession, asset_id: UUID) -> bool:
    """Hides it from the library; what uses it keeps it. False when this workspace has no such asset."""
    return await _set_archived(session, asset_id, utc_now())


async def restore(session: AsyncSession, asset_id: UUID) -> bool:
    """Shows it in the library again. False when this workspace has no such asset."""
    return await _set_archived(session, asset_id, None)


async def _set_archived(session: AsyncSession, asset_id: UUID, at: datetime | None) -> bool:
    row = await session.get(Asset, asset_id, with_for_update=True)
    if row is None:
        return False
    row.archived_at = at and (row.archived_at or at)
    await changes.notify(session, row.workspace_id, "asset", row.id)
    return True


async def replace(session: AsyncSession, old_id: UUID, new: Asset) -> None:
    """Makes `new` the version after `old_id`. What uses the old version keeps it.

    Raises:
        CannotReplace: no such asset, it has a newer version already, or `new` is part of a history itself.
    """
    # Locked in one order, so that two people who replace each other's files cannot wait for one another.
    ids = sorted({old_id, new.id})
    both = select(Asset).where(col(Asset.id).in_(ids)).order_by(col(Asset.id)).with_for_update()
    rows = {row.id: row for row in await session.scalars(both)}
    if old_id not in rows:
        raise CannotReplace("The asset that it is to replace does not exist here. Upload it as an asset of its own.")
    if new.previous_version_id == old_id:
        return
    if old_id == new.id:
        raise CannotReplace("This is the same file, byte by byte. Choose the changed one.")
    history = await versions(session, rows[old_id])
    if history[0].id != old_id:
        raise CannotReplace(f"{history[0].filename} replaced it already. Open that one and replace it there.")
    if new.kind is not rows[old_id].kind:
        raise CannotReplace("A picture can only be replaced by a picture, a video by a video.")
    if new.previous_version_id or new.id in {row.id for row in history} or await _successor(session, new.id):
        raise CannotReplace("This file is in the library already, with earlier or later versions. Use it as it is.")
    new.previous_version_id = old_id
    await session.flush()
    await changes.notify(session, new.workspace_id, "asset", old_id)


async def _successor(session: AsyncSession, asset_id: UUID) -> UUID | None:
    return await session.scalar(select(Asset.id).where(Asset.previous_version_id == asset_id))


async def versions(session: AsyncSession, asset: Asset) -> list[Asset]:
    """All versions of the asset, the newest first."""
    link = select(Asset.id, Asset.previous_version_id)
    chain = link.where(Asset.id == asset.id).cte("chain", recursive=True)
    neighbour = sa.or_(col(Asset.id) == chain.c.previous_version_id, col(Asset.previous_version_id) == chain.c.id)
    chain = chain.union(link.join(chain, neighbour))
    rows = list(await session.scalars(select(Asset).where(col(Asset.id).in_(select(chain.c.id)))))
    return _in_order(rows)


def _in_order(rows: Iterable[Asset]) -> list[Asset]:
    after = {row.previous_version_id: row for row in rows}
    found = [after[None]]
    while following := after.get(found[-1].id):
        found.append(following)
    return found[::-1]


async def expired_rights(session: AsyncSession, asset_ids: set[UUID], at: datetime) -> list[Asset]:
    """Those of the assets that may no longer run at `at`."""
    found = select(Asset).where(col(Asset.id).in_(asset_ids), col(Asset.rights_until) <= at)
    return list(await session.scalars(found))
