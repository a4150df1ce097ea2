"""Whose campaign it is, as ads and names call them."""

from sqlalchemy.ext.asyncio import AsyncSession

from models.tables.brand import Brand
from records.campaigns.facts import CampaignFacts


async def client_name(session: AsyncSession, facts: CampaignFacts) -> str:
    """The brand; without one the page that the ads come from, and before an account is chosen the workspace."""
    if facts.campaign.brand_id is not None:
        return (await session.get_one(Brand, facts.campaign.brand_id)).name
    return (facts.account.page_name if facts.account else None) or facts.workspace.name
