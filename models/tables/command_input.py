"""Bodies of commands, so that long texts never travel through Temporal."""

from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.tables.base import TIMESTAMP, JsonObject, tenant_args, utc_now


class CommandInput(SQLModel, table=True):
    __tablename__ = "command_input"
    __table_args__ = tenant_args(sa.UniqueConstraint("workspace_id", "sha256"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    sha256: str
    """Of the body as RFC 8785 JSON."""
    body: JsonObject = Field(sa_type=JSONB)
    created_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    created_at: datetime = Field(default_factory=utc_now, sa_type=TIMESTAMP)
