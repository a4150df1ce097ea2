"""The first split of a campaign's money: exact, bounded, and bent by the past only as far as that carries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.initial_split import Owner, Pool, initial_split
from optimizer.similar import Kind, PastAdSet, PastDay

COLD, WARM = Kind("prospecting", "en"), Kind("retargeting", "en")


def past_of(cold: int, warm: int, *, campaigns: int = 4, days: int = 10) -> list[PastAdSet]:
    """Campaigns whose two ad sets spend alike and bring so many results a day."""
    return [
        PastAdSet(str(number), [PastDay(5_000, 4_000, 60, results)] * days, kind.stage, kind.language)
        for number in range(campaigns)
        for kind, results in ((COLD, cold), (WARM, warm))
    ]


def owners(*shares: int) -> list[Owner]:
    kinds = [COLD, WARM, COLD, WARM]
    return [Owner(f"o{place}", f"Ad set {place}", kinds[place], share) for place, share in enumerate(shares)]


def amounts(pool: Pool, asked: list[Owner], past: list[PastAdSet]) -> list[int]:
    return [part.amount_minor for part in initial_split(pool, asked, past)]


def test_without_a_past_the_strategys_shares_stand() -> None:
    parts = initial_split(Pool(10_000, 100, "USD"), owners(6_000, 4_000), [])

    assert [part.amount_minor for part in parts] == [6_000, 4_000]
    assert "its share of the strategy" in parts[0].words


def test_money_goes_to_what_brought_more_and_the_words_say_so() -> None:
    parts = initial_split(Pool(10_000, 100, "USD"), owners(5_000, 5_000), past_of(2, 6))

    assert parts[1].amount_minor > 5_500
    assert "more results for the same money" in parts[1].words
    assert "fewer results" in parts[0].words


def test_little_evidence_moves_little() -> None:
    pool, asked = Pool(10_000, 100, "USD"), owners(5_000, 5_000)

    little = amounts(pool, asked, past_of(2, 6, campaigns=2, days=4))
    much = amounts(pool, asked, past_of(2, 6, campaigns=8, days=20))

    assert 5_000 < little[1] < much[1] <= 8_000


def test_one_campaign_is_no_past_to_split_by() -> None:
    assert amounts(Pool(10_000, 100, "USD"), owners(5_000, 5_000), past_of(1, 20, campaigns=1)) == [5_000, 5_000]


def test_each_gets_enough_to_learn_where_the_pool_allows_it() -> None:
    asked = owners(9_000, 1_000)

    assert amounts(Pool(10_000, 100, "USD", learning_minor=3_000), asked, []) == [7_000, 3_000]
    assert amounts(Pool(10_000, 100, "USD", learning_minor=6_000), asked, []) == [9_000, 1_000]


def test_a_pool_that_cannot_carry_the_floors_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be split"):
        initial_split(Pool(100, 60, "USD"), owners(1, 1), [])


@given(
    st.integers(100, 10**9),
    st.lists(st.integers(1, 10_000), min_size=1, max_size=4),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_whatever_the_past_parts_add_up_and_stay_above_the_floor(
    pool: int, shares: list[int], cold: int, warm: int
) -> None:
    found = amounts(Pool(pool, 25, "JPY"), owners(*shares), past_of(cold, warm))

    assert sum(found) == pool
    assert min(found) >= 25
