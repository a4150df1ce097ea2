"""What a campaign is expected to bring: ranges, what they rest on, and words. Never a single number."""

import hashlib
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import rfc8785
from pydantic import Field

from models.domain.ads_plan import AdsPlan
from models.domain.base import Currency, Document
from models.domain.schedule import Schedule
from models.domain.structure import RESULTS_TO_LEARN


class ForecastSource(StrEnum):
    """`nothing`: not enough to say, which is an answer."""

    HISTORY = "history"
    PLATFORM = "platform"
    NOTHING = "nothing"


class Range(Document):
    """Four of five times the truth lies in it. `high` is None where there is no bound: no result may come at all."""

    low: float
    high: float | None


class Outcome(Document):
    """Over one stretch of time. `cost_minor` is money per result; what cannot be said is None."""

    impressions: Range | None = None
    clicks: Range | None = None
    results: Range | None = None
    cost_minor: Range | None = None


class AdSetForecast(Document):
    """`weekly_results` tell whether it can leave the learning phase. `prior_score`: how likely it is to beat the rest.

    `spend_minor` is for the whole flight.
    """

    key: str
    spend_minor: int
    outcome: Outcome = Outcome()
    weekly_results: Range | None = None
    prior_score: Annotated[float, Field(gt=0, lt=1)] | None = None


class Evidence(Document):
    """What it rests on: how many campaigns and ad sets, over how many of their days, with how many results."""

    campaigns: int = 0
    ad_sets: int = 0
    days: int = 0
    results: int = 0
    like: str = ""
    """In words, what made them similar."""


class ScoreAgainst(StrEnum):
    TARGET = "target"
    USUAL = "usual"


class Score(Document):
    """The probability that a result costs no more than `cost_minor`."""

    value: Annotated[float, Field(ge=0, le=1)]
    against: ScoreAgainst
    cost_minor: int


def basis_of(schedule: Schedule, plan: AdsPlan) -> str:
    """Stands for everything that a forecast was made from: another one means that it was made for another plan."""
    told: dict[str, Any] = {
        "schedule": schedule.model_dump(mode="json", exclude={"envelope", "if_late"}),
        "ad_sets": [
            ad_set.model_dump(mode="json", include={"key", "targeting", "optimization_goal", "custom_event_type"})
            for ad_set in plan.ad_sets
        ],
    }
    return hashlib.sha256(rfc8785.dumps(told)).hexdigest()


class Forecast(Document):
    """If the budget is spent evenly over `days` account days from `first_day` on.

    `until` has what will have come by the end of each day; `basis` stands for the plan that it was made for.
    """

    source: ForecastSource
    currency: Currency
    first_day: date
    days: Annotated[int, Field(ge=1)]
    spend_minor: int
    total: Outcome = Outcome()
    per_day: Outcome = Outcome()
    until: list[Outcome] = []
    ad_sets: list[AdSetForecast] = []
    score: Score | None = None
    evidence: Evidence = Evidence()
    missing: str = ""
    """In words, why something cannot be said."""
    basis: str = ""
    results_to_learn: int = RESULTS_TO_LEARN
    """How many results a week take an ad set out of the platform's learning phase."""
