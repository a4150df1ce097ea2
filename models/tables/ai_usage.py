"""What each call to a model cost."""

from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.tables.base import TIMESTAMP, same_workspace, tenant_args, utc_now


class AiUsage(SQLModel, table=True):
    """One row per call. A reservation is a row with `is_estimate`, settled or released after the call."""

    __tablename__ = "ai_usage"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        sa.UniqueConstraint("workspace_id", "request_id"),
        sa.Index("ix_ai_usage_at", "workspace_id", "at"),
        sa.Index("ix_ai_usage_campaign_id", "campaign_id"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    campaign_id: UUID | None = None
    purpose: str
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    cost_micros: int = Field(sa_type=sa.BigInteger)
    """Millionths of a US dollar."""
    is_estimate: bool = False
    request_id: str
    at: datetime = Field(default_factory=utc_now, sa_type=TIMESTAMP)
