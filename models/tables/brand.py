"""The brand kit of a client."""

from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.tables.base import TEXTS, TenantRow, same_workspace, tenant_args


class Brand(TenantRow, table=True):
    __tablename__ = "brand"
    __table_args__ = tenant_args(same_workspace("logo_asset_id", "asset"))

    name: str
    logo_asset_id: UUID | None = None
    colours: list[str] = Field(default_factory=list, sa_type=TEXTS)
    banned_words: list[str] = Field(default_factory=list, sa_type=TEXTS)
    claims: list[JsonValue] = Field(default_factory=list, sa_type=JSONB)
    """Each {text, evidence}."""
