"""Rules to begin with, in no currency, so that they fit every campaign. A person adds one and makes it their own."""

from dataclasses import dataclass

from models.domain.rules import (
    ActionKind,
    Comparison,
    Condition,
    Group,
    Metric,
    RuleAction,
    RuleBody,
    RuleSchedule,
)
from models.domain.states import Trend

THREE_TIMES_A_DAY = RuleSchedule(hours=[6, 12, 18])


@dataclass(frozen=True, slots=True)
class Template:
    """`why` says what it is good for."""

    key: str
    why: str
    body: RuleBody


def _rule(name: str, action: RuleAction, *conditions: Condition, rest_hours: int = 24) -> RuleBody:
    return RuleBody(
        name=name,
        groups=[Group(conditions=list(conditions))],
        schedule=THREE_TIMES_A_DAY,
        rest_hours=rest_hours,
        action=action,
    )


def _surely(metric: Metric, comparison: Comparison, value: int, days: int = 7) -> Condition:
    return Condition.model_validate({"metric": metric, "comparison": comparison, "value": value, "days": days})


def _at_least(metric: Metric, value: int, days: int = 7) -> Condition:
    return Condition.model_validate({"metric": metric, "comparison": Comparison.AT_LEAST, "value": value, "days": days})


TEMPLATES = (
    Template(
        "money_eater",
        "A result surely costs more than twice the campaign's target, after spend worth five results. "
        "Money goes in steps to the others, so that chance costs little.",
        _rule(
            "Stop a money eater",
            RuleAction(kind=ActionKind.CUT, by_bp=2_000),
            _surely(Metric.COST_TO_TARGET, Comparison.SURELY_ABOVE, 20_000),
            _at_least(Metric.SPEND_IN_RESULTS, 5),
        ),
    ),
    Template(
        "winner",
        "It surely brings more per spend than the campaign, and spends what it has.",
        _rule(
            "Feed a winner",
            RuleAction(kind=ActionKind.RAISE, by_bp=1_500),
            _surely(Metric.RESULTS_TO_CAMPAIGN, Comparison.SURELY_ABOVE, 10_000),
            _at_least(Metric.BUDGET_SHARE_SPENT, 8_000),
            rest_hours=72,
        ),
    ),
    Template(
        "low_score",
        "The score is a probability, so it is compared as it is: below 0.3 it will likely fall behind its campaign.",
        _rule(
            "Cut what scores low",
            RuleAction(kind=ActionKind.CUT, by_bp=1_500),
            Condition(metric=Metric.SCORE, comparison=Comparison.AT_MOST, value=3_000),
            _at_least(Metric.DAYS_RUNNING, 3),
            rest_hours=72,
        ),
    ),
    Template(
        "high_score",
        "Above 0.8 it will likely bring more per spend than its campaign next week.",
        _rule(
            "Raise what scores high",
            RuleAction(kind=ActionKind.RAISE, by_bp=1_500),
            Condition(metric=Metric.SCORE, comparison=Comparison.AT_LEAST, value=8_000),
            _at_least(Metric.DAYS_RUNNING, 3),
            rest_hours=72,
        ),
    ),
    Template(
        "falling",
        "Its results per spend fall beyond what chance explains.",
        _rule(
            "Cut what falls",
            RuleAction(kind=ActionKind.CUT, by_bp=1_000),
            Condition(metric=Metric.TREND, comparison=Comparison.IS, trend=Trend.FALLING),
            _at_least(Metric.CONVERSIONS, 10, days=14),
            rest_hours=72,
        ),
    ),
    Template(
        "fault",
        "Delivery or figures look faulty. Nothing is moved: a fault is mended, not punished.",
        _rule(
            "Tell about faults",
            RuleAction(kind=ActionKind.NOTIFY),
            Condition(metric=Metric.ANOMALY, comparison=Comparison.IS),
        ).model_copy(update={"schedule": RuleSchedule()}),
    ),
    Template(
        "no_result",
        "Not a single result after spend worth eight, and surely below half of the campaign. Pausing ends what can be "
        "learnt of it, so it asks for strong evidence; it needs an approved schedule that lets ad sets be paused.",
        _rule(
            "Pause what brings nothing",
            RuleAction(kind=ActionKind.PAUSE),
            Condition(metric=Metric.CONVERSIONS, comparison=Comparison.AT_MOST, value=0, days=14),
            _at_least(Metric.SPEND_IN_RESULTS, 8, days=14),
            _surely(Metric.RESULTS_TO_CAMPAIGN, Comparison.SURELY_BELOW, 5_000, days=14),
        ),
    ),
)


def template(key: str) -> Template | None:
    return next((each for each in TEMPLATES if each.key == key), None)
