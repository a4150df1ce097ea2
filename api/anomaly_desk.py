"""Signs and anomalies for both doors: what they are in words, and a person's "that is right so"."""

from collections.abc import Sequence
from uuid import UUID, uuid4, uuid5

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.deps import actor_of
from api.problems import ApiError, ProblemType, not_found
from api.schemas.signs import AnomalyView, SignalView
from api.security import require_editor
from api.services import Services
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.signals import Anomaly
from records import signs
from records.access import Caller
from records.signs import AnomalyRefused, UnknownAnomaly


async def views_of(session: AsyncSession, rows: Sequence[Anomaly]) -> list[AnomalyView]:
    ids = {row.campaign_id for row in rows if row.campaign_id}
    campaigns = {row.id: row for row in await session.scalars(select(Campaign).where(col(Campaign.id).in_(ids)))}
    ids = {row.ad_account_id for row in rows}
    accounts = {row.id: row for row in await session.scalars(select(AdAccount).where(col(AdAccount.id).in_(ids)))}
    return [
        AnomalyView.model_validate(
            {
                **row.model_dump(exclude={"dismissed_by"}),
                "ad_account_name": accounts[row.ad_account_id].name,
                "zone": accounts[row.ad_account_id].timezone,
                "campaign_name": campaigns[row.campaign_id].name if row.campaign_id else None,
                "dismissed_by": row.dismissed_name,
            }
        )
        for row in rows
    ]


async def signals_of(session: AsyncSession, campaign_id: UUID) -> list[SignalView]:
    """Raises ApiError where there is no such campaign."""
    if await session.get(Campaign, campaign_id) is None:
        raise not_found("campaign")
    return [
        SignalView.model_validate({**row.model_dump(), "name": name})
        for row, name in await signs.named_signals(session, campaign_id)
    ]


async def one(services: Services, caller: Caller, anomaly_id: UUID) -> AnomalyView:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        try:
            return (await views_of(session, [await signs.get(session, anomaly_id)]))[0]
        except UnknownAnomaly as error:
            raise not_found("anomaly") from error


async def dismiss(services: Services, caller: Caller, anomaly_id: UUID, key: str | None) -> AnomalyView:
    """It freezes nothing any more, and is told no more until it is over. Idempotency: `key` for this anomaly."""
    require_editor(caller)
    command_id = str(uuid5(anomaly_id, f"dismiss:{key}") if key else uuid4())
    try:
        async with services.database.workspace_transaction(caller.workspace_id) as session:
            row = await signs.dismiss(session, anomaly_id, actor_of(caller), command_id)
            return (await views_of(session, [row]))[0]
    except UnknownAnomaly as error:
        raise not_found("anomaly") from error
    except AnomalyRefused as error:
        raise ApiError(ProblemType.NOT_ALLOWED, str(error)) from error
