"""Files on their way in parts. A row is locked while a part is stored, so that of two senders one wins."""

from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.tables.asset import Upload
from models.tables.base import utc_now

LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class StoredPart:
    """`number` counts from 1; `size` in bytes."""

    number: int
    etag: str
    size: int


def parts_of(upload: Upload) -> list[StoredPart]:
    return [StoredPart(**part) for part in cast(list[dict[str, object]], upload.parts)]  # type: ignore[arg-type]


async def begin(session: AsyncSession, upload: Upload) -> None:
    session.add(upload)
    await session.flush()


async def read(session: AsyncSession, upload_id: UUID, *, lock: bool = False) -> Upload | None:
    """None also for one that has expired. `lock` waits for whoever stores a part of it, and sees what became of it."""
    found = select(Upload).where(Upload.id == upload_id, col(Upload.expires_at) > utc_now())
    if lock:
        found = found.with_for_update()
    return (await session.scalars(found.execution_options(populate_existing=True))).one_or_none()


def add_part(upload: Upload, part: StoredPart) -> None:
    # A new list: the database layer does not see changes inside the old one.
    added: dict[str, JsonValue] = {"number": part.number, "etag": part.etag, "size": part.size}
    upload.parts = [*upload.parts, added]


async def expired(session: AsyncSession, limit: int = 20) -> list[Upload]:
    """Of this workspace, the oldest first; those that somebody else removes just now are left to them."""
    found = select(Upload).where(col(Upload.expires_at) <= utc_now()).order_by(col(Upload.expires_at))
    return list(await session.scalars(found.limit(limit).with_for_update(skip_locked=True)))


async def remove(session: AsyncSession, upload: Upload) -> None:
    await session.delete(upload)
    await session.flush()
