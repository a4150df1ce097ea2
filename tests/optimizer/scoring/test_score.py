"""What the score says of ad sets, and what it refuses to say."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.scoring import Arm, Day, Model, score, score_many
from optimizer.scoring.model import SMOOTHED


def steady(conversions: float, *, spend: float = 1000, clicks: float = 40, days: int = 14) -> Arm:
    return [Day(spend, clicks * 50, clicks, conversions)] * days


def test_what_brought_more_for_the_same_money_scores_higher() -> None:
    better, usual, worse = score([steady(6), steady(3), steady(1)])

    assert better.value > 0.85
    assert worse.value < 0.1
    assert better.value > usual.value > worse.value


@pytest.mark.parametrize("model", [None, SMOOTHED])
def test_the_more_there_was_to_count_the_surer_it_is(model: Model | None) -> None:
    few = score([steady(0.3, days=7), steady(0.15, days=7)], model)[0]
    many = score([steady(30, days=7), steady(15, days=7)], model)[0]

    assert few.value < many.value
    assert 0.3 < few.value < 0.6, "one of two that bring a few conversions a week often ties or loses by chance"
    assert many.high - many.low < few.high - few.low


def test_days_without_rows_are_days_without_spend_before_the_ad_set_began() -> None:
    young = steady(5, days=5)
    none = Day(0, 0, 0, 0)

    assert score([young, steady(2)]) == score([[*[none] * 9, *young], steady(2)])


def test_what_is_not_reported_yet_lowers_nobodys_score() -> None:
    """Conversions of the last days come late for all ad sets alike; one that began three days ago has nothing else."""
    told = [*[Day(1000, 2000, 40, 10)] * 11, Day(1000, 2000, 40, 7), Day(1000, 2000, 40, 5), Day(1000, 2000, 40, 3)]
    young = told[-3:]

    assert score([told, told, young])[2].value == pytest.approx(score([told, told, told])[2].value, abs=0.05)


def test_clicks_speak_where_there_are_few_conversions() -> None:
    clicked, ignored = score([steady(0.1, clicks=80), steady(0.1, clicks=20)])

    assert clicked.value > ignored.value


def test_clicks_are_not_believed_where_those_who_click_are_not_those_who_buy() -> None:
    others = [steady(6, clicks=15), steady(5, clicks=25), steady(1, clicks=120), steady(1.5, clicks=90)]
    clicked = score([*others, steady(3, clicks=110)])[4]
    not_clicked = score([*others, steady(3, clicks=20)])[4]

    assert clicked.value <= not_clicked.value + 0.02


@pytest.mark.parametrize(
    "campaign",
    [
        [steady(5)],
        [steady(0, spend=0, clicks=0), steady(0, spend=0, clicks=0)],
        [[], []],
        [steady(0, spend=0), steady(4)],
    ],
    ids=["one ad set", "no spend", "no rows", "the other one alone has spent"],
)
def test_nothing_is_said_where_there_is_nothing_to_compare(campaign: list[Arm]) -> None:
    for found in score(campaign):
        assert found.value == 0.5
        assert (found.low, found.high) == (0.05, 0.95)
        assert not found.enough


def test_a_campaign_that_has_brought_nothing_yet_is_not_called_bad() -> None:
    for found in score([steady(0), steady(0), steady(0)]):
        assert found.low < 0.1
        assert found.high > 0.6
        assert not found.enough


def test_no_ad_sets_have_no_scores() -> None:
    assert score([]) == []
    assert score_many([]) == []


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -1, 1e16])
def test_counts_that_cannot_be_are_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="count"):
        score([steady(1), [Day(1000, 100, 10, wrong)]])


def test_rows_that_are_no_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="15 daily rows"):
        score([steady(1, days=15)])
    with pytest.raises(ValueError, match="four numbers"):
        score([[(1, 2, 3)]])  # type: ignore[list-item]


days = st.builds(
    Day,
    st.integers(0, 10**9),
    st.integers(0, 10**7),
    st.integers(0, 10**6),
    st.integers(0, 10**5) | st.just(0),
)
campaigns = st.lists(st.lists(days, max_size=14), max_size=5)


@given(st.lists(campaigns, max_size=4))
def test_whatever_was_counted_scores_are_probabilities_and_do_not_depend_on_other_campaigns(
    every: list[list[Arm]],
) -> None:
    together = score_many(every)

    assert [len(found) for found in together] == [len(campaign) for campaign in every]
    for campaign, found in zip(every, together, strict=True):
        assert all(0 <= one.low <= one.value <= one.high <= 1 for one in found)
        alone = score(campaign)
        assert [one.value for one in alone] == pytest.approx([one.value for one in found], abs=1e-9)


@given(campaigns)
def test_another_currency_unit_changes_no_score(campaign: list[Arm]) -> None:
    in_cents = [[day._replace(spend_minor=day.spend_minor * 100) for day in arm] for arm in campaign]

    before, after = ([one.value for one in score(given)] for given in (campaign, in_cents))
    assert after == pytest.approx(before, abs=1e-6)
