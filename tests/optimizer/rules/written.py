"""Rules as people write them, short enough for tests."""

from uuid import UUID

from hypothesis import strategies as st

from models.domain.rules import (
    RATES,
    TIMELESS,
    WORDS,
    ActionKind,
    Comparison,
    Condition,
    Group,
    Joined,
    Metric,
    Rule,
    RuleAction,
    RuleBody,
    comparisons,
)
from models.domain.states import Trend

CUT_A_FIFTH = RuleAction(kind=ActionKind.CUT, by_bp=2_000)
RAISE_A_TENTH = RuleAction(kind=ActionKind.RAISE, by_bp=1_000)
PAUSE = RuleAction(kind=ActionKind.PAUSE)
TELL = RuleAction(kind=ActionKind.NOTIFY)


def condition(metric: Metric, comparison: Comparison, value: int | None = None, **more: object) -> Condition:
    return Condition.model_validate({"metric": metric, "comparison": comparison, "value": value, **more})


NEVER_EARNS = condition(Metric.CONVERSIONS, Comparison.AT_MOST, 0)
ALWAYS = condition(Metric.SPEND, Comparison.AT_LEAST, 0)


def body(action: RuleAction, *conditions: Condition, **more: object) -> RuleBody:
    plain = {
        "name": "Mine",
        "currency": "SAR",
        "groups": [Group(conditions=list(conditions or (ALWAYS,)))],
        "action": action,
    }
    return RuleBody.model_validate(plain | more)


def rule(action: RuleAction, *conditions: Condition, number: int = 1, **more: object) -> Rule:
    known = {name: more.pop(name) for name in ("campaign_id", "acted_at") if name in more}
    plain = {"id": UUID(int=number), "version": 1, "position": number, "body": body(action, *conditions, **more)}
    return Rule.model_validate(plain | known)


@st.composite
def _conditions(draw: st.DrawFn) -> Condition:
    metric = draw(st.sampled_from(Metric))
    found = {"metric": metric, "comparison": draw(st.sampled_from(comparisons(metric)))}
    if metric is Metric.TREND:
        found["trend"] = draw(st.sampled_from([Trend.RISING, Trend.STEADY, Trend.FALLING]))
    if metric not in WORDS:
        found["value"] = draw(st.integers(1 if metric in RATES else 0, 30_000))
    if metric not in TIMELESS:
        found["days"] = draw(st.sampled_from([1, 3, 7, 14]))
        found["with_today"] = metric is not Metric.BUDGET_SHARE_SPENT and draw(st.booleans())
        found["least_clicks"] = draw(st.sampled_from([0, 0, 40]))
    return Condition.model_validate(found)


_groups = st.builds(Group, joined=st.sampled_from(Joined), conditions=st.lists(_conditions(), min_size=1, max_size=3))
_actions = st.one_of(
    st.builds(RuleAction, kind=st.sampled_from([ActionKind.RAISE, ActionKind.CUT]), by_bp=st.integers(1, 10_000)),
    st.builds(RuleAction, kind=st.just(ActionKind.SET), amount_minor=st.integers(1, 10**9)),
    st.just(PAUSE),
    st.just(TELL),
)


@st.composite
def rules(draw: st.DrawFn) -> list[Rule]:
    """Up to four; half of them hold for every budget, so that wishes meet."""
    found = []
    for number in range(draw(st.integers(0, 4))):
        groups = draw(st.one_of(st.just([Group(conditions=[ALWAYS])]), st.lists(_groups, min_size=1, max_size=2)))
        written = body(draw(_actions), groups=groups, joined=draw(st.sampled_from(Joined)), currency=draw(_currencies))
        named = draw(st.sampled_from(["", "", "0", "1"]))
        found.append(
            Rule(
                id=UUID(int=number),
                version=1,
                position=draw(st.integers(0, 3)),
                campaign_id=draw(st.sampled_from([None, None, UUID(int=0)])),
                body=written.model_copy(update={"ad_sets_named": named}),
            )
        )
    return found


_currencies = st.sampled_from(["SAR", "JPY", "USD"])
