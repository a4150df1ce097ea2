"""Schedules, ads plans, and the diffs that change a live campaign."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.domain.states import ChangeSetState
from models.tables.base import TEXTS, TIMESTAMP, JsonObject, TenantRow, same_workspace, stored, tenant_args
from models.tables.document import DocumentVersion, document_args


class ScheduleVersion(DocumentVersion, table=True):
    __tablename__ = "schedule_version"
    __table_args__ = document_args("schedule_version")


class PlanVersion(DocumentVersion, table=True):
    __tablename__ = "plan_version"
    __table_args__ = document_args("plan_version")

    dry_run: JsonObject | None = Field(default=None, sa_type=JSONB)
    dry_run_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class ChangeSet(TenantRow, table=True):
    __tablename__ = "change_set"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        sa.UniqueConstraint("campaign_id", "number"),
    )

    campaign_id: UUID
    number: int
    state: ChangeSetState = Field(default=ChangeSetState.DRAFT, sa_type=stored(ChangeSetState))
    body: JsonObject = Field(sa_type=JSONB)
    before: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    scopes: list[str] = Field(default_factory=list, sa_type=TEXTS)
    content_hash: str | None = None
    created_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    submitted_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    applied_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
