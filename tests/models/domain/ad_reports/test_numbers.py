"""Numbers in all the ways in which spreadsheets write them."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.ad_reports.numbers import DecimalMark, NotANumber, decided, mark_of, number, whole_number

POINT, COMMA = DecimalMark.POINT, DecimalMark.COMMA
NARROW = "\N{NARROW NO-BREAK SPACE}"
THOUSANDS = {POINT: (",", " ", "\N{NO-BREAK SPACE}", NARROW, "'", ""), COMMA: (".", " ", NARROW, "'", "")}


@given(
    st.decimals(min_value=0, max_value=10**12, places=2),
    st.sampled_from([(mark, group) for mark, groups in THOUSANDS.items() for group in groups]),
    st.sampled_from(["{}", "$ {}", "{} €", "USD {}", " {} "]),
)
def test_whatever_is_written_is_read_back(value: Decimal, style: tuple[DecimalMark, str], dress: str) -> None:
    mark, group = style
    written = f"{value:,.2f}".replace(".", "#").replace(",", group).replace("#", mark)

    assert number(dress.format(written), mark) == value
    assert mark_of(dress.format(written), whole=False) == mark


@given(st.text(max_size=12))
def test_any_text_is_a_number_nothing_or_refused(cell: str) -> None:
    for mark in DecimalMark:
        with suppress(NotANumber):
            assert (number(cell, mark) or 0) >= 0


@pytest.mark.parametrize("cell", ["", " ", "-", "—", "n/a", "N/A"])
def test_a_dash_is_no_figure(cell: str) -> None:
    assert number(cell, POINT) is None


@pytest.mark.parametrize(
    ("cell", "mark", "value"),
    [("1,23,45,678.50", POINT, "12345678.50"), ("1'234.5", POINT, "1234.5"), ("1.429999948", POINT, "1.429999948")],
)
def test_lakhs_apostrophes_and_long_fractions_are_read(cell: str, mark: DecimalMark, value: str) -> None:
    assert number(cell, mark) == Decimal(value)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("1.2E+05", "shortened"),
        ("-3", "below zero"),
        ("12,34,5", "no number"),
        ("1.234.5", "no number"),
        ("5 %", "no number"),
        ("٣", "no number"),
        ("9" * 20, "larger"),
    ],
)
def test_what_is_no_figure_is_refused_with_the_reason(cell: str, words: str) -> None:
    with pytest.raises(NotANumber, match=words):
        number(cell, POINT)


def test_people_come_whole() -> None:
    assert whole_number("1,204", POINT) == 1_204
    assert whole_number("12.0", POINT) == 12
    with pytest.raises(NotANumber, match="whole"):
        whole_number("12.5", POINT)


@pytest.mark.parametrize(
    ("cell", "whole", "mark"),
    [
        ("1,234.50", False, POINT),
        ("1.234,50", False, COMMA),
        ("12,5", False, COMMA),
        ("1.234.567", False, COMMA),
        ("0,123", False, COMMA),
        ("1,234", False, None),
        ("1,234", True, POINT),
        ("1.234", True, COMMA),
        ("1234", True, None),
        ("Summer", True, None),
    ],
)
def test_a_cell_tells_its_decimal_mark_or_keeps_silent(cell: str, whole: bool, mark: DecimalMark | None) -> None:
    assert mark_of(cell, whole=whole) == mark


def test_cells_that_contradict_each_other_decide_nothing() -> None:
    assert decided([None, COMMA, None, COMMA]) is COMMA
    assert decided([COMMA, POINT]) is None
    assert decided([None]) is None
