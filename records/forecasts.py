"""Forecasts as they were made, and which one counts."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.forecast import Forecast
from models.tables.evidence import CampaignForecast
from records import changes


async def store(session: AsyncSession, row: CampaignForecast) -> None:
    """Idempotency: by the row's id."""
    values = row.model_dump(exclude={"created_at", "updated_at"})
    await session.execute(insert(CampaignForecast).values(values).on_conflict_do_nothing(index_elements=["id"]))
    await changes.notify(session, row.workspace_id, "campaign", row.campaign_id)


async def newest(session: AsyncSession, campaign_id: UUID) -> CampaignForecast | None:
    return next(iter(await latest(session, campaign_id, 1)), None)


async def latest(session: AsyncSession, campaign_id: UUID, limit: int = 10) -> list[CampaignForecast]:
    """Newest first. Of a plan that is being edited while another one waits for a decision there are two."""
    query = select(CampaignForecast).where(CampaignForecast.campaign_id == campaign_id)
    return list(await session.scalars(query.order_by(col(CampaignForecast.made_at).desc()).limit(limit)))


async def expected(session: AsyncSession, campaign_id: UUID, live_at: datetime | None) -> CampaignForecast | None:
    """What was foretold before it began, for comparing; else the first that was made."""
    query = select(CampaignForecast).where(CampaignForecast.campaign_id == campaign_id)
    if live_at is not None:
        before = query.where(col(CampaignForecast.made_at) <= live_at).order_by(col(CampaignForecast.made_at).desc())
        if found := await session.scalar(before.limit(1)):
            return found
    return await session.scalar(query.order_by(col(CampaignForecast.made_at)).limit(1))


async def prior_scores(session: AsyncSession, campaign_ids: Collection[UUID]) -> dict[UUID, dict[str, float]]:
    """Of each campaign, what was believed of its ad sets before they ran: a score in 0-1 by plan key."""
    query = (
        select(CampaignForecast.campaign_id, CampaignForecast.body)
        .where(col(CampaignForecast.campaign_id).in_(campaign_ids))
        .order_by(col(CampaignForecast.made_at))
    )
    found: dict[UUID, dict[str, float]] = {}
    for campaign_id, body in await session.execute(query):
        ad_sets = Forecast.model_validate(body).ad_sets
        found[campaign_id] = {each.key: each.prior_score for each in ad_sets if each.prior_score is not None}
    return found
