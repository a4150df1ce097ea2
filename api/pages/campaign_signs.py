"""What is noted of one campaign beside its figures: its ad sets' scores and trends, and what looks wrong."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import anomaly_desk
from api.pages.views.signs import AnomalyCard, SignalRow, anomaly_cards, signal_rows
from models.domain.roles import Role
from records import signs
from records.access import Caller

MOST = 5


@dataclass(frozen=True, slots=True)
class CampaignSigns:
    anomalies: list[AnomalyCard] = field(default_factory=list)
    signals: list[SignalRow] = field(default_factory=list)


async def campaign_signs(session: AsyncSession, caller: Caller, campaign_id: UUID) -> CampaignSigns:
    """Clients see figures, not what they are taken for."""
    if caller.role is Role.CLIENT:
        return CampaignSigns()
    rows = await signs.page_of_anomalies(session, limit=MOST, campaign_id=campaign_id, over=False)
    return CampaignSigns(
        anomaly_cards(await anomaly_desk.views_of(session, rows)),
        signal_rows(await anomaly_desk.signals_of(session, campaign_id)),
    )
