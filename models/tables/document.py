"""What every versioned document shares: one draft at a time, submitted versions that never change."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.domain.states import DocumentState
from models.tables.base import TIMESTAMP, JsonObject, TenantRow, same_workspace, stored, tenant_args


class DocumentVersion(TenantRow):
    campaign_id: UUID
    version: int
    state: DocumentState = Field(default=DocumentState.DRAFT, sa_type=stored(DocumentState))
    body: JsonObject = Field(sa_type=JSONB)
    """The document of models/domain as JSON."""
    content_hash: str | None = None
    created_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    submitted_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


def document_args(
    table: str, *rest: sa.schema.SchemaItem, per: str = "campaign_id"
) -> tuple[sa.schema.SchemaItem, ...]:
    """`__table_args__` of a versioned document; `per` names the column that versions are counted under."""
    return tenant_args(
        same_workspace("campaign_id", "campaign"),
        sa.UniqueConstraint(per, "version"),
        sa.Index(f"uq_{table}_one_draft", per, unique=True, postgresql_where=sa.text("state = 'draft'")),
        *rest,
    )
