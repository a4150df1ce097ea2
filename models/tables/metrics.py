"""Readings of platform metrics, as the platform stated them at a time."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.domain.metrics import MetricLevel
from models.tables.base import TIMESTAMP, JsonObject, TenantRow, same_workspace, stored, tenant_args

__all__ = ["CampaignDay", "ImportState", "MetricImport", "MetricLevel", "MetricReading"]


class MetricReading(SQLModel, table=True):
    """Cumulative counts of one account day, written only when a count changed.

    Partitioned by month of the account day. Hour deltas, rates and "latest" are derived. None means that the
    platform gives no such figure, which is not zero. Money in minor units of the account's currency.
    """

    __tablename__ = "metric_reading"
    __table_args__ = (
        same_workspace("ad_account_id", "ad_account"),
        same_workspace("campaign_id", "campaign"),
        sa.Index("ix_metric_reading_campaign", "workspace_id", "campaign_id", "account_day", "read_at"),
        {"postgresql_partition_by": "RANGE (account_day)"},
    )

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspace.id")
    ad_account_id: UUID = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    """The platform's id of the campaign, ad set or ad."""
    account_day: date = Field(primary_key=True)
    read_at: datetime = Field(primary_key=True, sa_type=TIMESTAMP)
    """Platform time. Comes before what follows in the key, so that the newest reading of a day is found at once."""
    attribution: str = Field(primary_key=True)
    source: str = Field(default="platform", primary_key=True)
    """`platform`, or where else the figures came from: `posted`, `csv`. Only the platform's drive decisions."""
    level: MetricLevel = Field(sa_type=stored(MetricLevel))
    campaign_id: UUID | None = None
    utc_offset_minutes: int
    """Of the account's zone at the reading, which daylight saving and +05:30 zones make necessary."""

    spend_minor: int = Field(sa_type=sa.BigInteger)
    impressions: int = Field(sa_type=sa.BigInteger)
    reach: int | None = Field(default=None, sa_type=sa.BigInteger)
    clicks: int = Field(sa_type=sa.BigInteger)
    link_clicks: int | None = Field(default=None, sa_type=sa.BigInteger)
    landing_page_views: int | None = Field(default=None, sa_type=sa.BigInteger)
    video_3s_views: int | None = Field(default=None, sa_type=sa.BigInteger)
    thruplays: int | None = Field(default=None, sa_type=sa.BigInteger)
    conversions: int | None = Field(default=None, sa_type=sa.BigInteger)
    conversion_value_minor: int | None = Field(default=None, sa_type=sa.BigInteger)
    leads: int | None = Field(default=None, sa_type=sa.BigInteger)


class CampaignDay(SQLModel, table=True):
    """The last words on all objects of a campaign and account day together: derived from readings as they are stored.

    For reading many campaigns at once. `level` is that of the objects that count: the ad sets where they have
    figures, else the campaigns themselves, else the ads. Without reach, which cannot be added.
    """

    __tablename__ = "campaign_day"
    __table_args__ = (same_workspace("campaign_id", "campaign"),)

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspace.id")
    campaign_id: UUID = Field(primary_key=True)
    account_day: date = Field(primary_key=True)
    level: MetricLevel = Field(sa_type=stored(MetricLevel))

    spend_minor: int = Field(sa_type=sa.BigInteger)
    impressions: int = Field(sa_type=sa.BigInteger)
    clicks: int = Field(sa_type=sa.BigInteger)
    link_clicks: int | None = Field(default=None, sa_type=sa.BigInteger)
    landing_page_views: int | None = Field(default=None, sa_type=sa.BigInteger)
    video_3s_views: int | None = Field(default=None, sa_type=sa.BigInteger)
    thruplays: int | None = Field(default=None, sa_type=sa.BigInteger)
    conversions: int | None = Field(default=None, sa_type=sa.BigInteger)
    conversion_value_minor: int | None = Field(default=None, sa_type=sa.BigInteger)
    leads: int | None = Field(default=None, sa_type=sa.BigInteger)


class ImportState(StrEnum):
    PREVIEWED = "previewed"
    APPLIED = "applied"
    DISCARDED = "discarded"


class MetricImport(TenantRow, table=True):
    """An exported report that somebody uploads: looked at first, then taken over as readings."""

    __tablename__ = "metric_import"
    __table_args__ = tenant_args(
        same_workspace("ad_account_id", "ad_account"),
        sa.Index("ix_metric_import_ad_account_id", "ad_account_id", "created_at"),
    )

    ad_account_id: UUID
    filename: str
    storage_key: str
    sha256: str
    state: ImportState = Field(default=ImportState.PREVIEWED, sa_type=stored(ImportState))
    columns: list[str] = Field(default_factory=list, sa_type=JSONB)
    mapping: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    """How its columns are read; see `models.domain.ad_reports.mapping.ReportMapping`."""
    rows: int = 0
    good_rows: int = 0
    found: JsonObject = Field(default_factory=dict, sa_type=JSONB)
    """What the last look at the file showed; see `models.domain.ad_reports.preview.Preview`."""
    problems: list[JsonObject] = Field(default_factory=list, sa_type=JSONB)
    """[{"row": 3, "field": "spend", "words": "…"}], the first of them."""
    created_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    applied_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    """Platform time, which its readings carry as `read_at`."""
