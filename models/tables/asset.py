"""Pictures and videos, stored once per workspace under their SHA-256."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from models.tables.base import TEXTS, TIMESTAMP, TenantRow, stored, tenant_args


class AssetKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"


class AssetSource(StrEnum):
    UPLOAD = "upload"
    AI = "ai"
    COMPOSED = "composed"
    IMPORTED = "imported"


class Asset(TenantRow, table=True):
    __tablename__ = "asset"
    __table_args__ = tenant_args(
        sa.UniqueConstraint("workspace_id", "sha256"),
        sa.Index("ix_asset_tags", "tags", postgresql_using="gin"),
        sa.Index("ix_asset_newest", "workspace_id", "created_at"),
    )

    kind: AssetKind = Field(sa_type=stored(AssetKind))
    sha256: str
    content_type: str
    byte_size: int = Field(sa_type=sa.BigInteger)
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    filename: str
    storage_key: str
    tags: list[str] = Field(default_factory=list, sa_type=TEXTS)
    category: str | None = None
    rights_until: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    regions: list[str] = Field(default_factory=list, sa_type=TEXTS)
    """ISO 3166-1 alpha-2 codes where the rights hold; empty means everywhere."""
    source: AssetSource = Field(default=AssetSource.UPLOAD, sa_type=stored(AssetSource))
    archived_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
