"""The campaign as people see it, and its counterparts on the platforms. Owned by the campaign workflow."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.domain.states import CampaignStatus, Delivery, Gate, OptimizerGoal, OptimizerMode
from models.tables.base import TEXTS, TIMESTAMP, JsonObject, TenantRow, same_workspace, stored, tenant_args


class Campaign(TenantRow, table=True):
    __tablename__ = "campaign"
    __table_args__ = tenant_args(
        same_workspace("brand_id", "brand"),
        same_workspace("ad_account_id", "ad_account"),
        sa.UniqueConstraint("workspace_id", "create_key"),
        sa.Index("ix_campaign_list", "workspace_id", "created_at", "id"),
        sa.Index("ix_campaign_status", "workspace_id", "status"),
        sa.Index("ix_campaign_ad_account_id", "ad_account_id"),
        sa.Index("ix_campaign_created_by", "created_by"),
    )

    name: str
    description: str = ""
    brand_id: UUID | None = None
    ad_account_id: UUID | None = None
    platforms: list[str] = Field(default_factory=list, sa_type=TEXTS)
    objective: str | None = None

    status: CampaignStatus = Field(default=CampaignStatus.DRAFT, sa_type=stored(CampaignStatus))
    delivery: Delivery | None = Field(default=None, sa_type=stored(Delivery))
    delivery_reason: str | None = None
    waiting_on: str | None = None
    next_step: str | None = None
    problem: JsonObject | None = Field(default=None, sa_type=JSONB)
    work: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    """What the workflow noted for itself: `parsed_brief` (a version), `regenerate` (item key to instruction)."""
    evaluation: JsonObject | None = Field(default=None, sa_type=JSONB)
    """The latest readiness: completeness, blockers, recommendations."""

    version: int = 1
    """Held by the workflow, copied here; it is the ETag."""
    create_key: str
    """The Idempotency-Key that made the campaign."""
    request_hash: str
    publish_number: int = 0
    """Tries so far; names the publish workflow."""

    budget_currency: str | None = None
    budget_total_minor: int | None = Field(default=None, sa_type=sa.BigInteger)
    budget_spent_minor: int = Field(default=0, sa_type=sa.BigInteger)
    starts_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    ends_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    timezone: str | None = None

    gate: Gate = Field(default=Gate.OPEN, sa_type=stored(Gate))
    """Closed by a stop of this campaign alone; the ad account has its own."""
    optimizer_mode: OptimizerMode | None = Field(default=None, sa_type=stored(OptimizerMode))
    """None: as the workspace says."""
    optimizer_goal: OptimizerGoal | None = Field(default=None, sa_type=stored(OptimizerGoal))
    """None: what its KPI says, results without one."""
    held_out_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    """Since when the optimizer leaves it alone, so that its effect on the others can be measured."""
    hold_reason: str | None = None
    """Why Greenlight itself paused it; None once somebody resumes it."""
    metrics_read_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    """Platform time of the newest figures."""

    created_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    live_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    ended_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    archived_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    last_optimized_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class PlatformCampaign(TenantRow, table=True):
    __tablename__ = "platform_campaign"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        same_workspace("ad_account_id", "ad_account"),
        sa.UniqueConstraint("campaign_id", "plan_key"),
        sa.Index("ix_platform_campaign_external_id", "platform", "external_id"),
    )

    campaign_id: UUID
    ad_account_id: UUID | None = None
    plan_key: str
    platform: str
    external_id: str | None = None
    currency: str | None = None
    allocated_minor: int | None = Field(default=None, sa_type=sa.BigInteger)
    spent_minor: int = Field(default=0, sa_type=sa.BigInteger)
    is_active: bool = True
    status: str | None = None
    """The platform's own word for it."""
    last_synced_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
