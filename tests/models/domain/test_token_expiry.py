from datetime import UTC, datetime, timedelta

import pytest

from models.domain.token_expiry import warning_due

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "mark"),
    [
        (timedelta(days=15), None),
        (timedelta(days=14), 14),
        (timedelta(days=8), 14),
        (timedelta(days=7), 7),
        (timedelta(days=1, minutes=1), 7),
        (timedelta(days=1), 1),
        (timedelta(minutes=1), 1),
        (timedelta(0), None),
    ],
)
def test_the_last_mark_that_was_reached_is_told(left: timedelta, mark: int | None) -> None:
    assert warning_due(NOW + left, NOW) == mark


def test_what_never_ends_needs_no_warning() -> None:
    assert warning_due(None, NOW) is None
