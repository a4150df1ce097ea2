"""Every campaign, ad set and ad of a connected account as the platform last showed it, foreign ones included."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.domain.states import BudgetSource, PlatformKind
from models.tables.base import TIMESTAMP, JsonObject, TenantRow, same_workspace, stored, tenant_args


class PlatformNode(TenantRow, table=True):
    """`object_id` is set where the object is one of ours; without it the node is foreign: read, never written.

    `campaign_id` is also set where somebody else put an object into one of ours: its money is that campaign's.
    Money in minor units of the account's currency. `seen_at` is platform time.
    """

    __tablename__ = "platform_node"
    __table_args__ = tenant_args(
        same_workspace("ad_account_id", "ad_account"),
        same_workspace("object_id", "platform_object"),
        same_workspace("campaign_id", "campaign"),
        sa.UniqueConstraint("ad_account_id", "kind", "platform_id"),
        sa.Index("ix_platform_node_campaign_id", "campaign_id"),
        sa.Index("ix_platform_node_object_id", "object_id"),
        sa.Index("ix_platform_node_parent", "ad_account_id", "parent_platform_id"),
    )

    ad_account_id: UUID
    kind: PlatformKind = Field(sa_type=stored(PlatformKind))
    platform_id: str
    object_id: UUID | None = None
    campaign_id: UUID | None = None
    parent_platform_id: str | None = None
    name: str
    status: str
    """What somebody set: ACTIVE, PAUSED, ARCHIVED, DELETED."""
    effective_status: str
    """What the platform makes of it, parents and review included."""
    daily_budget_minor: int | None = Field(default=None, sa_type=sa.BigInteger)
    lifetime_budget_minor: int | None = Field(default=None, sa_type=sa.BigInteger)
    spend_cap_minor: int | None = Field(default=None, sa_type=sa.BigInteger)
    spent_minor: int = Field(default=0, sa_type=sa.BigInteger, sa_column_kwargs={"server_default": "0"})
    """Of its whole life, by all readings; it outlives the readings themselves."""
    learning: str | None = None
    issues: list[JsonObject] = Field(default_factory=list, sa_type=JSONB)
    review_words: list[str] = Field(default_factory=list, sa_type=JSONB)
    detail: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    """Of imported objects: objective, bid strategy, what a creative shows."""
    starts_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    ends_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    seen_at: datetime = Field(sa_type=TIMESTAMP)
    gone_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    """When the platform first said that it is archived or deleted, or stopped listing it."""


class BudgetChange(SQLModel, table=True):
    """Every value that the budget of an object ever had, whoever set it. Append-only; `at` is platform time."""

    __tablename__ = "budget_change"
    __table_args__ = tenant_args(
        same_workspace("ad_account_id", "ad_account"),
        same_workspace("intent_id", "ledger_intent"),
        sa.UniqueConstraint("intent_id"),
        sa.Index("ix_budget_change_latest", "ad_account_id", "platform_id", "at"),
    )

    # An identity needs no rights on a sequence of its own.
    id: int | None = Field(default=None, primary_key=True, sa_type=sa.BigInteger, sa_column_args=[sa.Identity()])
    workspace_id: UUID = Field(foreign_key="workspace.id")
    ad_account_id: UUID
    platform_id: str
    daily: bool
    """False: a lifetime budget."""
    amount_minor: int = Field(sa_type=sa.BigInteger)
    source: BudgetSource = Field(sa_type=stored(BudgetSource))
    intent_id: UUID | None = None
    at: datetime = Field(sa_type=TIMESTAMP)
