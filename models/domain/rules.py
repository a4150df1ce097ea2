"""Rules that people write for their budgets: conditions, when they are looked at, and what is to happen. Pure.

Money is in minor units of the rule's currency; shares, scores and multiples are basis points: 10,000 is all, or once.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from models.domain.base import Currency, Document, Text60, Text120
from models.domain.states import Trend

MOST_GROUPS = 4
MOST_CONDITIONS = 8
WINDOWS = (1, 3, 7, 14)


class Metric(StrEnum):
    """`spend_in_results`: spend, counted in results that it should have brought by the campaign's target or mean.

    `cost_to_target` is a share of the campaign's target cost, `results_to_campaign` results per spend as a share of
    the campaign's own, `score` the predictor's probability, `budget_share_spent` what of its budget an owner spent.
    """

    SPEND = "spend"
    IMPRESSIONS = "impressions"
    CLICKS = "clicks"
    CONVERSIONS = "conversions"
    SPEND_IN_RESULTS = "spend_in_results"
    CTR = "ctr"
    CPC = "cpc"
    COST_PER_RESULT = "cost_per_result"
    COST_TO_TARGET = "cost_to_target"
    RESULTS_TO_CAMPAIGN = "results_to_campaign"
    ROAS = "roas"
    SCORE = "score"
    TREND = "trend"
    DAYS_RUNNING = "days_running"
    BUDGET = "budget"
    BUDGET_SHARE_SPENT = "budget_share_spent"
    ANOMALY = "anomaly"


class Comparison(StrEnum):
    """`surely_…`: with a probability of at least 90 of 100, given the counts. `is` and `is_not` are for words."""

    SURELY_ABOVE = "surely_above"
    SURELY_BELOW = "surely_below"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    IS = "is"
    IS_NOT = "is_not"


class Unit(StrEnum):
    MONEY = "money"
    COUNT = "count"
    SHARE = "share"
    MULTIPLE = "multiple"
    DAYS = "days"
    WORD = "word"


UNITS: Mapping[Metric, Unit] = {
    Metric.SPEND: Unit.MONEY,
    Metric.IMPRESSIONS: Unit.COUNT,
    Metric.CLICKS: Unit.COUNT,
    Metric.CONVERSIONS: Unit.COUNT,
    Metric.SPEND_IN_RESULTS: Unit.COUNT,
    Metric.CTR: Unit.SHARE,
    Metric.CPC: Unit.MONEY,
    Metric.COST_PER_RESULT: Unit.MONEY,
    Metric.COST_TO_TARGET: Unit.SHARE,
    Metric.RESULTS_TO_CAMPAIGN: Unit.SHARE,
    Metric.ROAS: Unit.MULTIPLE,
    Metric.SCORE: Unit.MULTIPLE,
    Metric.TREND: Unit.WORD,
    Metric.DAYS_RUNNING: Unit.DAYS,
    Metric.BUDGET: Unit.MONEY,
    Metric.BUDGET_SHARE_SPENT: Unit.SHARE,
    Metric.ANOMALY: Unit.WORD,
}
RATES = frozenset(
    {
        Metric.CTR,
        Metric.CPC,
        Metric.COST_PER_RESULT,
        Metric.COST_TO_TARGET,
        Metric.RESULTS_TO_CAMPAIGN,
        Metric.ROAS,
    }
)
"""A threshold on one of these as it happens to be is crossed by luck many times a day."""
WORDS = frozenset({Metric.TREND, Metric.ANOMALY})
TIMELESS = frozenset({Metric.SCORE, Metric.TREND, Metric.DAYS_RUNNING, Metric.BUDGET, Metric.ANOMALY})
"""Without days of their own: as they stand when the rule is looked at."""
SURE = (Comparison.SURELY_ABOVE, Comparison.SURELY_BELOW)
PLAIN = (Comparison.AT_LEAST, Comparison.AT_MOST)


def comparisons(metric: Metric) -> tuple[Comparison, ...]:
    """Those that make sense; the first is the usual one."""
    if metric in RATES:
        return SURE
    return (Comparison.IS, Comparison.IS_NOT) if metric in WORDS else PLAIN


class Condition(Document):
    """One thing that has to hold, over the last `days` account days; today is left out unless `with_today`.

    With fewer clicks or less spend than `least_…` in these days there is not enough to say, which never holds.
    `trend` goes with that metric alone; an anomaly is there or not and needs neither value nor trend.
    """

    metric: Metric
    comparison: Comparison
    value: Annotated[int, Field(ge=0, le=10**13)] | None = None
    trend: Trend | None = None
    days: Literal[1, 3, 7, 14] = 7
    with_today: bool = False
    least_clicks: Annotated[int, Field(ge=0, le=10**9)] = 0
    least_spend_minor: Annotated[int, Field(ge=0, le=10**13)] = 0

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        fitting = comparisons(self.metric)
        if self.comparison not in fitting:
            names = " or ".join(each.value for each in fitting)
            why = " (a rate as it happens to be is crossed by luck)" if self.metric in RATES else ""
            raise ValueError(f"compare {self.metric.value} with {names}{why}")
        if (self.metric is Metric.TREND) != (self.trend not in (None, Trend.UNKNOWN)):
            raise ValueError("give `trend` (rising, steady or falling) with the metric trend, and with nothing else")
        if (self.metric in WORDS) != (self.value is None):
            raise ValueError("give `value` with every metric but trend and anomaly, which have none")
        if self.metric in RATES and self.value == 0:
            raise ValueError("compare a rate with a value above zero")
        if self.with_today and self.metric is Metric.BUDGET_SHARE_SPENT:
            raise ValueError("leave today out: how much of a budget is spent is known when the day is over")
        return self

    @property
    def names_money(self) -> bool:
        return self.least_spend_minor > 0 or (UNITS[self.metric] is Unit.MONEY and self.value is not None)


class Joined(StrEnum):
    ALL = "all"
    ANY = "any"


class Group(Document):
    """Holds when all of its conditions do, or any."""

    joined: Joined = Joined.ALL
    conditions: Annotated[list[Condition], Field(min_length=1, max_length=MOST_CONDITIONS)]


class ActionKind(StrEnum):
    RAISE = "raise"
    CUT = "cut"
    SET = "set"
    PAUSE = "pause"
    NOTIFY = "notify"


class RuleAction(Document):
    """What happens to a budget for which the rule holds, as far as its approved limits allow."""

    kind: ActionKind
    by_bp: Annotated[int, Field(ge=1, le=10_000)] | None = None
    amount_minor: Annotated[int, Field(ge=1, le=10**13)] | None = None

    @model_validator(mode="after")
    def _says_how_much(self) -> Self:
        if (self.kind in (ActionKind.RAISE, ActionKind.CUT)) != (self.by_bp is not None):
            raise ValueError("give `by_bp` with raise and cut, and with nothing else")
        if (self.kind is ActionKind.SET) != (self.amount_minor is not None):
            raise ValueError("give `amount_minor` with set, and with nothing else")
        return self


class RuleSchedule(Document):
    """When it is looked at, on the ad account's clock; weekdays from 1 (Monday) to 7. Empty lists: always."""

    weekdays: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(max_length=7)] = []
    hours: Annotated[list[Annotated[int, Field(ge=0, le=23)]], Field(max_length=24)] = []

    def due(self, local: datetime) -> bool:
        on_day = not self.weekdays or local.isoweekday() in self.weekdays
        return on_day and (not self.hours or local.hour in self.hours)


