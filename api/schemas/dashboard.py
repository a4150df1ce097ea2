"""All campaigns at a glance, as clients get it."""

from datetime import date
from uuid import UUID

from api.schemas.analytics import DataAgeView, Figures
from api.schemas.base import View
from models.domain.states import CampaignStatus, Delivery


class CurrencyView(View):
    """Of all campaigns in one currency; never added across currencies. Null: no figures in that time.

    `today` is each account's own day; the other two are the last 7 and 30 account days with it.
    """

    currency: str
    today: Figures | None
    last_7_days: Figures | None
    last_30_days: Figures | None


class PointView(View):
    """Something that wants a person. `path` is the page about it."""

    topic: str
    words: str
    count: int
    campaign_id: UUID | None
    ad_account_id: UUID | None
    path: str


class AccountDataView(View):
    ad_account_id: UUID
    name: str
    data: DataAgeView


class SummaryView(View):
    """`campaigns` counts those that are not archived, by status. Clients get neither `attention` nor `data`."""

    campaigns: dict[CampaignStatus, int]
    currencies: list[CurrencyView]
    attention: list[PointView]
    data: list[AccountDataView]


class OnAirView(View):
    """A campaign that runs, is paused, or starts later."""

    id: UUID
    name: str
    status: CampaignStatus
    delivery: Delivery | None
    currency: str | None
    data: DataAgeView
    today: Figures | None
    last_7_days: Figures | None
    last_30_days: Figures | None


class MoneyDayView(View):
    day: date
    spend_minor: int
    conversions: int | None


class CurrencyDaysView(View):
    currency: str
    days: list[MoneyDayView]


class DashboardView(View):
    summary: SummaryView
    campaigns: list[OnAirView]
    days: list[CurrencyDaysView]
