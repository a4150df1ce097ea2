"""Differences between what was approved and applied and what the platform holds."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.domain.states import DriftState, PlatformKind
from models.tables.base import TIMESTAMP, JsonObject, TenantRow, same_workspace, stored, tenant_args


class Drift(TenantRow, table=True):
    """One field of one object of ours. At most one is open per field; times are platform time."""

    __tablename__ = "drift"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        same_workspace("object_id", "platform_object"),
        sa.Index("ix_drift_campaign_id", "campaign_id", "state"),
        sa.Index("uq_drift_open", "object_id", "field", unique=True, postgresql_where=sa.text("state = 'open'")),
    )

    campaign_id: UUID
    object_id: UUID
    kind: PlatformKind = Field(sa_type=stored(PlatformKind))
    name: str
    field: str
    """status, daily_budget, lifetime_budget, spend_cap, end_time, start_time, or "gone"."""
    expected: JsonObject = Field(sa_type=JSONB)
    """{"value": …}; money in minor units."""
    found: JsonObject = Field(sa_type=JSONB)
    state: DriftState = Field(default=DriftState.OPEN, sa_type=stored(DriftState))
    first_seen_at: datetime = Field(sa_type=TIMESTAMP)
    last_seen_at: datetime = Field(sa_type=TIMESTAMP)
    decided_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    decided_name: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
