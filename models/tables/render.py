"""Renders: what was asked of a model, each paid submit, and the files that came back."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.domain.states import LedgerState, Ratio, RenderKind, RenderStage, RenderState
from models.tables.base import TEXTS, TIMESTAMP, JsonObject, TenantRow, same_workspace, stored, tenant_args


class RenderJob(TenantRow, table=True):
    """One picture or video in one ratio, for items of one concept. Made by the campaign, then its workflow's own."""

    __tablename__ = "render_job"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        same_workspace("retry_of", "render_job"),
        sa.Index("ix_render_job_campaign_id", "campaign_id", "created_at"),
        sa.Index("ix_render_job_newest", "workspace_id", "created_at"),
        sa.Index("ix_render_job_model", "workspace_id", "model", "ended_at"),
    )

    campaign_id: UUID
    concept_key: str
    items: list[str] = Field(sa_type=TEXTS)
    """Keys of the items that get the result."""
    kind: RenderKind = Field(sa_type=stored(RenderKind))
    ratio: Ratio = Field(sa_type=stored(Ratio))
    model: str
    """Key in the catalogue, such as "replicate/flux-2-pro"; its first part is the provider."""
    prompt: str
    reference_ids: list[UUID] = Field(default_factory=list, sa_type=postgresql.ARRAY(sa.Uuid))
    variants: int = 1
    duration_s: int | None = None
    state: RenderState = Field(default=RenderState.QUEUED, sa_type=stored(RenderState))
    stage: RenderStage = Field(default=RenderStage.WAITING, sa_type=stored(RenderStage))
    attempt: int = 0
    """Paid submits so far; 0 before the first."""
    progress: int | None = None
    """Percent; None where the provider tells nothing."""
    eta_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    note: str = ""
    """What it waits for, in words, while something outside holds it up."""
    log: list[JsonValue] = Field(default_factory=list, sa_type=JSONB)
    """The last lines, each {at, attempt, line}."""
    cost_micros: int = Field(default=0, sa_type=sa.BigInteger)
    """Millionths of a US dollar, over all attempts that have ended: what the provider told, else what was booked."""
    error_type: str | None = None
    error: str | None = None
    """For a marketer: what happened and what to do."""
    created_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    retry_of: UUID | None = None
    handed_over_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    """When its workflow was started."""
    started_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    ended_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    cancel_requested_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    used_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    """When its items took the result over, or were found to need it no more."""


class RenderAttempt(TenantRow, table=True):
    """One submit, kept like a write to an ad platform: never sent again unless it surely made no job."""

    __tablename__ = "render_attempt"
    __table_args__ = tenant_args(
        same_workspace("render_job_id", "render_job", ondelete="CASCADE"),
        sa.UniqueConstraint("render_job_id", "number"),
    )

    render_job_id: UUID
    number: int
    state: LedgerState = Field(default=LedgerState.INTENDED, sa_type=stored(LedgerState))
    token: UUID | None = None
    send_deadline: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    first_sent_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    seed: int = Field(sa_type=sa.BigInteger)
    provider_job_id: str | None = None
    lookups: int = 0
    empties: int = 0
    absents: int = 0
    outcome: RenderState | None = Field(default=None, sa_type=stored(RenderState, "renderoutcome"))
    """How the provider's job ended; None while it is open."""
    cancel_asked_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    """When the provider was asked to stop it."""
    cost_micros: int = Field(default=0, sa_type=sa.BigInteger)
    error_type: str | None = None
    error: str | None = None
    vendor: JsonObject | None = Field(default=None, sa_type=JSONB)
    """The provider's own words: status, code, message, request id."""
    ended_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class RenderOutput(TenantRow, table=True):
    __tablename__ = "render_output"
    __table_args__ = tenant_args(
        same_workspace("render_job_id", "render_job", ondelete="CASCADE"),
        same_workspace("asset_id", "asset"),
        sa.UniqueConstraint("render_job_id", "position"),
        sa.Index("ix_render_output_asset_id", "asset_id"),
    )

    render_job_id: UUID
    position: int
    asset_id: UUID
