"""Rules that people write for their budgets, and what each came to whenever it was looked at."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.tables.base import TIMESTAMP, JsonObject, TenantRow, same_workspace, tenant_args


class BudgetRule(TenantRow, table=True):
    """One rule of a workspace, or of one campaign. `body` is a `models.domain.rules.RuleBody`."""

    __tablename__ = "budget_rule"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        sa.Index("ix_budget_rule_campaign_id", "campaign_id"),
    )

    campaign_id: UUID | None = None
    """None: for every campaign."""
    name: str
    enabled: bool = False
    position: int = 0
    """Of several rules that want the same budget the first in order wins."""
    version: int = 1
    """Counts edits of the body."""
    body: JsonObject = Field(sa_type=JSONB)
    created_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    created_name: str = ""
    deleted_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class RuleEvaluation(TenantRow, table=True):
    """One look of one rule at one campaign in one run. `details` has an entry for each budget owner."""

    __tablename__ = "rule_evaluation"
    __table_args__ = tenant_args(
        same_workspace("rule_id", "budget_rule", ondelete="CASCADE"),
        same_workspace("campaign_id", "campaign"),
        same_workspace("optimizer_run_id", "optimizer_run"),
        sa.UniqueConstraint("rule_id", "optimizer_run_id", "campaign_id"),
        sa.Index("ix_rule_evaluation_campaign_id", "campaign_id", "created_at"),
        sa.Index("ix_rule_evaluation_rule_id", "rule_id", "created_at"),
        sa.Index("ix_rule_evaluation_matched", "rule_id", "created_at", postgresql_where=sa.text("matched > 0")),
        sa.Index("ix_rule_evaluation_created_at", "workspace_id", "created_at"),
    )

    rule_id: UUID
    rule_version: int
    campaign_id: UUID
    optimizer_run_id: UUID
    evaluated_at: datetime = Field(sa_type=TIMESTAMP)
    """Platform time."""
    checked: int
    matched: int
    acted: int
    details: list[JsonObject] = Field(default_factory=list, sa_type=JSONB)
    """`models.domain.rules.OwnerLook` for each budget: the condition that failed, or what was seen and done."""
