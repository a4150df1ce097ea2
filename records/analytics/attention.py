"""What somebody has to look at, over all campaigns and ad accounts of a workspace."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import AdAccountState, DriftState, SuggestionState
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.drift import Drift
from models.tables.optimization import Suggestion
from models.tables.signals import Anomaly
from models.tables.stop import StopOrder
from records.campaigns.lists import with_problem
from records.stop_lists import names_of, open_stops

MOST = 20


@dataclass(frozen=True, slots=True)
class PerCampaign:
    campaign_id: UUID
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Attention:
    """`held`: Greenlight itself paused them. Of problems, stops, anomalies and held campaigns the first `MOST`."""

    suggestions: list[PerCampaign]
    drifts: list[PerCampaign]
    stops: list[StopOrder]
    stopped_names: dict[UUID, str]
    problems: list[Campaign]
    held: list[Campaign]
    anomalies: list[Anomaly]
    accounts: list[AdAccount]


async def attention(session: AsyncSession) -> Attention:
    stops = await open_stops(session)
    held = select(Campaign).where(col(Campaign.hold_reason).is_not(None), col(Campaign.archived_at).is_(None))
    wrong = select(Anomaly).where(col(Anomaly.until).is_(None), col(Anomaly.dismissed_at).is_(None))
    return Attention(
        suggestions=await _per_campaign(session, Suggestion, col(Suggestion.status) == SuggestionState.OPEN),
        drifts=await _per_campaign(session, Drift, col(Drift.state) == DriftState.OPEN),
        stops=stops,
        stopped_names=await names_of(session, stops),
        problems=await with_problem(session, limit=MOST),
        held=list(await session.scalars(held.order_by(col(Campaign.name)).limit(MOST))),
        anomalies=list(await session.scalars(wrong.order_by(col(Anomaly.since).desc()).limit(MOST))),
        accounts=list(
            await session.scalars(
                select(AdAccount)
                .where(AdAccount.state != AdAccountState.DISCONNECTED)
                .order_by(col(AdAccount.name), col(AdAccount.id))
            )
        ),
    )


async def _per_campaign(
    session: AsyncSession, table: type[Suggestion] | type[Drift], where: sa.ColumnElement[bool]
) -> list[PerCampaign]:
    query = (
        sa.select(col(Campaign.id), col(Campaign.name), sa.func.count())
        .join(table, col(table.campaign_id) == col(Campaign.id))
        .where(where)
        .group_by(col(Campaign.id), col(Campaign.name))
        .order_by(sa.func.count().desc(), col(Campaign.name))
    )
    return [PerCampaign(*row) for row in (await session.execute(query)).all()]
