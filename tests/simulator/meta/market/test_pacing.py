"""Whole amounts: what is divided sums up to the last unit, and what is limited never passes its limit."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.meta.market.curves import BENDS, Family, response, spend_at_slope
from simulator.meta.market.pacing import fit, split

ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10**12), st.floats(0.01, 1)), min_size=1, max_size=20)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS)
def test_an_amount_is_divided_to_the_last_unit(rows: list[tuple[int, int, float]]) -> None:
    owner = np.array([row[0] for row in rows])
    weight = np.array([row[2] for row in rows])
    shares = weight / np.bincount(owner, weight)[owner]
    amounts = np.zeros(4, np.int64)
    amounts[owner] = [row[1] for row in rows]

    parts = split(amounts, owner, shares)

    assert (parts >= 0).all()
    assert [int(parts[owner == each].sum()) for each in range(4)] == amounts.tolist()


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, limits=st.lists(st.integers(0, 10**12), min_size=4, max_size=4))
def test_no_group_passes_its_limit_and_none_within_it_is_touched(
    rows: list[tuple[int, int, float]], limits: list[int]
) -> None:
    groups = np.array([row[0] for row in rows])
    amounts = np.array([row[1] for row in rows], np.int64)

    fitted = fit(amounts, groups, np.array(limits))

    for group, limit in enumerate(limits):
        before, after = amounts[groups == group], fitted[groups == group]
        assert after.sum() <= limit
        if before.sum() <= limit:
            assert (after == before).all()


@settings(max_examples=60, deadline=None)
@given(family=st.sampled_from(Family), place=st.floats(0, 1), u=st.floats(0.05, 6))
def test_every_curve_is_concave_and_its_slope_can_be_inverted(family: Family, place: float, u: float) -> None:
    low, high = BENDS[family]
    families, bend = np.array([family], np.uint8), np.array([low + place * (high - low)])

    def at(spend: float) -> float:
        return float(response(families, bend, np.array([spend]))[0])

    slope = (at(u * 1.0001) - at(u * 0.9999)) / (u * 0.0002)

    assert abs(at(0)) < 1e-12
    assert abs(at(1) - 1) < 1e-12
    assert at(u) >= (at(0.5 * u) + at(1.5 * u)) / 2
    assert abs(spend_at_slope(families, bend, np.array([slope]))[0] - u) < 1e-3 * u
