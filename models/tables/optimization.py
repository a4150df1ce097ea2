"""Optimizer runs, the moves they decide, and what they propose to people."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.domain.states import MoveOrigin, MoveState, OptimizerMode, PlatformKind, RunOutcome, SuggestionState
from models.tables.base import TIMESTAMP, JsonObject, TenantRow, same_workspace, stored, tenant_args


class OptimizerRun(TenantRow, table=True):
    """One run over one ad account. Its inputs are one blob in the object store, named by `inputs_sha256`."""

    __tablename__ = "optimizer_run"
    __table_args__ = tenant_args(
        same_workspace("ad_account_id", "ad_account"),
        sa.Index("ix_optimizer_run_ad_account_id", "ad_account_id", "started_at"),
    )

    ad_account_id: UUID
    trigger: str
    """`schedule` or `manual`."""
    logical_hour: datetime = Field(sa_type=TIMESTAMP)
    """The hour of the schedule that the run stands for, however late it began."""
    engine: str
    platform_time: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    started_at: datetime = Field(sa_type=TIMESTAMP)
    finished_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    inputs_sha256: str | None = None
    outcome: RunOutcome | None = Field(default=None, sa_type=stored(RunOutcome))
    error: str | None = None
    counts: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    """campaigns, moved, proposed, left_alone, actions, applied, dropped, failed, readings, calls, waited_s."""


class MoveSet(TenantRow, table=True):
    """What was decided for one campaign at one moment; `no_action` too. Undo is a move set of its own."""

    __tablename__ = "move_set"
    __table_args__ = tenant_args(
        same_workspace("optimizer_run_id", "optimizer_run"),
        same_workspace("campaign_id", "campaign"),
        same_workspace("undo_of_id", "move_set"),
        same_workspace("suggestion_id", "suggestion"),
        sa.UniqueConstraint("optimizer_run_id", "campaign_id"),
        sa.Index("ix_move_set_campaign_id", "campaign_id", "created_at"),
        sa.Index("ix_move_set_state", "workspace_id", "state"),
    )

    optimizer_run_id: UUID | None = None
    campaign_id: UUID
    origin: MoveOrigin = Field(default=MoveOrigin.OPTIMIZER, sa_type=stored(MoveOrigin))
    undo_of_id: UUID | None = None
    suggestion_id: UUID | None = None
    state: MoveState = Field(default=MoveState.PROPOSED, sa_type=stored(MoveState))
    reason: str
    confidence_bp: int | None = None
    expected_gain_bp: int | None = None
    """By how much the engine expects conversions per day to rise; None where it cannot say."""
    decided_at: datetime = Field(sa_type=TIMESTAMP)
    """Platform time of the figures that it rests on, or of a person's wish."""
    expires_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    """Platform time after which no action of it is sent any more."""
    finished_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    requested_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    requested_name: str | None = None


class MoveAction(TenantRow, table=True):
    """One change of one budget owner. `before` and `after` hold `amount_minor` or `status`."""

    __tablename__ = "move_action"
    __table_args__ = tenant_args(
        same_workspace("move_set_id", "move_set", ondelete="CASCADE"),
        same_workspace("object_id", "platform_object"),
        same_workspace("intent_id", "ledger_intent"),
        sa.UniqueConstraint("move_set_id", "position"),
        sa.Index("ix_move_action_object_id", "object_id", "created_at"),
    )

    move_set_id: UUID
    position: int
    """Decreases first."""
    object_id: UUID
    object_kind: PlatformKind = Field(sa_type=stored(PlatformKind))
    kind: str
    """`budget`, `pause` or `activate`."""
    external_id: str
    name: str
    before: JsonObject = Field(sa_type=JSONB)
    after: JsonObject = Field(sa_type=JSONB)
    gain: float = 0.0
    """Ranks edits while the quota is short; larger is better, 0 where unknown."""
    intent_id: UUID | None = None
    state: MoveState = Field(default=MoveState.PROPOSED, sa_type=stored(MoveState))
    reason: str
    confidence_bp: int | None = None
    error: str | None = None
    performed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    """Platform time."""
    undoes: list[str] = Field(default_factory=list, sa_type=JSONB)
    """Ids of the actions that it takes back."""


class Suggestion(TenantRow, table=True):
    """Something that a person may approve. `action` is {"budgets": [{object_id, name, before_minor, after_minor}]}."""

    __tablename__ = "suggestion"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        same_workspace("optimizer_run_id", "optimizer_run"),
        sa.Index("ix_suggestion_campaign_id", "campaign_id", "status"),
        sa.Index("ix_suggestion_status", "workspace_id", "status", "created_at"),
    )

    campaign_id: UUID
    optimizer_run_id: UUID | None = None
    kind: str
    """`move_budget`, or `note` for advice that nobody can apply by pressing a button."""
    title: str
    description: str
    priority: int = 0
    status: SuggestionState = Field(default=SuggestionState.OPEN, sa_type=stored(SuggestionState))
    action: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    proposed: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    """The action as it was first proposed, where somebody edited it."""
    mode: OptimizerMode | None = Field(default=None, sa_type=stored(OptimizerMode))
    expires_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    """Platform time."""
    model: str | None = None
    """The language model that wrote it; None for the optimizer's and people's own."""
    created_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    decided_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    decided_name: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    reason: str | None = None
    """Why it was dismissed, or could not be applied."""
