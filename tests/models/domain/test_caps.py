"""How much may still be spent before the next check, and when that is too much."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.caps import AHEAD, CapReached, CapView, OwnerSpend, judge, warnings_due

NOON = datetime(2027, 1, 12, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
# 24,000 a day: at 175 % spread evenly, 1,750 an hour.
DAILY = OwnerSpend(daily=True, budget_minor=24_000)


def view(*owners: OwnerSpend, **changes: object) -> CapView:
    base = CapView(
        currency="USD",
        owners=owners or (DAILY,),
        total_minor=1_000_000,
        spent_minor=0,
        spent_today_minor=0,
        read_at=NOON,
        day_left=12 * HOUR,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("spent", "held"), [(996_500, False), (996_501, True), (1_000_000, True), (1_200_000, True)])
def test_a_total_that_the_next_two_hours_could_pass_holds_the_campaign_before(spent: int, held: bool) -> None:
    assert (judge(view(spent_minor=spent), NOON) is not None) is held


def test_the_reason_names_the_figures() -> None:
    verdict = judge(view(spent_minor=998_000), NOON)

    assert verdict is not None
    assert verdict.reached is CapReached.TOTAL
    assert verdict.reason == (
        "It has spent USD 9,980.00 of the approved total of USD 10,000.00, and may spend up to USD 35.00 more before "
        "the next check."
    )


def test_an_hour_that_was_faster_than_the_even_pace_is_what_is_reckoned_with() -> None:
    assert DAILY.at_most(timedelta(), AHEAD, 12 * HOUR) == 3_500
    assert replace(DAILY, fastest_hour_minor=5_000).at_most(timedelta(), AHEAD, 12 * HOUR) == 10_000


def test_no_more_is_reckoned_with_than_the_days_ceiling_leaves() -> None:
    nearly = replace(DAILY, spent_today_minor=41_000, fastest_hour_minor=20_000)

    assert nearly.at_most(timedelta(), AHEAD, 12 * HOUR) == 1_000
    assert nearly.at_most(timedelta(), AHEAD, 1 * HOUR) == 40_000, "after midnight a new day's ceiling holds"


@pytest.mark.parametrize(
    ("hours", "most"),
    [(1, 5_250), (2, 7_000), (3, 42_000), (6, 42_000), (12, 42_000 + 3_500), (36, 84_000 + 3_500)],
)
def test_stale_figures_count_as_if_every_ceiling_since_had_been_spent(hours: int, most: int) -> None:
    assert DAILY.at_most(hours * HOUR, AHEAD, 12 * HOUR) == most


def test_stale_figures_hold_a_campaign_that_fresh_ones_would_let_run_and_the_reason_says_so() -> None:
    nearly = view(spent_minor=960_000)

    assert judge(nearly, NOON + HOUR) is None
    verdict = judge(nearly, NOON + 6 * HOUR)
    assert verdict is not None
    assert "its figures are 6 hours old" in verdict.reason


def test_a_lifetime_budget_that_is_the_total_is_kept_by_the_platform_itself() -> None:
    life = OwnerSpend(daily=False, budget_minor=1_000_000, spent_minor=999_000, life=timedelta(days=14))

    assert judge(view(life, spent_minor=999_000), NOON + 20 * HOUR) is None
    assert judge(view(replace(life, spent_minor=1_000_000), spent_minor=1_000_000), NOON) is not None


def test_a_lifetime_budget_that_somebody_raised_above_the_total_is_not_trusted() -> None:
    raised = OwnerSpend(daily=False, budget_minor=1_200_000, spent_minor=995_000, life=timedelta(days=14))

    assert judge(view(raised, spent_minor=900_000), NOON) is None
    assert judge(view(raised, spent_minor=995_000), NOON) is not None


def test_a_day_holds_to_the_highest_day_that_was_approved() -> None:
    raised = replace(DAILY, budget_minor=60_000, spent_today_minor=36_000, fastest_hour_minor=3_500)
    today = view(raised, spent_today_minor=36_000, worst_day_minor=42_000)

    verdict = judge(today, NOON)

    assert verdict is not None
    assert verdict.reached is CapReached.DAY
    assert "the highest day that was approved is USD 420.00" in verdict.reason
    assert judge(replace(today, spent_today_minor=10_000), NOON) is None


def test_budgets_inside_the_approved_daily_cap_never_meet_the_days_limit() -> None:
    fast = replace(DAILY, spent_today_minor=41_999, fastest_hour_minor=20_000)

    assert judge(view(fast, spent_today_minor=41_999, worst_day_minor=42_000), NOON) is None


def test_an_approved_end_that_has_passed_holds_whatever_is_left() -> None:
    assert judge(view(ends_at=NOON + HOUR), NOON) is None

    verdict = judge(view(ends_at=NOON), NOON)
    assert verdict is not None
    assert (verdict.reached, verdict.reason) == (
        CapReached.END,
        "Its approved end, 12 January 2027 12:00 UTC, has passed.",
    )


@pytest.mark.parametrize(("spent", "shares"), [(0, []), (799_999, []), (800_000, [80]), (1_000_000, [80, 100])])
def test_people_are_warned_at_four_fifths_and_at_the_whole_of_a_total(spent: int, shares: list[int]) -> None:
    assert warnings_due(view(spent_minor=spent)) == shares


@given(
    budget=st.integers(0, 10**7),
    today=st.integers(0, 10**7),
    fastest=st.integers(0, 10**6),
    unknown=st.integers(0, 72),
    left=st.integers(1, 25),
)
def test_more_is_never_reckoned_with_than_the_ceilings_of_the_days_and_older_figures_never_allow_more(
    budget: int, today: int, fastest: int, unknown: int, left: int
) -> None:
    owner = OwnerSpend(daily=True, budget_minor=budget, spent_today_minor=today, fastest_hour_minor=fastest)

    most = owner.at_most(unknown * HOUR, AHEAD, left * HOUR)

    days = max(unknown + 2 - left, 0) // 24 + 1
    assert 0 <= most <= max(owner.ceiling_minor - today, 0) + days * owner.ceiling_minor
    assert most <= owner.at_most((unknown + 1) * HOUR, AHEAD, left * HOUR)
