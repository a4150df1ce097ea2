"""Approvals per scope, the ballots they are computed from, and the talk beside them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.domain.states import ApprovalState, Channel, Scope, Verdict
from models.tables.base import TIMESTAMP, JsonObject, TenantRow, same_workspace, stored, tenant_args


class Approval(TenantRow, table=True):
    __tablename__ = "approval"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        sa.UniqueConstraint("campaign_id", "scope"),
    )

    campaign_id: UUID
    scope: Scope = Field(sa_type=stored(Scope))
    state: ApprovalState = Field(default=ApprovalState.PENDING, sa_type=stored(ApprovalState))
    requested_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    requested_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    content_hash: str | None = None
    basis_hash: str | None = None
    version: int | None = None
    """The submitted version that is up for decision."""
    decided_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    note: str | None = None


class Ballot(TenantRow, table=True):
    """One person's decision. Append-only; one command may cast several, but never the same one twice."""

    __tablename__ = "ballot"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        sa.UniqueConstraint(
            "workspace_id", "command_id", "scope", "item_key", "verdict", postgresql_nulls_not_distinct=True
        ),
        sa.Index("ix_ballot_campaign_id", "campaign_id", "scope"),
    )

    campaign_id: UUID
    scope: Scope = Field(sa_type=stored(Scope))
    item_key: str | None = None
    stage: str
    decider_user_id: UUID | None = Field(default=None, foreign_key="user_account.id")
    decider_name: str
    seen_hash: str
    basis_hash: str | None = None
    verdict: Verdict = Field(sa_type=stored(Verdict))
    reason: str | None = None
    channel: Channel = Field(sa_type=stored(Channel))
    command_id: str


class Visibility(StrEnum):
    INTERNAL = "internal"
    CLIENT = "client"


class CommentThread(TenantRow, table=True):
    __tablename__ = "comment_thread"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        sa.Index("ix_comment_thread_campaign_id", "campaign_id"),
    )

    campaign_id: UUID
    scope: Scope | None = Field(default=None, sa_type=stored(Scope))
    item_key: str | None = None
    anchor: JsonObject | None = Field(default=None, sa_type=JSONB)
    """A field range, an image rectangle in 0-1, or seconds of a video."""
    visibility: Visibility = Field(default=Visibility.INTERNAL, sa_type=stored(Visibility))
    resolved_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    resolved_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class Comment(TenantRow, table=True):
    __tablename__ = "comment"
    __table_args__ = tenant_args(
        same_workspace("thread_id", "comment_thread", ondelete="CASCADE"),
        sa.Index("ix_comment_thread_id", "thread_id"),
    )

    thread_id: UUID
    author_user_id: UUID | None = Field(default=None, foreign_key="user_account.id")
    author_name: str
    body: str
