"""Differences between what was approved and what the platform holds, as people look them up."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import DriftState
from models.tables.drift import Drift


async def page_of_drifts(
    session: AsyncSession,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
    campaign_id: UUID | None = None,
    states: Collection[DriftState] = (),
) -> list[Drift]:
    """Newest first, those after the row (created_at, id)."""
    query = select(Drift)
    if campaign_id is not None:
        query = query.where(Drift.campaign_id == campaign_id)
    if states:
        query = query.where(col(Drift.state).in_(states))
    if after is not None:
        query = query.where(tuple_(col(Drift.created_at), col(Drift.id)) < after)
    query = query.order_by(col(Drift.created_at).desc(), col(Drift.id).desc()).limit(limit)
    return list(await session.scalars(query))


async def open_count(session: AsyncSession) -> int:
    query = select(func.count()).select_from(Drift).where(Drift.state == DriftState.OPEN)
    return int((await session.execute(query)).scalar_one())
