"""Reports: what is asked for, and what clients get."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from api.schemas.analytics import AnalyticsView, DataAgeView, Days, Figures, LineLevel, LineView
from api.schemas.base import UtcTime, View
from models.domain.base import Currency
from models.domain.states import CampaignStatus, MoveState


class SortBy(StrEnum):
    NAME = "name"
    SPEND = "spend"
    CONVERSIONS = "conversions"
    CPA = "cpa"
    CPC = "cpc"
    CTR = "ctr"
    ROAS = "roas"


class ReportFilter(Days):
    """Amounts are ordered inside one currency only; what is unknown comes last."""

    status: list[CampaignStatus] = Field(
        default_factory=list, max_length=len(CampaignStatus), description="Any of these; else all that were published"
    )
    ad_account_id: UUID | None = None
    currency: Currency | None = None
    sort: SortBy = SortBy.SPEND
    order: Literal["asc", "desc"] = "desc"


class PerformanceSearch(ReportFilter):
    cursor: Annotated[UUID | None, Field(description="From `next_cursor` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class PerformanceLine(View):
    """`figures` is null where the campaign has none in these days."""

    campaign_id: UUID
    name: str
    status: CampaignStatus
    currency: str | None
    timezone: str
    data: DataAgeView
    figures: Figures | None


class CurrencyTotal(View):
    currency: str
    figures: Figures


class PerformanceReport(View):
    """`totals` are those of all campaigns that fit, not of this page alone; one for each currency."""

    since: date
    until: date
    totals: list[CurrencyTotal]
    items: list[PerformanceLine]
    next_cursor: UUID | None


class CampaignReport(View):
    """Everything about one campaign in these days. `moves` counts what was decided about its money, by how it ended."""

    generated_at: UtcTime
    starts_at: UtcTime | None
    ends_at: UtcTime | None
    budget_total_minor: int | None
    analytics: AnalyticsView
    ads: list[LineView]
    moves: dict[MoveState, int]


class ExportBody(ReportFilter):
    """A CSV file. `by_day` gives a row for each account day; a report of one campaign needs its `campaign_id`.

    `bom` begins the file with a mark by which spreadsheets know that it is UTF-8.
    """

    report: Literal["performance", "campaign"] = "performance"
    campaign_id: UUID | None = None
    level: LineLevel = LineLevel.AD_SET
    by_day: bool = False
    bom: bool = True

    @model_validator(mode="after")
    def _names_its_campaign(self) -> Self:
        if (self.report == "campaign") != (self.campaign_id is not None):
            raise ValueError("a report of one campaign needs its campaign_id, one of all takes none")
        return self
