"""What travels through Temporal: small frozen values and ids; never long texts, tokens or media."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from models.domain.states import Channel


class Contract(BaseModel):
    """Unknown fields are ignored, so that a newer sender and an older worker understand each other."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Actor(Contract):
    """Who sent a command. `user_id` is None for the system and for unverified operators."""

    user_id: UUID | None = None
    name: str
    role: str | None = None
    channel: Channel


SYSTEM = Actor(name="Greenlight", channel=Channel.SYSTEM)


class CampaignRef(Contract):
    workspace_id: UUID
    campaign_id: UUID
