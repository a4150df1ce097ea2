"""Who did what, when and through which channel, with before and after. Append-only."""

from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.domain.states import Channel
from models.tables.base import TIMESTAMP, JsonObject, stored, tenant_args, utc_now


class AuditEvent(SQLModel, table=True):
    """`command_id` is unique per workspace: a retried activity finds its own event and does nothing."""

    __tablename__ = "audit_event"
    __table_args__ = tenant_args(
        sa.UniqueConstraint("workspace_id", "command_id"),
        sa.Index("ix_audit_event_object", "workspace_id", "object_id", "at"),
        sa.Index("ix_audit_event_at", "workspace_id", "at"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    command_id: str | None = None
    actor_user_id: UUID | None = Field(default=None, foreign_key="user_account.id")
    actor_name: str
    channel: Channel = Field(sa_type=stored(Channel))
    action: str
    object_kind: str
    object_id: UUID
    before: JsonObject | None = Field(default=None, sa_type=JSONB)
    after: JsonObject | None = Field(default=None, sa_type=JSONB)
    at: datetime = Field(default_factory=utc_now, sa_type=TIMESTAMP, sa_column_kwargs={"server_default": sa.func.now()})
