"""What a decision is made from and what it comes to: the interface of every engine.

A `Problem` is stored whole, so that a decision can be computed again from exactly what was known. Money is in integer
minor units of the account's currency, times are platform time in UTC, days are account days.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.dataclasses import dataclass

from models.domain.states import OptimizerGoal, PlatformKind, Trend

Minor = Annotated[int, Field(ge=0)]
BasisPoints = Annotated[int, Field(ge=0)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class DayCounts:
    """Cumulative counts of one account day as last read. `conversions` is None where the platform gives none.

    Not a model: there are fourteen for each of ten thousand owners, and these take a fifth of the memory.
    """

    day: date
    read_at: datetime
    spend_minor: int
    impressions: int
    clicks: int
    conversions: int | None = None
    value_minor: int | None = None


class Signal(_Value):
    """What the learned parts said of an owner when the problem was put: for rules and people, not for the engine."""

    score: float | None = None
    trend: Trend = Trend.UNKNOWN
    trend_per_week: float | None = None
    anomaly: str | None = None


class Owner(_Value):
    """A budget owner: an ad set, or a campaign under campaign budgets.

    `now_minor` is what the platform holds. `day_ago_minor` and `week_ago_minor` are what it held 24 hours and 7 days
    ago, or at first. `edited_at` is the last change by anybody. `spent_minor` is the spend of its whole life, of
    which `spent_today_minor` today. `remaining_cap_minor`: what spending limits above it still
    allow, the platform's and the approved total, whichever is nearer.
    `paused`: somebody stopped it, so its money is of use elsewhere; others that do not deliver are only waiting.
    `prior_score` is what was believed of it before it ran, as a weak score. `active_ads`: how many of its ads are
    switched on.
    """

    object_id: UUID
    platform_id: str
    kind: PlatformKind
    name: str
    now_minor: Minor
    floor_minor: Minor
    ceiling_minor: Minor
    day_ago_minor: Minor
    week_ago_minor: Minor
    edited_at: datetime | None = None
    started_at: datetime | None = None
    learning: bool = False
    delivering: bool = True
    paused: bool = False
    active_ads: int = 1
    spent_minor: Minor = 0
    spent_today_minor: Minor = 0
    remaining_cap_minor: int | None = None
    value_per_conversion_minor: int | None = None
    prior_score: Annotated[float, Field(gt=0, lt=1)] | None = None
    signal: Signal = Signal()
    days: list[DayCounts] = []


class Pool(_Value):
    """The owners among which money may move, and how far: one campaign of ours.

    `goal` says what money is to bring as much of. `target_cost_minor` is what a result may cost, `target_roas_bp` what
    a unit of money has to bring back; both as constraints, where people gave them. `first_step` bounds the one move of
    an owner's first two days, while the platform learns anyway; None: as any other.
    `asked`: a proposal of the optimizer's waits for a decision of people, where they are asked.
    `pool_minor` is what the owners' budgets add up to and go on adding up to. Amounts are multiples of `unit_minor`,
    the smallest step that the platform takes. `frozen` says in words why nothing may be decided; the engine then
    answers with no action. `decided_at` is when money of this pool was last moved. `total_left_minor` is what its
    total cap still allows, until `ends_at`.
    """

    campaign_id: UUID
    name: str
    daily: bool
    unit_minor: Annotated[int, Field(ge=1)] = 1
    pool_minor: Minor
    max_step: BasisPoints
    max_week: BasisPoints
    may_raise: bool
    may_cut: bool
    may_pause: bool = False
    asked: bool = False
    min_active_ads: Annotated[int, Field(ge=1)] = 1
    first_step: BasisPoints | None = None
    goal: OptimizerGoal = OptimizerGoal.RESULTS
    target_cost_minor: Minor | None = None
    target_roas_bp: BasisPoints | None = None
    total_left_minor: int | None = None
    ends_at: datetime | None = None
    platform_budget_optimisation: bool = False
    decided_at: datetime | None = None
    frozen: str | None = None
    owners: list[Owner]


class Problem(_Value):
    """One ad account at one moment. `read_at` is when its figures were read."""

    version: Literal[1] = 1
    engine: str
    ad_account_id: UUID
    currency: str
    zone: str
    now: datetime
    read_at: datetime | None
    pools: list[Pool]


class Why(StrEnum):
    """The first reason that decided; `words` say it with figures."""

    MOVED = "moved"
    FROZEN = "frozen"
    TOO_SOON = "too_soon"
    TOO_LITTLE_DATA = "too_little_data"
    ONE_OWNER = "one_owner"
    NOTHING_TO_GAIN = "nothing_to_gain"
    PLATFORM_OPTIMISES = "platform_optimises"
    LEARNING = "learning"
    AT_LIMIT = "at_limit"
    NOT_DELIVERING = "not_delivering"
    RULE = "rule"


class OwnerDecision(_Value):
    """What was seen and believed of one owner. Rates are floats; None where nothing could be said.

    `gain` ranks edits while the quota is short: expected conversions per day more, of this edit alone. Results (or
    their value) per minor unit of money come with an 80 % interval; `expected_*` are results per day at the budget
    before and after. `better` is the probability that it brings more per spend than the rest of its pool. `pause`: it
    is to be paused; its amount stays.
    """

    object_id: UUID
    before_minor: Minor
    after_minor: Minor
    why: Why
    words: str
    clicks_per_spend: float | None = None
    conversions_per_click: float | None = None
    limited_by: list[str] = []
    gain: float = 0.0
    results_per_spend: float | None = None
    results_per_spend_low: float | None = None
    results_per_spend_high: float | None = None
    expected_before: float | None = None
    expected_after: float | None = None
    better: float | None = None
    pause: bool = False


class PoolDecision(_Value):
    """`moves` is False for "no action because …". The owners' `after_minor` add up to what `before_minor` do.

    The expected gain has an 80 % interval. `advice` is for people: what is worth doing and not ours to do.
    """

    campaign_id: UUID
    moves: bool
    why: Why
    words: str
    confidence_bp: BasisPoints | None = None
    expected_gain_bp: int | None = None
    gain_low_bp: int | None = None
    gain_high_bp: int | None = None
    advice: str | None = None
    owners: list[OwnerDecision]


class Decision(_Value):
    engine: str
    pools: list[PoolDecision]
