"""Stops: who stopped what, how far it is, and what did not stop."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.domain.states import StopScope, StopState
from models.tables.base import TIMESTAMP, JsonObject, TenantRow, same_workspace, stored, tenant_args


class StopOrder(TenantRow, table=True):
    """Of one campaign, one ad account, or (neither named) the whole workspace."""

    __tablename__ = "stop_order"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        same_workspace("ad_account_id", "ad_account"),
        sa.Index("ix_stop_order_campaign_id", "campaign_id"),
        sa.Index("ix_stop_order_open", "workspace_id", "state"),
    )

    scope: StopScope = Field(sa_type=stored(StopScope))
    campaign_id: UUID | None = None
    ad_account_id: UUID | None = None
    state: StopState = Field(default=StopState.STOPPING, sa_type=stored(StopState))
    reason: str = ""
    requested_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    requested_name: str
    report: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    """{"paused": n, "not_stopped": [{"name", "platform_id", "account", "why"}]}, as of the last sweep."""
    swept_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    stopped_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    released_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    released_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    released_name: str | None = None
