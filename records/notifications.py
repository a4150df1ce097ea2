"""Notices for people."""

from datetime import datetime
from typing import NotRequired, TypedDict, Unpack
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.tables.base import utc_now
from models.tables.notification import Notification
from records import changes


class Notice(TypedDict):
    """Without a user it is for everyone in the workspace. A retried step names the same `dedupe_key`."""

    workspace_id: UUID
    kind: str
    title: str
    body: str
    dedupe_key: str
    campaign_id: NotRequired[UUID]
    user_id: NotRequired[UUID]


async def add(session: AsyncSession, **notice: Unpack[Notice]) -> bool:
    """Stores the notice and stirs the live page; False when its `dedupe_key` was there already."""
    statement = (
        insert(Notification)
        .values(id=uuid4(), **notice)
        .on_conflict_do_nothing(index_elements=["workspace_id", "dedupe_key"])
        .returning(col(Notification.id))
    )
    stored = await session.scalar(statement)
    if stored is None:
        return False
    await changes.notify(session, notice["workspace_id"], "notification", stored)
    return True


async def notices_for(
    session: AsyncSession, user_id: UUID, *, unread_only: bool = False, own_only: bool = False, limit: int = 50
) -> list[Notification]:
    """The person's own and those for everyone in the workspace, newest first; `own_only` leaves the latter out."""
    found = select(Notification).where(_for(user_id, own_only=own_only))
    if unread_only:
        found = found.where(col(Notification.read_at).is_(None))
    return list(await session.scalars(found.order_by(col(Notification.created_at).desc()).limit(limit)))


async def unread_count(session: AsyncSession, user_id: UUID, *, own_only: bool = False) -> int:
    query = select(sa.func.count()).select_from(Notification)
    query = query.where(_for(user_id, own_only=own_only), col(Notification.read_at).is_(None))
    return int((await session.execute(query)).scalar_one())


async def mark_all_read(session: AsyncSession, user_id: UUID, until: datetime, *, own_only: bool = False) -> None:
    """Those that were there at `until`; what came since stays new."""
    query = sa.update(Notification).where(
        _for(user_id, own_only=own_only), col(Notification.read_at).is_(None), col(Notification.created_at) <= until
    )
    await session.execute(query.values(read_at=utc_now()))


def _for(user_id: UUID, *, own_only: bool) -> sa.ColumnElement[bool]:
    own = col(Notification.user_id) == user_id
    return own if own_only else sa.or_(col(Notification.user_id).is_(None), own)


async def mark_read(session: AsyncSession, user_id: UUID, notification_id: UUID) -> bool:
    """False when the notice is somebody else's."""
    row = await session.get(Notification, notification_id, with_for_update=True)
    if row is None or row.user_id not in (None, user_id):
        return False
    row.read_at = row.read_at or utc_now()
    return True
