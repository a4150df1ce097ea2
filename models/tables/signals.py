"""What the learned parts say of ad sets and accounts: models, scores, trends, anomalies."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.domain.states import AnomalyKind, PredictorState, Trend
from models.tables.base import TIMESTAMP, JsonObject, TenantRow, same_workspace, stored, tenant_args


class PredictorModel(TenantRow, table=True):
    """One training of the performance predictor. Model and training data lie in the object store under their hashes.

    At most one serves; where none does, the smoothed ratio answers.
    """

    __tablename__ = "predictor_model"
    __table_args__ = tenant_args(
        sa.UniqueConstraint("workspace_id", "version"),
        sa.Index(
            "uq_predictor_model_serving",
            "workspace_id",
            unique=True,
            postgresql_where=sa.text("state = 'serving'"),
        ),
    )

    version: int
    state: PredictorState = Field(sa_type=stored(PredictorState))
    kind: str
    """Which learner it is, in words."""
    trained_at: datetime = Field(sa_type=TIMESTAMP)
    model_sha256: str | None = None
    """None where there was too little to train on."""
    training_sha256: str
    rows: int
    campaigns: int
    metrics: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    """{"unseen": {"model": {"auc", "brier", "log_loss", "rank"}, "baseline": {…}}, "later": {…}}."""
    reliability: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    """{"bins": [{"predicted", "observed", "count"}]}, on campaigns that it was not trained on."""
    words: str
    """Why it serves, or does not."""


class OwnerSignal(TenantRow, table=True):
    """The newest word on one ad set or campaign that holds a budget; times are platform time."""

    __tablename__ = "owner_signal"
    __table_args__ = tenant_args(
        same_workspace("campaign_id", "campaign"),
        same_workspace("object_id", "platform_object"),
        sa.UniqueConstraint("workspace_id", "object_id"),
        sa.Index("ix_owner_signal_campaign_id", "campaign_id"),
    )

    campaign_id: UUID
    object_id: UUID
    as_of: datetime = Field(sa_type=TIMESTAMP)
    score: float | None = None
    """Probability that its results per spend of the next 7 days lie above its campaign's; None: not enough to say."""
    score_low: float | None = None
    score_high: float | None = None
    scored_by: str | None = None
    """`smoothed ratio`, or `model 3`."""
    trend: Trend = Field(default=Trend.UNKNOWN, sa_type=stored(Trend))
    trend_per_week: float | None = None
    """Change of results per spend as a share, 0.1 is 10 % more a week; with an 80 % interval."""
    trend_low: float | None = None
    trend_high: float | None = None
    words: str = ""


class Anomaly(TenantRow, table=True):
    """Something that reporting or delivery does wrong, from when it was seen until it was over."""

    __tablename__ = "anomaly"
    __table_args__ = tenant_args(
        same_workspace("ad_account_id", "ad_account"),
        same_workspace("campaign_id", "campaign"),
        sa.Index("ix_anomaly_campaign_id", "campaign_id"),
        sa.Index("ix_anomaly_ad_account_id", "ad_account_id", "since"),
        sa.Index("ix_anomaly_open", "workspace_id", postgresql_where=sa.text("until is null")),
    )

    ad_account_id: UUID
    campaign_id: UUID | None = None
    """None: of the whole account."""
    external_id: str | None = None
    """The ad set, where it is one ad set's."""
    kind: AnomalyKind = Field(sa_type=stored(AnomalyKind))
    since: datetime = Field(sa_type=TIMESTAMP)
    until: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    score: float
    freezes: bool = False
    """Nothing is decided for what it concerns while it lasts."""
    words: str
    dismissed_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    dismissed_name: str | None = None
    dismissed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
