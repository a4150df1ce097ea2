"""Pictures and videos, stored once per workspace under their SHA-256, and uploads on their way to become one."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.tables.base import TEXTS, TIMESTAMP, JsonObject, TenantRow, same_workspace, stored, tenant_args


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
        same_workspace("poster_asset_id", "asset"),
        same_workspace("previous_version_id", "asset"),
        sa.Index("uq_asset_previous_version", "previous_version_id", unique=True),
        sa.CheckConstraint("focal_x between 0 and 10000 and focal_y between 0 and 10000", name="focal_point"),
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
    focal_x: int = Field(default=5_000, sa_column_kwargs={"server_default": "5000"})
    focal_y: int = Field(default=5_000, sa_column_kwargs={"server_default": "5000"})
    """What must stay in view when it is cropped, from the left and the top in ten-thousandths."""
    poster_asset_id: UUID | None = None
    """The still of a video."""
    previous_version_id: UUID | None = None
    """The asset that this one replaces in the library; each has at most one successor."""
    recipe: JsonObject | None = Field(default=None, sa_type=JSONB)
    """What a composed picture was drawn from, or what was asked of the model that made it."""


class Upload(TenantRow, table=True):
    """A file on its way, in parts. `received` counts the bytes that are safely stored; an upload goes on from there."""

    __tablename__ = "upload"
    __table_args__ = tenant_args(
        same_workspace("asset_id", "asset"),
        sa.Index("ix_upload_expires_at", "expires_at"),
    )

    created_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    filename: str
    byte_size: int = Field(sa_type=sa.BigInteger)
    received: int = Field(default=0, sa_type=sa.BigInteger)
    storage_key: str
    multipart_id: str
    """The object store's own id of the unfinished object."""
    parts: list[JsonValue] = Field(default_factory=list, sa_type=JSONB)
    """Each {number, etag, size}, in order."""
    details: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    """What was said about the file when it was begun: tags, category, rights."""
    expires_at: datetime = Field(sa_type=TIMESTAMP)
    asset_id: UUID | None = None
    """Set once it is whole and checked."""
