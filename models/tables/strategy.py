"""Briefs, strategies and their concepts."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.domain.states import CreativeFormat
from models.tables.base import TEXTS, TenantRow, same_workspace, stored, tenant_args
from models.tables.document import DocumentVersion, document_args


class Brief(DocumentVersion, table=True):
    __tablename__ = "brief"
    __table_args__ = document_args("brief")


class StrategyVersion(DocumentVersion, table=True):
    __tablename__ = "strategy_version"
    __table_args__ = document_args("strategy_version")

    brief_version: int
    hash_t: str | None = None
    hash_a: str | None = None
    hash_m: str | None = None


class Concept(TenantRow, table=True):
    __tablename__ = "concept"
    __table_args__ = tenant_args(
        same_workspace("strategy_version_id", "strategy_version", ondelete="CASCADE"),
        sa.UniqueConstraint("strategy_version_id", "key"),
    )

    strategy_version_id: UUID
    key: str
    angle: str
    format: CreativeFormat = Field(sa_type=stored(CreativeFormat))
    ratios: list[str] = Field(default_factory=list, sa_type=TEXTS)
    idea: str
