"""The asset library of a workspace: content-addressed, so that the same bytes are one asset."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.tables.asset import Asset, AssetKind
from models.tables.base import utc_now
from records import changes


@dataclass(frozen=True, slots=True)
class AssetQuery:
    """`filename` is matched as plain text in any case; `tags` must all be there."""

    kind: AssetKind | None = None
    tags: tuple[str, ...] = ()
    filename: str = ""
    limit: int = 50
    offset: int = 0


async def add(session: AsyncSession, asset: Asset) -> tuple[Asset, bool]:
    """Stores the row after the bytes are stored; True if it is new. A repeat brings an archived one back."""
    values = asset.model_dump(exclude={"id", "created_at", "updated_at"})
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
    await changes.notify(session, row.workspace_id, "asset", row.id)
    return row, is_new


async def read(session: AsyncSession, asset_id: UUID) -> Asset | None:
    return await session.get(Asset, asset_id)


async def read_many(session: AsyncSession, asset_ids: set[UUID]) -> dict[UUID, Asset]:
    """Ids that this workspace does not have are left out."""
    rows = await session.scalars(select(Asset).where(col(Asset.id).in_(asset_ids)))
    return {row.id: row for row in rows}


async def search(session: AsyncSession, query: AssetQuery) -> list[Asset]:
    """Not archived, newest first."""
    found = select(Asset).where(col(Asset.archived_at).is_(None))
    if query.kind:
        found = found.where(Asset.kind == query.kind)
    if query.tags:
        found = found.where(col(Asset.tags).contains(list(query.tags)))
    if query.filename:
        found = found.where(col(Asset.filename).icontains(query.filename, autoescape=True))
    newest = found.order_by(col(Asset.created_at).desc(), col(Asset.id).desc())
    return list(await session.scalars(newest.limit(query.limit).offset(query.offset)))


async def archive(session: AsyncSession, asset_id: UUID) -> bool:
    """Hides it from the library; what uses it keeps it. False when this workspace has no such asset."""
    row = await session.get(Asset, asset_id, with_for_update=True)
    if row is None:
        return False
    row.archived_at = row.archived_at or utc_now()
    await changes.notify(session, row.workspace_id, "asset", row.id)
    return True


async def expired_rights(session: AsyncSession, asset_ids: set[UUID], at: datetime) -> list[Asset]:
    """Those of the assets that may no longer run at `at`."""
    found = select(Asset).where(col(Asset.id).in_(asset_ids), col(Asset.rights_until) <= at)
    return list(await session.scalars(found))
