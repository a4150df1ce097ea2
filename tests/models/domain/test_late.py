from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain.late import LateStop, apply_if_late
from models.domain.schedule import Entry, EntryKind, IfLate, Schedule
from tests.models.domain.examples import shop_schedule
from tests.models.domain.test_hashing import changed

PLANNED = shop_schedule()
assert PLANNED.end is not None
STEP = Entry(key="up", kind=EntryKind.BUDGET_STEP, at=PLANNED.start + timedelta(days=1), amount_minor=70_000)
PAST_PART = Entry(
    key="part", kind=EntryKind.FLIGHT, at=PLANNED.start, until=PLANNED.start + timedelta(days=1), target="broad__ar"
)
TWO_DAYS_LATE = PLANNED.start + timedelta(days=2, minutes=10)


def late(policy: IfLate, at: datetime = TWO_DAYS_LATE) -> Schedule | LateStop:
    return apply_if_late(changed(changed(PLANNED, "if_late", policy), "entries", [STEP, PAST_PART]), at)


def schedule(result: Schedule | LateStop) -> Schedule:
    assert isinstance(result, Schedule)
    return result


@pytest.mark.parametrize("policy", IfLate)
def test_in_time_nothing_moves(policy: IfLate) -> None:
    assert schedule(late(policy, PLANNED.start)).start == PLANNED.start


@settings(max_examples=30, deadline=None)
@given(st.integers(min_value=1, max_value=90 * 24 * 60))
def test_shifting_keeps_the_length_the_split_and_the_distance_of_every_entry(minutes: int) -> None:
    shifted = schedule(late(IfLate.SHIFT, PLANNED.start + timedelta(minutes=minutes)))

    assert PLANNED.end is not None
    assert shifted.end is not None
    assert shifted.end - shifted.start == PLANNED.end - PLANNED.start
    assert shifted.start >= PLANNED.start + timedelta(minutes=minutes)
    assert shifted.split == PLANNED.split
    assert shifted.entries[0].at == shifted.start + timedelta(days=1)


def test_shortening_keeps_the_end_and_the_money() -> None:
    shortened = schedule(late(IfLate.SHORTEN))

    assert shortened.start == TWO_DAYS_LATE
    assert (shortened.end, shortened.total_cap_minor) == (PLANNED.end, PLANNED.total_cap_minor)


def test_shortening_catches_up_on_planned_steps_and_drops_what_is_wholly_past() -> None:
    shortened = schedule(late(IfLate.SHORTEN))

    assert [(entry.key, entry.at) for entry in shortened.entries] == [("up", shortened.start)]


def test_stopping_says_what_to_do() -> None:
    stopped = late(IfLate.STOP)

    assert isinstance(stopped, LateStop)
    assert "new start" in stopped.reason


def test_a_flight_that_is_wholly_past_cannot_be_shortened() -> None:
    assert isinstance(late(IfLate.SHORTEN, datetime(2026, 12, 1, tzinfo=UTC)), LateStop)


def test_without_an_end_shortening_only_moves_the_start() -> None:
    open_ended = changed(changed(PLANNED, "if_late", IfLate.SHORTEN), "end", None)

    assert schedule(apply_if_late(open_ended, TWO_DAYS_LATE)).end is None
