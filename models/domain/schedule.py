"""The schedule: money and dates, and the envelope inside which the optimizer may act without asking."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.domain.base import BasisPoints, Currency, Document, Instant, Key, ZoneName, unique
from models.domain.states import OptimizerMode


class IfLate(StrEnum):
    SHIFT = "shift"
    SHORTEN = "shorten"
    STOP = "stop"


class BudgetLevel(StrEnum):
    CAMPAIGN = "campaign"
    AD_SET = "ad_set"


class BudgetPeriod(StrEnum):
    DAILY = "daily"
    LIFETIME = "lifetime"


class EntryKind(StrEnum):
    FLIGHT = "flight"
    BUDGET_STEP = "budget_step"
    CREATIVE_START = "creative_start"
    CREATIVE_STOP = "creative_stop"
    DAYPART = "daypart"


Minor = Annotated[int, Field(ge=0, le=10**13)]


class Entry(Document):
    """One planned event. A day part runs on `weekdays` (0 = Monday) from `from_hour` to `to_hour`, account time."""

    key: Key
    kind: EntryKind
    target: Key | None = None
    at: Instant | None = None
    until: Instant | None = None
    amount_minor: Minor | None = None
    weekdays: Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(max_length=7)] = []
    from_hour: Annotated[int, Field(ge=0, le=23)] | None = None
    to_hour: Annotated[int, Field(ge=1, le=24)] | None = None


class Split(Document):
    """The budget of one budget owner (an ad set, or a campaign under campaign budgets), in minor units."""

    plan_key: Key
    initial_minor: Minor
    floor_minor: Minor
    ceiling_minor: Minor

    @model_validator(mode="after")
    def _floor_initial_ceiling(self) -> Self:
        if not self.floor_minor <= self.initial_minor <= self.ceiling_minor:
            raise ValueError(f"the budget of {self.plan_key!r} must lie between its floor and its ceiling")
        return self


class EnvelopeAction(StrEnum):
    RAISE = "raise"
    CUT = "cut"
    PAUSE_AD = "pause_ad"
    PAUSE_AD_SET = "pause_ad_set"


class Envelope(Document):
    """How far the optimizer may go: its highest mode, the largest step per 24 h and per 7 days, and which actions.

    `first_step` bounds the one larger move of a budget in its first two days, while the platform learns anyway; None:
    no larger than any other.
    """

    mode_max: OptimizerMode = OptimizerMode.SUGGEST
    max_step: BasisPoints = 2_000
    max_week: BasisPoints = 5_000
    first_step: BasisPoints | None = None
    actions: list[EnvelopeAction] = [EnvelopeAction.RAISE, EnvelopeAction.CUT]
    min_active_ads: Annotated[int, Field(ge=1)] = 1


class Schedule(Document):
    """`split` adds up exactly to the pool: the daily cap for daily budgets, the total cap for lifetime ones."""

    currency: Currency
    zone: ZoneName
    start: Instant
    end: Instant | None = None
    if_late: IfLate = IfLate.SHIFT
    total_cap_minor: Annotated[int, Field(gt=0, le=10**13)]
    daily_cap_minor: Annotated[int, Field(gt=0, le=10**13)] | None = None
    budget_level: BudgetLevel
    budget_period: BudgetPeriod
    pool: Literal["campaign"] = "campaign"
    entries: Annotated[list[Entry], Field(max_length=200)] = []
    split: Annotated[list[Split], Field(min_length=1, max_length=70)]
    envelope: Envelope = Envelope()

    @property
    def pool_minor(self) -> int:
        if self.budget_period is BudgetPeriod.LIFETIME:
            return self.total_cap_minor
        return self.daily_cap_minor or 0

    @property
    def last_moment(self) -> datetime:
        """When the money must stop even if nobody is there to stop it.

        A daily schedule without an end runs for as many whole days as its total pays for.
        """
        if self.end is not None:
            return self.end
        return self.start + timedelta(days=max(1, -(-self.total_cap_minor // self.pool_minor)))

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        unique([part.plan_key for part in self.split], "split plan_key")
        if self.end is not None and self.end <= self.start:
            raise ValueError("the end is not after the start; move one of them")
        if self.budget_period is BudgetPeriod.LIFETIME and self.end is None:
            raise ValueError("lifetime budgets need an end date")
        if self.budget_period is BudgetPeriod.DAILY and self.daily_cap_minor is None:
            raise ValueError("daily budgets need a daily cap")
        total = sum(part.initial_minor for part in self.split)
        if total != self.pool_minor:
            raise ValueError(
                f"the split adds up to {total}, the pool is {self.pool_minor} (minor units); make them equal"
            )
        if any(entry.kind is EntryKind.DAYPART for entry in self.entries) and (
            self.budget_period is not BudgetPeriod.LIFETIME
        ):
            raise ValueError("day parts need lifetime budgets; remove them or change the budget period")
        return self
