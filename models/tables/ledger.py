"""The ledger of writes to ad platforms: intents, their attempts, the objects they made, and the publish tries.

Written by `records/ledger.py`, `records/platform_objects.py` and `records/publish_runs.py` only.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.domain.states import LedgerState, PlatformKind, WriteClass, WriteOp
from models.tables.base import TIMESTAMP, JsonObject, TenantRow, same_workspace, stored, tenant_args, utc_now


class LedgerIntent(TenantRow, table=True):
    """One wanted write. `object_id` is ours and the same for every write to that object.

    The partial index lets at most one write per object be under way or in doubt.
    """

    __tablename__ = "ledger_intent"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        same_workspace("ad_account_id", "ad_account"),
        sa.UniqueConstraint("object_id", "op", "version"),
        sa.Index(
            "uq_ledger_intent_one_open",
            "object_id",
            unique=True,
            postgresql_where=sa.text("state in ('sending', 'unknown', 'unconfirmed')"),
        ),
        sa.Index("ix_ledger_intent_publish", "campaign_id", "publish_number", "stage", "position"),
        sa.Index("ix_ledger_intent_ad_account_id", "ad_account_id"),
        sa.Index(
            "ix_ledger_intent_open",
            "ad_account_id",
            "campaign_id",
            postgresql_where=sa.text("state in ('intended', 'sending', 'unknown', 'unconfirmed')"),
        ),
    )

    campaign_id: UUID
    ad_account_id: UUID
    publish_number: int | None = None
    stage: str | None = None
    """The step of the publish that sends it; None for writes outside a publish."""
    position: int = 0

    object_id: UUID
    object_kind: PlatformKind = Field(sa_type=stored(PlatformKind))
    plan_key: str
    parent_object_id: UUID | None = None
    op: WriteOp = Field(sa_type=stored(WriteOp))
    version: int = 1
    write_class: WriteClass = Field(sa_type=stored(WriteClass))
    name: str
    marker: str
    request_hash: str
    payload: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    """The platform's parameters, with references to other objects of ours that are resolved when it is sent."""
    expected_before: JsonObject | None = Field(default=None, sa_type=JSONB)
    target: JsonObject | None = Field(default=None, sa_type=JSONB)

    state: LedgerState = Field(default=LedgerState.INTENDED, sa_type=stored(LedgerState))
    expires_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    gate_epoch: int | None = None
    """The account's epoch that this write was intended under; it is not sent under another one."""
    platform_id: str | None = None
    reason: str | None = None
    token: UUID | None = None
    first_claimed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    send_deadline: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    next_look_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    lookups: int = 0
    empties: int = 0
    absents: int = 0
    confirmed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    platform_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    """Platform time of the reply that confirmed it."""


class AttemptEvent(StrEnum):
    CLAIMED = "claimed"
    REPLIED = "replied"
    EXPIRED = "expired"
    LOOKED_UP = "looked_up"
    RESOLVED = "resolved"
    DROPPED = "dropped"


class LedgerAttempt(SQLModel, table=True):
    """What happened to an intent, in order. Append-only; `platform_id` is kept even when the race was lost."""

    __tablename__ = "ledger_attempt"
    __table_args__ = tenant_args(
        same_workspace("intent_id", "ledger_intent"),
        sa.Index("ix_ledger_attempt_intent_id", "intent_id", "at"),
    )

    id: UUID = Field(
        default_factory=uuid4, primary_key=True, sa_column_kwargs={"server_default": sa.text("gen_random_uuid()")}
    )
    workspace_id: UUID = Field(foreign_key="workspace.id")
    intent_id: UUID
    event: AttemptEvent = Field(sa_type=stored(AttemptEvent))
    token: UUID | None = None
    send_deadline: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    platform_id: str | None = None
    detail: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    at: datetime = Field(default_factory=utc_now, sa_type=TIMESTAMP, sa_column_kwargs={"server_default": sa.func.now()})


class ObjectStatus(StrEnum):
    """What we last made of it; the platform's own word may differ and is drift then."""

    PAUSED = "paused"
    ACTIVE = "active"
    DELETED = "deleted"


class PlatformObject(TenantRow, table=True):
    """A confirmed object on the platform. Its `id` is our object id. Pictures belong to the account, not a campaign."""

    __tablename__ = "platform_object"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        same_workspace("ad_account_id", "ad_account"),
        sa.UniqueConstraint("ad_account_id", "kind", "platform_id"),
        sa.Index(
            "uq_platform_object_plan_key",
            "campaign_id",
            "kind",
            "plan_key",
            unique=True,
            postgresql_where=sa.text("retired_at is null"),
        ),
        sa.Index("ix_platform_object_account", "ad_account_id", "kind", "plan_key"),
    )

    campaign_id: UUID | None = None
    ad_account_id: UUID
    kind: PlatformKind = Field(sa_type=stored(PlatformKind))
    plan_key: str
    parent_object_id: UUID | None = None
    platform_id: str
    name: str
    status: ObjectStatus = Field(default=ObjectStatus.PAUSED, sa_type=stored(ObjectStatus))
    request_hash: str
    publish_number: int | None = None
    review: JsonObject | None = Field(default=None, sa_type=JSONB)
    """An ad's review by the platform: {"verdict": …, "words": [its own reasons]}."""
    confirmed_at: datetime = Field(default_factory=utc_now, sa_type=TIMESTAMP)
    retired_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class PublishRunState(StrEnum):
    RUNNING = "running"
    WAITING = "waiting"
    NEEDS_PERSON = "needs_person"
    LIVE = "live"
    SCHEDULED = "scheduled"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PublishRun(TenantRow, table=True):
    """One publish try, as the page shows it. `gate_epoch` is the account's when it began."""

    __tablename__ = "publish_run"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        same_workspace("ad_account_id", "ad_account"),
        sa.UniqueConstraint("campaign_id", "number"),
        sa.Index("ix_publish_run_ad_account_id", "ad_account_id"),
    )

    campaign_id: UUID
    ad_account_id: UUID
    number: int
    state: PublishRunState = Field(default=PublishRunState.RUNNING, sa_type=stored(PublishRunState))
    phase: str
    gate_epoch: int
    approved: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    """The hash of each scope that the payloads were made from; activation demands the same ones."""
    waiting_reason: str | None = None
    waiting_since: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    problem: JsonObject | None = Field(default=None, sa_type=JSONB)
    leftovers: list[JsonObject] = Field(default_factory=list, sa_type=JSONB)
    planned: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    """How many objects of each kind the plan holds."""
    activated_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    audited_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    finished_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
