"""Renders as people follow them: lists, with their files and what was paid for each."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import RenderState
from models.tables.asset import Asset
from models.tables.campaign import Campaign
from models.tables.render import RenderAttempt, RenderJob, RenderOutput
from records.paging import Place, newest_first


async def page_of_renders(
    session: AsyncSession,
    *,
    limit: int,
    after: Place | None = None,
    campaign_id: UUID | None = None,
    states: Collection[RenderState] = (),
) -> list[RenderJob]:
    """Up to `limit` renders of the session's workspace, newest first, that come after the row (created_at, id)."""
    query = select(RenderJob)
    if campaign_id is not None:
        query = query.where(RenderJob.campaign_id == campaign_id)
    if states:
        query = query.where(col(RenderJob.state).in_(states))
    return await newest_first(session, query, RenderJob, limit, after)


async def counts(session: AsyncSession, workspace_id: UUID) -> dict[RenderState, int]:
    query = select(col(RenderJob.state), func.count()).where(RenderJob.workspace_id == workspace_id)
    rows = await session.execute(query.group_by(col(RenderJob.state)))
    return {RenderState(state): number for state, number in rows}


async def campaigns_of(session: AsyncSession, jobs: Collection[RenderJob]) -> dict[UUID, Campaign]:
    query = select(Campaign).where(col(Campaign.id).in_({job.campaign_id for job in jobs}))
    return {campaign.id: campaign for campaign in (await session.execute(query)).scalars()}


async def files_of(session: AsyncSession, render_ids: Collection[UUID]) -> dict[UUID, list[Asset]]:
    """What came of each, in the order in which the model gave it."""
    query = select(RenderOutput.render_job_id, Asset).join(Asset, col(RenderOutput.asset_id) == col(Asset.id))
    query = query.where(col(RenderOutput.render_job_id).in_(render_ids)).order_by(col(RenderOutput.position))
    found: dict[UUID, list[Asset]] = {}
    for render_id, asset in await session.execute(query):
        found.setdefault(render_id, []).append(asset)
    return found


async def attempts_of(session: AsyncSession, render_ids: Collection[UUID]) -> dict[UUID, list[RenderAttempt]]:
    """Every submit of each, the first one first."""
    query = select(RenderAttempt).where(col(RenderAttempt.render_job_id).in_(render_ids))
    found: dict[UUID, list[RenderAttempt]] = {}
    for attempt in (await session.execute(query.order_by(col(RenderAttempt.number)))).scalars():
        found.setdefault(attempt.render_job_id, []).append(attempt)
    return found
