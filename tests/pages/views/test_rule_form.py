"""A rule through its form and back, and what is wrong with one beside the field where it is."""

import pytest

from api.pages.views.rule_form import first_values, groups_of, labels_of
from api.pages.views.rule_typed import written_of
from api.pages.views.typed import Typed
from models.domain.rule_templates import TEMPLATES
from models.domain.rules import Comparison, Metric, RuleBody
from models.domain.states import Trend
from records.rules.written import Written
from tests.optimizer.rules.written import CUT_A_FIFTH, body, condition

COMPLEX = body(
    CUT_A_FIFTH,
    groups=[
        {
            "joined": "any",
            "conditions": [
                condition(Metric.COST_PER_RESULT, Comparison.SURELY_ABOVE, 4_050, days=14, least_clicks=50),
                condition(Metric.CTR, Comparison.SURELY_BELOW, 125, days=3, least_spend_minor=1_999),
                condition(Metric.SCORE, Comparison.AT_MOST, 3_250),
            ],
        },
        {
            "conditions": [
                condition(Metric.TREND, Comparison.IS_NOT, trend=Trend.RISING),
                condition(Metric.SPEND, Comparison.AT_LEAST, 1, days=1, with_today=True),
                condition(Metric.ANOMALY, Comparison.IS_NOT),
            ],
        },
    ],
    joined="any",
    schedule={"weekdays": [1, 5], "hours": [6, 18]},
    rest_hours=48,
    ad_sets_named="broad",
)

TYPED = {
    "name": ["Mine"],
    "currency": ["SAR"],
    "action": ["cut"],
    "by": ["12.5 %"],
    "g0-1-metric": ["cost_per_result"],
    "g0-1-value": ["1,250.50"],
    "g1-0-metric": ["trend falling"],
}


@pytest.mark.parametrize("rule", [*(each.body for each in TEMPLATES), COMPLEX], ids=lambda rule: rule.name)
def test_a_rule_comes_out_of_its_form_as_it_went_in(rule: RuleBody) -> None:
    typed = Typed(first_values(Written(rule), 3))

    written = written_of(typed)

    assert typed.mistakes == {}
    assert written == Written(rule)


def test_empty_rows_do_not_count_and_an_unchosen_comparison_is_the_usual_one() -> None:
    written = written_of(Typed(dict(TYPED)))

    assert written is not None
    (first,), (second,) = (group.conditions for group in written.body.groups)
    assert (first.comparison, first.value, first.days) == (Comparison.SURELY_ABOVE, 125_050, 7)
    assert (second.metric, second.comparison, second.trend) == (Metric.TREND, Comparison.IS, Trend.FALLING)
    assert written.body.action.by_bp == 1_250


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": [""]}, "name", "Must not be empty"),
        ({"currency": [""]}, "currency", "Choose the currency"),
        ({"g0-1-value": [""]}, "g0-1-value", "Write the value"),
        ({"g0-1-value": ["cheap"]}, "g0-1-value", "Write an amount"),
        ({"g0-1-value": ["0"]}, "g0-1-metric", "above zero"),
        ({"g0-1-comparison": ["at_least"]}, "g0-1-metric", "crossed by luck"),
        ({"g0-1-metric": ["luck"]}, "g0-1-metric", "from the list"),
        ({"g0-1-days": ["5"]}, "g0-1-days", "1, 3, 7 or 14"),
        ({"g0-1-clicks": ["many"]}, "g0-1-clicks", "whole number"),
        ({"g0-1-metric": ["ctr"], "g0-1-value": ["nan"]}, "g0-1-value", "Write a number"),
        ({"g0-1-metric": [""], "g1-0-metric": [""]}, "g0-0-metric", "at least one condition"),
        ({"by": [""]}, "by", "how many percent"),
        ({"by": ["250"]}, "by", "10000 or less"),
        ({"action": ["set"]}, "amount", "amount"),
        ({"action": ["burn"]}, "action", "Use one of"),
        ({"hours": ["6, noon"]}, "hours", "from 0 to 23"),
        ({"rest_hours": ["999"]}, "rest_hours", "168 or less"),
        ({"rest_hours": ["0"]}, "rest_hours", "1 or more"),
        ({"campaign_id": ["all"]}, "campaign_id", "from the list"),
        ({"joined": ["neither"]}, "joined", "Use one of"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(changes: dict[str, list[str]], field: str, words: str) -> None:
    typed = Typed({**TYPED, **changes})

    assert written_of(typed) is None
    assert words in typed.mistake(field)
    assert field in labels_of(typed)


def test_there_is_room_for_more_conditions_and_a_person_can_ask_for_yet_more() -> None:
    typed = Typed(first_values(Written(COMPLEX), 1))

    shown, more = groups_of(typed), groups_of(typed, more=True)

    assert [len(group.rows) for group in groups_of(Typed())] == [3, 3]
    assert [len(group.rows) for group in shown] == [5, 5]
    assert [len(group.rows) for group in more] == [7, 7, 4]