class RuleBody(Document):
    """What a person writes. `rest_hours` is how long it leaves a budget alone after it acted on it.

    `ad_sets_named`: only ad sets with this in their names, whatever the case. `currency` is that of its amounts; a rule
    without amounts needs none and holds in every currency.
    """

    name: Text120
    currency: Currency | None = None
    joined: Joined = Joined.ALL
    groups: Annotated[list[Group], Field(min_length=1, max_length=MOST_GROUPS)]
    ad_sets_named: Text60 = ""
    schedule: RuleSchedule = RuleSchedule()
    rest_hours: Annotated[int, Field(ge=1, le=168)] = 24
    action: RuleAction

    @model_validator(mode="after")
    def _says_which_money(self) -> Self:
        if self.currency is None and self.names_money:
            raise ValueError("give the `currency` of its amounts")
        return self

    @property
    def names_money(self) -> bool:
        amounts = any(condition.names_money for group in self.groups for condition in group.conditions)
        return amounts or self.action.amount_minor is not None


class Rule(Document):
    """A rule in force when something is decided. `acted_at`: when it last acted on which budget, platform time."""

    id: UUID
    version: int
    position: int = 0
    campaign_id: UUID | None = None
    body: RuleBody
    acted_at: dict[UUID, datetime] = {}


class OwnerLook(Document):
    """What a rule found at one budget: the condition that failed, or what it saw and what became of it."""

    object_id: UUID
    name: str
    matched: bool
    failed: str | None = None
    seen: str = ""
    outcome: str = ""
    acted: bool = False


class Evaluation(Document):
    """One look of one rule at one campaign."""

    rule_id: UUID
    rule_version: int
    rule_name: str
    action: ActionKind
    campaign_id: UUID
    looks: list[OwnerLook]

    @property
    def matched(self) -> int:
        return sum(look.matched for look in self.looks)

    @property
    def acted(self) -> int:
        return sum(look.acted for look in self.looks)
