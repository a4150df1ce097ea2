"""Suggestions, optimizer runs, and the budget moves they decide."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.domain.states import SuggestionState
from models.tables.base import TIMESTAMP, JsonObject, TenantRow, same_workspace, stored, tenant_args


class MoveState(StrEnum):
    PROPOSED = "proposed"
    APPLYING = "applying"
    APPLIED = "applied"
    DROPPED = "dropped"
    FAILED = "failed"
    UNDONE = "undone"


class OptimizerRun(TenantRow, table=True):
    """One run over one ad account. Its inputs are one blob in the object store, named by `inputs_sha256`."""

    __tablename__ = "optimizer_run"
    __table_args__ = tenant_args(
        same_workspace("ad_account_id", "ad_account"),
        sa.Index("ix_optimizer_run_ad_account_id", "ad_account_id", "started_at"),
    )

    ad_account_id: UUID
    trigger: str
    engine: str
    started_at: datetime = Field(sa_type=TIMESTAMP)
    finished_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    inputs_sha256: str | None = None
    outcome: str | None = None
    error: str | None = None


class MoveSet(TenantRow, table=True):
    """What a run decided for one campaign, "no action" included."""

    __tablename__ = "move_set"
    __table_args__ = tenant_args(
        same_workspace("optimizer_run_id", "optimizer_run"),
        same_workspace("campaign_id", "campaign"),
        same_workspace("undo_of_id", "move_set"),
        sa.UniqueConstraint("optimizer_run_id", "campaign_id"),
        sa.Index("ix_move_set_campaign_id", "campaign_id", "created_at"),
    )

    optimizer_run_id: UUID | None = None
    campaign_id: UUID
    undo_of_id: UUID | None = None
    state: MoveState = Field(default=MoveState.PROPOSED, sa_type=stored(MoveState))
    reason: str
    confidence_bp: int | None = None
    expires_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class MoveAction(TenantRow, table=True):
    __tablename__ = "move_action"
    __table_args__ = tenant_args(
        same_workspace("move_set_id", "move_set", ondelete="CASCADE"),
        sa.UniqueConstraint("move_set_id", "position"),
    )

    move_set_id: UUID
    position: int
    kind: str
    external_id: str
    before: JsonObject = Field(sa_type=JSONB)
    after: JsonObject = Field(sa_type=JSONB)
    state: MoveState = Field(default=MoveState.PROPOSED, sa_type=stored(MoveState))
    reason: str
    error: str | None = None
    performed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class Suggestion(TenantRow, table=True):
    __tablename__ = "suggestion"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        sa.Index("ix_suggestion_campaign_id", "campaign_id", "status"),
    )

    campaign_id: UUID
    kind: str
    title: str
    description: str
    priority: int = 0
    status: SuggestionState = Field(default=SuggestionState.OPEN, sa_type=stored(SuggestionState))
    action: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    expires_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
