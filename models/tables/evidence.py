"""Whether the optimizer earns its keep: verdicts on moves, what another engine would have done, forecasts."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.domain.states import MoveVerdictKind, WhatIfState
from models.tables.base import TIMESTAMP, JsonObject, TenantRow, same_workspace, stored, tenant_args


class MoveVerdict(TenantRow, table=True):
    """What a move set did to its campaign, told once its window is over. Effects are shares of results per spend."""

    __tablename__ = "move_verdict"
    __table_args__ = tenant_args(
        same_workspace("move_set_id", "move_set", ondelete="CASCADE"),
        same_workspace("campaign_id", "campaign"),
        sa.UniqueConstraint("workspace_id", "move_set_id"),
        sa.Index("ix_move_verdict_campaign_id", "campaign_id", "judged_at"),
    )

    move_set_id: UUID
    campaign_id: UUID
    verdict: MoveVerdictKind = Field(sa_type=stored(MoveVerdictKind))
    effect_bp: int | None = None
    low_bp: int | None = None
    high_bp: int | None = None
    """An 80 % interval."""
    window_from: datetime = Field(sa_type=TIMESTAMP)
    window_until: datetime = Field(sa_type=TIMESTAMP)
    judged_at: datetime = Field(sa_type=TIMESTAMP)
    words: str


class WhatIf(TenantRow, table=True):
    """Another engine or another set of rules over hours that were recorded, beside what was decided then."""

    __tablename__ = "what_if"
    __table_args__ = tenant_args(
        same_workspace("ad_account_id", "ad_account"),
        sa.Index("ix_what_if_created_at", "workspace_id", "created_at"),
    )

    ad_account_id: UUID | None = None
    """None: all of the workspace's."""
    kind: str
    """`engine` or `rules`."""
    candidate: JsonObject = Field(sa_type=JSONB)
    """{"engine": name} or {"rules": [rule bodies with ids and names]}."""
    since: datetime = Field(sa_type=TIMESTAMP)
    until: datetime = Field(sa_type=TIMESTAMP)
    state: WhatIfState = Field(default=WhatIfState.WORKING, sa_type=stored(WhatIfState))
    runs: int = 0
    """Runs replayed so far."""
    runs_in_all: int | None = None
    result: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    error: str | None = None
    requested_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    requested_name: str
    finished_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class CampaignForecast(TenantRow, table=True):
    """What a campaign was expected to bring when it was planned; the newest counts, the others stay for comparison."""

    __tablename__ = "campaign_forecast"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        sa.Index("ix_campaign_forecast_campaign_id", "campaign_id", "made_at"),
    )

    campaign_id: UUID
    made_at: datetime = Field(sa_type=TIMESTAMP)
    source: str
    """`history`, `platform`, or `nothing`: not enough to say."""
    body: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    words: str
