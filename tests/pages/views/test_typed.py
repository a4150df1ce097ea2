from datetime import UTC, datetime

import pytest

from api.pages.views.typed import Typed, decimal_text, local_text


def typed(text: str) -> Typed:
    return Typed({"field": [text]})


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("900", "SAR", 90_000), ("1,250.50", "USD", 125_050), ("12000", "JPY", 12_000), ("3.125", "KWD", 3_125)],
)
def test_amounts_become_minor_units_of_their_currency(text: str, currency: str, minor: int) -> None:
    assert typed(text).minor("field", currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "words"),
    [
        ("nine hundred", "SAR", "in figures"),
        ("12.50", "JPY", "JPY has 0 decimals"),
        ("-5", "SAR", "out of range"),
        ("1e99", "SAR", "out of range"),
    ],
)
def test_an_amount_that_cannot_be_is_refused_with_words(text: str, currency: str, words: str) -> None:
    form = typed(text)

    assert form.minor("field", currency) is None
    assert words in form.mistake("field")


def test_a_local_time_is_on_the_clock_of_its_zone() -> None:
    form = typed("2026-11-23T09:00")

    instant = form.instant("field", "Asia/Riyadh")

    assert instant == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    assert local_text(instant, "Asia/Riyadh") == "2026-11-23T09:00"


def test_an_empty_field_is_no_mistake() -> None:
    form = typed("")

    assert (form.minor("field", "SAR"), form.number("field"), form.instant("field", "UTC")) == (None, None, None)
    assert form.mistakes == {}


def test_amounts_are_shown_with_the_decimals_of_their_currency() -> None:
    assert decimal_text(90_050, "SAR") == "900.50"
    assert decimal_text(12_000, "JPY") == "12000"
