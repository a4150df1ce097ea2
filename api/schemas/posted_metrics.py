"""Figures that programs post for a campaign."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.ad_accounts import ExternalId
from api.schemas.base import Body, UtcTime, View
from models.domain.ad_reports.attribution import UNKNOWN
from models.domain.metrics import MetricLevel

Count = Annotated[int, Field(ge=0, le=10**15)]


class PostedFigures(Body):
    """What one object did on one day of the ad account, as a whole and not since the last post. Money in minor units
    of the account's currency. Leave out what you do not know: that is not zero.
    """

    object_id: ExternalId | None = Field(
        None, description="The platform's number of the campaign, ad set or ad; the whole platform campaign without it"
    )
    day: date
    attribution: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,60}$")] = UNKNOWN
    spend_minor: Count
    impressions: Count
    clicks: Count
    reach: Count | None = None
    link_clicks: Count | None = None
    landing_page_views: Count | None = None
    video_3s_views: Count | None = None
    thruplays: Count | None = None
    conversions: Count | None = None
    conversion_value_minor: Count | None = None
    leads: Count | None = None


class PostMetricsBody(Body):
    figures: Annotated[list[PostedFigures], Field(min_length=1, max_length=1_000)]


class PostedMetricsSetting(Body):
    decide: bool


class StoredFigures(PostedFigures):
    object_id: ExternalId
    level: MetricLevel


class PostedMetricsView(View):
    """`changed` of the figures differ from what was posted for their object and day before; the others were there."""

    campaign_id: UUID
    source: str
    read_at: UtcTime
    changed: int
    drives_decisions: bool
    figures: list[StoredFigures]
