"""Campaigns page by page, newest first."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import CampaignStatus
from models.tables.campaign import Campaign


async def page_of_campaigns(
    session: AsyncSession,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
    status: CampaignStatus | None = None,
    archived: bool = False,
) -> list[Campaign]:
    """Up to `limit` campaigns of the session's workspace that come after the row (created_at, id) `after`."""
    query = select(Campaign).where(
        col(Campaign.archived_at).is_not(None) if archived else col(Campaign.archived_at).is_(None)
    )
    if status is not None:
        query = query.where(Campaign.status == status)
    if after is not None:
        query = query.where(tuple_(col(Campaign.created_at), col(Campaign.id)) < after)
    query = query.order_by(col(Campaign.created_at).desc(), col(Campaign.id).desc()).limit(limit)
    return list((await session.execute(query)).scalars())


async def with_problem(session: AsyncSession, *, limit: int) -> list[Campaign]:
    """Those that wait for somebody to mend something, the latest changed first."""
    query = (
        select(Campaign)
        # A problem that was solved is stored as JSON's null.
        .where(func.jsonb_typeof(col(Campaign.problem)) == "object", col(Campaign.archived_at).is_(None))
        .order_by(col(Campaign.updated_at).desc(), col(Campaign.id))
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())
