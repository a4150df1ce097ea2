"""Says on the page why a step waits, while it is tried again; the next result takes the words away."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from models.contracts.base import CampaignRef
from models.tables.campaign import Campaign
from records import changes


async def note_waiting(session: AsyncSession, ref: CampaignRef, message: str) -> None:
    """Changes neither version nor approvals: waiting is no edit."""
    query = select(Campaign).where(Campaign.id == ref.campaign_id).with_for_update(key_share=True)
    campaign = (await session.execute(query)).scalar_one()
    if campaign.waiting_on != message:
        campaign.waiting_on = message
        await changes.notify(session, ref.workspace_id, "campaign", ref.campaign_id, campaign.version)
