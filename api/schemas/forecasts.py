"""Forecasts as clients see them. Every figure is a range in which the truth lies four of five times."""

from uuid import UUID

from pydantic import Field

from api.schemas.base import UtcTime, View
from models.domain.forecast import Forecast, Outcome


class ForecastView(View):
    """`words` say it whole. `outdated`: budget, dates or ads have changed since it was made."""

    id: UUID
    made_at: UtcTime
    words: str
    outdated: bool
    forecast: Forecast


class ComparedView(View):
    """What was expected of the first whole days and what came. Money in minor units."""

    made_at: UtcTime
    days: int
    planned_minor: int
    spent_minor: int
    expected: Outcome
    results: int | None = Field(description="None where the platform gives no such figure")
    clicks: int
    impressions: int


class ForecastAnswer(View):
    """`forecast` is null before the first; `making`: a newer one is on its way. `compared` once something came."""

    forecast: ForecastView | None
    making: bool = False
    compared: ComparedView | None = None
