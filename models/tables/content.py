"""Items (one concept in one language), their versions and the copy in them."""

from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.domain.states import Placement
from models.tables.base import JsonObject, TenantRow, same_workspace, stored, tenant_args
from models.tables.document import DocumentVersion, document_args


class ContentSource(StrEnum):
    AI = "ai"
    PERSON = "person"


class Item(TenantRow, table=True):
    __tablename__ = "item"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        sa.UniqueConstraint("campaign_id", "key"),
    )

    campaign_id: UUID
    key: str
    concept_key: str
    language: str
    position: int = 0


class ItemVersion(DocumentVersion, table=True):
    __tablename__ = "item_version"
    __table_args__ = document_args(
        "item_version",
        same_workspace("item_id", "item"),
        same_workspace("strategy_version_id", "strategy_version"),
        sa.Index("ix_item_version_campaign_id", "campaign_id"),
        per="item_id",
    )

    item_id: UUID
    strategy_version_id: UUID | None = None
    source: ContentSource = Field(sa_type=stored(ContentSource))
    instruction: str | None = None
    """What a person asked the writer to change."""
    storage_key: str | None = None
    """Where the texts lie in the object store."""


class CopyVariant(TenantRow, table=True):
    __tablename__ = "copy_variant"
    __table_args__ = tenant_args(
        same_workspace("item_version_id", "item_version", ondelete="CASCADE"),
        sa.UniqueConstraint("item_version_id", "key"),
    )

    item_version_id: UUID
    key: str
    placement: Placement = Field(sa_type=stored(Placement))
    body: JsonObject = Field(sa_type=JSONB)
    source: ContentSource = Field(sa_type=stored(ContentSource))
    model: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost_micros: int = Field(default=0, sa_type=sa.BigInteger)
    """Millionths of a US dollar."""
