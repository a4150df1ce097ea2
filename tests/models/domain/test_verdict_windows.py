"""The days that tell what a move did."""

from datetime import date, timedelta

import pytest

from models.domain.verdict_windows import Cut, Event, Window, window_of

MOVED = date(2026, 11, 12)
LONG_AGO = date(2026, 9, 1)


def day(number: int) -> date:
    return MOVED + timedelta(days=number)


def window(*events: Event, ran_from: date = LONG_AGO) -> Window:
    return window_of((MOVED, MOVED), ran_from, events)


def test_each_day_after_the_move_stands_beside_the_same_weekday_before_it() -> None:
    found = window()

    assert [after for _, after in found.pairs] == [day(number) for number in range(1, 7)]
    assert all(before.weekday() == after.weekday() and before < MOVED for before, after in found.pairs)
    assert (found.cut, found.last_day) == (None, day(6))


def test_another_move_shortens_the_window_as_long_as_three_days_are_left() -> None:
    assert window(Event(day(4), Cut.MOVED_AGAIN)).last_day == day(3)
    assert window(Event(day(-4), Cut.MOVED_AGAIN)).pairs == [(day(number - 7), day(number)) for number in (4, 5, 6)]


@pytest.mark.parametrize("what", [Cut.MOVED_AGAIN, Cut.TAKEN_BACK, Cut.CHANGED])
@pytest.mark.parametrize("number", [0, 1, 3])
def test_what_comes_too_soon_after_it_is_the_reason_why_it_is_not_judged(number: int, what: Cut) -> None:
    assert window(Event(day(number), what)).cut is what


def test_a_move_shortly_before_keeps_it_from_being_judged_too() -> None:
    assert window(Event(day(-2), Cut.MOVED_AGAIN)).cut is Cut.MOVED_AGAIN


def test_a_campaign_that_has_just_begun_has_nothing_to_compare_with() -> None:
    assert window(ran_from=day(-2)).cut is Cut.TOO_YOUNG
    assert window(ran_from=day(-3)).cut is None


def test_events_further_away_do_not_matter() -> None:
    assert window(Event(day(-7), Cut.CHANGED), Event(day(7), Cut.CHANGED)) == window()


def test_budgets_that_were_changed_over_midnight_leave_both_days_out() -> None:
    found = window_of((MOVED, day(1)), LONG_AGO, [])

    assert [after for _, after in found.pairs] == [day(number) for number in range(2, 7)]
    assert all(before < MOVED for before, _ in found.pairs)
