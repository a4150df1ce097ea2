"""What the platform makes of a campaign, kept and told once for each change, whoever noticed it."""

from hashlib import sha256
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.contracts.base import SYSTEM
from models.domain.states import CampaignStatus, Delivery
from models.tables.base import utc_now
from models.tables.campaign import Campaign
from records import audit, changes, notifications
from records.campaigns.progress import ON_PLATFORM

_TELL = {
    Delivery.NOT_DELIVERING: "{} is not delivering",
    Delivery.PARTLY_REJECTED: "The platform rejected ads of {}",
}


async def note(session: AsyncSession, campaign_id: UUID, delivery: Delivery, reason: str | None) -> bool:
    """Keep it where it differs and the campaign is on the platform; False where nothing changed."""
    campaign = await session.get_one(Campaign, campaign_id, populate_existing=True)
    if _same(campaign, delivery, reason):
        return False
    await session.refresh(campaign, with_for_update={"key_share": True})
    if _same(campaign, delivery, reason):
        return False
    before = campaign.delivery
    campaign.delivery, campaign.delivery_reason = delivery, reason
    await audit.record(
        session,
        audit.AuditEntry(
            workspace_id=campaign.workspace_id,
            actor_name=SYSTEM.name,
            channel=SYSTEM.channel,
            action="delivery_seen",
            object_kind="campaign",
            object_id=campaign.id,
            before={"delivery": before.value if before else None},
            after={"delivery": delivery.value, "reason": reason},
        ),
    )
    await changes.notify(session, campaign.workspace_id, "campaign", campaign.id, campaign.version)
    if campaign.status is CampaignStatus.LIVE and delivery in _TELL and delivery is not before:
        await _tell(session, campaign, _TELL[delivery].format(campaign.name), reason or "")
    return True


def _same(campaign: Campaign, delivery: Delivery, reason: str | None) -> bool:
    return campaign.status not in ON_PLATFORM or (campaign.delivery, campaign.delivery_reason) == (delivery, reason)


async def _tell(session: AsyncSession, campaign: Campaign, title: str, reason: str) -> None:
    known = sha256(f"{utc_now():%Y-%m-%d} {campaign.delivery} {reason}".encode()).hexdigest()[:16]
    await notifications.add(
        session,
        workspace_id=campaign.workspace_id,
        campaign_id=campaign.id,
        kind="delivery",
        title=title,
        body=reason,
        dedupe_key=f"delivery:{campaign.id}:{known}",
    )
