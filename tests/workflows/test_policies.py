"""How long one thing may keep another waiting."""

from datetime import timedelta

from workflows import policies


def test_a_look_at_the_reviews_keeps_a_pause_waiting_for_a_minute_at_most() -> None:
    """Everything else in a campaign's loop is work that somebody asked for; a look is not."""
    assert policies.LOOK["schedule_to_close_timeout"] <= timedelta(minutes=1)
