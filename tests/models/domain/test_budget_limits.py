"""How far a budget may be moved, and how raises are paid for by cuts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.budget_limits import BudgetLimits, allowed_range, is_first_move, largest_step, objection
from models.domain.financing import Raise, affordable

amounts = st.integers(min_value=0, max_value=10**9)
points = st.integers(min_value=0, max_value=10_000)
units = st.sampled_from([1, 100])
NOW = datetime(2026, 9, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (8_000, None),
        (12_000, None),
        (7_999, "USD 79.99 is below USD 80.00, the approved step within 24 hours."),
        (12_001, "USD 120.01 is above USD 120.00, the approved step within 24 hours."),
    ],
)
def test_a_step_is_a_share_of_the_value_a_day_ago(amount: int, words: str | None) -> None:
    limits = BudgetLimits(max_step=2_000, max_week=5_000, floor_minor=1, ceiling_minor=30_000)

    assert objection(amount, allowed_range(limits, day_ago_minor=10_000, week_ago_minor=10_000), "USD") == words


def test_the_tightest_limit_binds_and_is_named() -> None:
    limits = BudgetLimits(max_step=2_000, max_week=5_000, floor_minor=8_500, ceiling_minor=11_000)

    near = allowed_range(limits, day_ago_minor=10_000, week_ago_minor=10_000)
    far = allowed_range(limits, day_ago_minor=10_000, week_ago_minor=7_000)

    assert (near.low_minor, near.low_by, near.high_minor, near.high_by) == (8_500, "floor", 11_000, "ceiling")
    assert (far.high_minor, far.high_by) == (10_500, "week")


@pytest.mark.parametrize(
    ("age", "edited", "step"),
    [
        (timedelta(hours=1), None, 4_000),
        (timedelta(hours=47, minutes=59), None, 4_000),
        (timedelta(hours=48), None, 2_000),
        (timedelta(hours=30), NOW - timedelta(hours=26), 2_000),
        (None, None, 2_000),
    ],
)
def test_the_first_move_of_two_days_may_be_larger_once(
    age: timedelta | None, edited: datetime | None, step: int
) -> None:
    started = None if age is None else NOW - age

    assert largest_step(2_000, 4_000, first=is_first_move(started, edited, NOW)) == step


@pytest.mark.parametrize("approved", [None, 0, 1_000])
def test_a_first_step_takes_nothing_from_the_ordinary_one(approved: int | None) -> None:
    assert largest_step(2_000, approved, first=True) == 2_000


def test_where_limits_exclude_each_other_nothing_is_allowed() -> None:
    limits = BudgetLimits(max_step=1_000, max_week=1_000, floor_minor=1, ceiling_minor=10**9)
    none = allowed_range(limits, day_ago_minor=20_000, week_ago_minor=10_000)

    assert all(amount not in none for amount in (10_000, 11_000, 15_000, 18_000, 20_000))


@given(amounts, amounts, points, points, units)
def test_limits_are_whole_units_and_never_wider_than_approved(
    day_ago: int, week_ago: int, step: int, week: int, unit: int
) -> None:
    limits = BudgetLimits(step, week, floor_minor=0, ceiling_minor=10**9, unit_minor=unit)
    allowed = allowed_range(limits, day_ago_minor=day_ago, week_ago_minor=week_ago)

    assert allowed.low_minor % unit == allowed.high_minor % unit == 0
    for bound in (allowed.low_minor, allowed.high_minor):
        if bound in allowed:
            assert abs(bound - day_ago) * 10_000 <= day_ago * step
            assert abs(bound - week_ago) * 10_000 <= week_ago * week


@given(st.lists(st.tuples(st.integers(1, 1_000), st.floats(0, 10)), max_size=8), st.integers(0, 5_000), units)
def test_raises_never_take_more_than_the_cuts_freed(wanted: list[tuple[int, float]], shortfall: int, unit: int) -> None:
    raises = [Raise(units * unit, gain) for units, gain in wanted]
    short = min(shortfall * unit, sum(one.by_minor for one in raises))

    granted = affordable(raises, short, unit)

    assert sum(granted) <= sum(one.by_minor for one in raises) - short
    assert all(0 <= part <= one.by_minor and part % unit == 0 for part, one in zip(granted, raises, strict=True))
    assert short or granted == [one.by_minor for one in raises]


def test_the_raise_that_gains_most_is_paid_for_first() -> None:
    assert affordable([Raise(500, 1.0), Raise(500, 3.0), Raise(500, 2.0)], 700, 100) == [0, 500, 300]
