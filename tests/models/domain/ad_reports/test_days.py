"""Days in the usual forms; where day and month could be either, nobody guesses."""

from datetime import date

import pytest

from models.domain.ad_reports.days import DayOrder, NotADay, day, decided, is_ambiguous, order_of

DAY_FIRST, MONTH_FIRST = DayOrder.DAY_FIRST, DayOrder.MONTH_FIRST


@pytest.mark.parametrize(
    "cell",
    [
        "2026-05-04",
        "2026/5/4",
        "4.5.2026",
        "04.05.26",
        "May 4, 2026",
        "4 May 2026",
        "04-May-2026",
        " 2026-05-04 00:00:00 ",
        "2026-05-04T00:00:00+0300",
    ],
)
def test_one_day_is_the_same_in_every_clear_form(cell: str) -> None:
    assert day(cell, None) == date(2026, 5, 4)
    assert not is_ambiguous(cell)


def test_slashes_are_read_in_the_order_that_was_said() -> None:
    assert day("4/5/2026", DAY_FIRST) == date(2026, 5, 4)
    assert day("4/5/2026", MONTH_FIRST) == date(2026, 4, 5)
    assert is_ambiguous("4/5/2026")
    with pytest.raises(NotADay, match="comes first"):
        day("4/5/2026", None)


def test_a_day_above_twelve_tells_the_order() -> None:
    assert order_of("13/05/2026") is DAY_FIRST
    assert order_of("05-13-2026") is MONTH_FIRST
    assert order_of("05/05/2026") is None
    assert day("05/05/2026", None) == date(2026, 5, 5)
    assert decided([None, DAY_FIRST]) is DAY_FIRST
    assert decided([DAY_FIRST, MONTH_FIRST]) is None


@pytest.mark.parametrize("cell", ["", "Monday", "2026-02-30", "31/31/2026", "2026-05-04 13:00", "May 2026", "12345"])
def test_what_is_no_day_is_refused_with_advice(cell: str) -> None:
    with pytest.raises(NotADay, match="2026-05-31"):
        day(cell, DAY_FIRST)
