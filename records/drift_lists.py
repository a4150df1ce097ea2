"""Differences between what was approved and what the platform holds, as people look them up."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import DriftState
from models.tables.drift import Drift
from records.paging import Place, newest_first


async def page_of_drifts(
    session: AsyncSession,
    *,
    limit: int,
    after: Place | None = None,
    campaign_id: UUID | None = None,
    states: Collection[DriftState] = (),
) -> list[Drift]:
    """Newest first, those after the row (created_at, id)."""
    query = select(Drift)
    if campaign_id is not None:
        query = query.where(Drift.campaign_id == campaign_id)
    if states:
        query = query.where(col(Drift.state).in_(states))
    return await newest_first(session, query, Drift, limit, after)
