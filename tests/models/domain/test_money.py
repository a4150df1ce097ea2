import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain.money import in_words, split_above, split_exactly

amounts = st.integers(min_value=0, max_value=10**13)
weights = st.lists(st.integers(min_value=0, max_value=10_000), min_size=1, max_size=70).filter(any)


@settings(max_examples=60, deadline=None)
@given(amounts, weights)
def test_a_split_adds_up_exactly_and_nobody_is_off_by_more_than_one(total: int, shares: list[int]) -> None:
    parts = split_exactly(total, shares)

    assert sum(parts) == total
    assert all(abs(part * sum(shares) - total * share) < sum(shares) for part, share in zip(parts, shares, strict=True))


@settings(max_examples=60, deadline=None)
@given(amounts, weights, st.integers(min_value=0, max_value=10**6))
def test_no_part_falls_below_the_floor_or_it_refuses(total: int, shares: list[int], floor: int) -> None:
    if total < floor * len(shares):
        with pytest.raises(ValueError, match="cannot be split"):
            split_above(total, shares, floor)
        return

    parts = split_above(total, shares, floor)

    assert sum(parts) == total
    assert min(parts) >= floor


def test_equal_weights_give_equal_parts_and_the_odd_units_go_to_the_first() -> None:
    assert split_exactly(100, [1, 1, 1]) == [34, 33, 33]


def test_no_weight_at_all_is_an_error() -> None:
    with pytest.raises(ValueError, match="above"):
        split_exactly(100, [0, 0])


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [(123_450, "SAR", "SAR 1,234.50"), (5_000, "JPY", "JPY 5,000"), (12_345, "KWD", "KWD 12.345")],
)
def test_amounts_are_read_with_the_decimals_of_their_currency(minor: int, currency: str, words: str) -> None:
    assert in_words(minor, currency) == words
