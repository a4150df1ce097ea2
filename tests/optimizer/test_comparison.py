"""The comparison with an equal split, against a world whose truth is known."""

import pytest

from optimizer.comparison import Comparison, Enough, OwnerHistory, compare


def history(key: str, spend: int, conversions: int, days: int = 14) -> OwnerHistory:
    """The conversions as evenly over the days as whole numbers allow."""
    each, rest = divmod(conversions, days)
    return OwnerHistory(key, [spend] * days, [each + (day < rest) for day in range(days)])


def test_money_on_the_better_one_is_clearly_more_than_an_equal_split() -> None:
    found = compare([history("good", 5_000, 200), history("poor", 1_000, 20)])

    assert found.equal_split is not None
    assert found.equal_split_low is not None
    assert found.equal_split_high is not None
    assert found.equal_split_low < found.equal_split < found.equal_split_high < found.conversions == 220
    assert found.clear


def test_money_on_the_worse_one_is_clearly_less() -> None:
    found = compare([history("good", 1_000, 200), history("poor", 5_000, 60)])

    assert found.equal_split_low is not None
    assert found.equal_split_low > found.conversions
    assert found.clear


def test_few_conversions_leave_it_open() -> None:
    found = compare([history("a", 3_000, 18), history("b", 1_500, 7)])

    assert found.enough is Enough.YES
    assert not found.clear


@pytest.mark.parametrize("power", [0.55, 0.75, 0.95])
def test_the_interval_holds_the_truth_of_any_response_that_it_assumes(power: float) -> None:
    strengths, spend = (4.0, 1.5, 1.0), (6_000, 2_000, 1_000)
    real = [
        round(14 * strength * amount**power / 6_000**power * 40)
        for strength, amount in zip(strengths, spend, strict=True)
    ]
    truth = sum(14 * strength * 3_000**power / 6_000**power * 40 for strength in strengths)

    found = compare([history(str(place), amount, real[place]) for place, amount in enumerate(spend)])

    assert found.equal_split_low is not None
    assert found.equal_split_high is not None
    assert found.equal_split_low <= truth <= found.equal_split_high


def test_days_are_compared_one_by_one_so_that_growth_is_not_taken_for_a_better_split() -> None:
    same = [
        OwnerHistory("a", [100, 200, 400, 800], [2, 4, 8, 16]),
        OwnerHistory("b", [100, 200, 400, 700], [2, 4, 8, 14]),
    ]

    found = compare(same)

    assert found.equal_split == pytest.approx(58, rel=0.02)
    assert not found.clear


@pytest.mark.parametrize(
    ("owners", "why"),
    [
        ([], Enough.ONE_OWNER),
        ([history("a", 1_000, 90)], Enough.ONE_OWNER),
        ([history("a", 1_000, 90), history("b", 0, 0)], Enough.ONE_OWNER),
        ([history("a", 3_000, 90, 2), history("b", 1_000, 9, 2)], Enough.TOO_FEW_DAYS),
        ([history("a", 3_000, 12), history("b", 1_000, 4)], Enough.TOO_FEW_CONVERSIONS),
        ([history("a", 1_000, 90), history("b", 1_000, 9)], Enough.SPLIT_EQUALLY),
    ],
)
def test_where_too_little_is_known_it_says_why_and_gives_no_number(owners: list[OwnerHistory], why: Enough) -> None:
    found = compare(owners)

    assert found.enough is why
    assert (found.equal_split, found.clear) == (None, False)


def test_the_same_figures_give_the_same_answer() -> None:
    def once() -> Comparison:
        return compare([history("a", 3_000, 50), history("b", 1_000, 9)])

    assert once() == once()


def test_days_that_vary_wildly_make_the_range_wider() -> None:
    steady = [OwnerHistory("a", [3_000] * 10, [10] * 10), OwnerHistory("b", [1_000] * 10, [2] * 10)]
    wild = [OwnerHistory("a", [3_000] * 10, [0, 20] * 5), OwnerHistory("b", [1_000] * 10, [0, 4] * 5)]

    def width(found: Comparison) -> float:
        assert found.equal_split_low is not None
        assert found.equal_split_high is not None
        return found.equal_split_high - found.equal_split_low

    assert width(compare(wild)) > 1.5 * width(compare(steady))
