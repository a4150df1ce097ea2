"""What can be written as a rule, what cannot and why, and how it reads."""

from datetime import datetime

import pytest
from pydantic import ValidationError

from models.domain.rule_words import action_words, condition_words, schedule_words
from models.domain.rules import Comparison, Condition, Metric, RuleAction, RuleBody, RuleSchedule
from models.domain.states import Trend

COST = {"metric": "cost_per_result", "comparison": "surely_above", "value": 4_000}
CUT = {"kind": "cut", "by_bp": 2_000}


def written(*conditions: dict[str, object], **more: object) -> RuleBody:
    plain = {"name": "Mine", "currency": "SAR", "groups": [{"conditions": list(conditions)}], "action": CUT}
    return RuleBody.model_validate(plain | more)


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ({**COST, "comparison": "at_least"}, "crossed by luck"),
        ({**COST, "value": 0}, "above zero"),
        ({**COST, "value": None}, "give `value`"),
        ({**COST, "value": float("nan")}, "finite number"),
        ({**COST, "days": 2}, "1, 3, 7 or 14"),
        ({**COST, "trend": "falling"}, "with the metric trend"),
        ({"metric": "trend", "comparison": "is", "trend": "unknown"}, "rising, steady or falling"),
        ({"metric": "trend", "comparison": "surely_above", "trend": "falling"}, "is or is_not"),
        ({"metric": "anomaly", "comparison": "is", "value": 1}, "which have none"),
        ({"metric": "clicks", "comparison": "surely_above", "value": 1}, "at_least or at_most"),
        ({"metric": "budget_share_spent", "comparison": "at_most", "value": 1, "with_today": True}, "leave today out"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_with_what_to_do(condition: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        written(condition)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"currency": None}, "give the `currency`"),
        ({"name": " "}, "must not be empty"),
        ({"groups": []}, "at least 1"),
        ({"action": {"kind": "cut"}}, "give `by_bp`"),
        ({"action": {"kind": "pause", "by_bp": 100}}, "give `by_bp`"),
        ({"action": {"kind": "set"}}, "give `amount_minor`"),
        ({"schedule": {"hours": [24]}}, "less than or equal to 23"),
        ({"rest_hours": 0}, "greater than or equal to 1"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(more: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        written(COST, **more)


def test_a_rule_without_amounts_needs_no_currency() -> None:
    clicks = {"metric": "clicks", "comparison": "at_least", "value": 10}

    assert written(clicks, currency=None).currency is None
    with pytest.raises(ValidationError):
        written(clicks, currency=None, action={"kind": "set", "amount_minor": 100})
    with pytest.raises(ValidationError):
        written({**clicks, "least_spend_minor": 100}, currency=None)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (
            Condition.model_validate({**COST, "least_clicks": 50}),
            "cost per result surely above SAR 40.00 (last 7 days, from 50 clicks on)",
        ),
        (
            Condition(metric=Metric.SPEND, comparison=Comparison.AT_LEAST, value=100, days=1, with_today=True),
            "spend at least SAR 1.00 (today)",
        ),
        (
            Condition(metric=Metric.RESULTS_TO_CAMPAIGN, comparison=Comparison.SURELY_BELOW, value=5_050, days=1),
            "results per spend against the campaign's surely below 50.5 % (yesterday)",
        ),
        (Condition(metric=Metric.SCORE, comparison=Comparison.AT_MOST, value=3_000), "score at most 0.30"),
        (Condition(metric=Metric.TREND, comparison=Comparison.IS, trend=Trend.FALLING), "trend is falling"),
        (
            Condition(metric=Metric.ANOMALY, comparison=Comparison.IS_NOT),
            "a fault in delivery or figures is not seen",
        ),
    ],
)
def test_conditions_read_as_sentences(condition: Condition, words: str) -> None:
    assert condition_words(condition, "SAR") == words


def test_actions_and_schedules_read_as_sentences() -> None:
    assert action_words(RuleAction.model_validate(CUT), None) == "cut the budget by 20 %"
    assert action_words(RuleAction.model_validate({"kind": "set", "amount_minor": 5_000}), "JPY") == (
        "set the budget to JPY 5,000"
    )
    assert schedule_words(RuleSchedule()) == "every day, every hour on the ad account's clock"
    assert schedule_words(RuleSchedule(weekdays=[5, 1], hours=[18, 6])) == (
        "Monday, Friday, at 06:00, 18:00 on the ad account's clock"
    )


def test_a_schedule_is_due_on_its_days_and_in_its_hours() -> None:
    monday = datetime(2026, 11, 23, 6, 40)  # noqa: DTZ001 the account's own clock, whatever it is
    schedule = RuleSchedule(weekdays=[1], hours=[6])

    assert schedule.due(monday)
    assert not schedule.due(monday.replace(hour=7))
    assert not schedule.due(monday.replace(day=24))
