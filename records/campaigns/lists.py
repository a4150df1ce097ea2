"""Campaigns page by page, newest first."""

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import CampaignStatus
from models.tables.campaign import Campaign
from records.paging import Place, newest_first


async def page_of_campaigns(
    session: AsyncSession,
    *,
    limit: int,
    after: Place | None = None,
    status: CampaignStatus | None = None,
    archived: bool = False,
) -> list[Campaign]:
    """Up to `limit` campaigns of the session's workspace that come after the row (created_at, id) `after`."""
    query = select(Campaign).where(
        col(Campaign.archived_at).is_not(None) if archived else col(Campaign.archived_at).is_(None)
    )
    if status is not None:
        query = query.where(Campaign.status == status)
    return await newest_first(session, query, Campaign, limit, after)


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
