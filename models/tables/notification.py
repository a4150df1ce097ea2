"""What a person should know: shown in the page, later also mailed."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.tables.base import TIMESTAMP, TenantRow, same_workspace, tenant_args


class Notification(TenantRow, table=True):
    """Without a user it is for everyone in the workspace."""

    __tablename__ = "notification"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        sa.UniqueConstraint("workspace_id", "dedupe_key"),
        sa.Index("ix_notification_newest", "workspace_id", "created_at"),
        sa.Index("ix_notification_user_id", "user_id"),
        sa.Index("ix_notification_campaign_id", "campaign_id"),
    )

    user_id: UUID | None = Field(default=None, foreign_key="user_account.id")
    campaign_id: UUID | None = None
    kind: str
    title: str
    body: str = ""
    dedupe_key: str
    """A retried step names the same key, so nobody is told twice."""
    read_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
