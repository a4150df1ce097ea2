"""The split itself: sums to the unit, limits kept, and the next unit worth the same wherever it may go."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.funnel2 import Curves, allocate
from optimizer.funnel2.layout import Layout

amounts = st.integers(min_value=0, max_value=10**7)


@st.composite
def splits(draw: st.DrawFn) -> tuple[Curves, np.ndarray, np.ndarray, np.ndarray, Layout]:
    sizes = draw(st.lists(st.integers(1, 6), min_size=1, max_size=5))
    count = sum(sizes)
    low = np.array(draw(st.lists(amounts, min_size=count, max_size=count)))
    room = np.array(draw(st.lists(amounts, min_size=count, max_size=count)))
    rate = np.array(draw(st.lists(st.floats(1e-9, 1e3), min_size=count, max_size=count)))
    scale = np.array(draw(st.lists(st.floats(0.01, 1e6), min_size=count, max_size=count)))
    layout = Layout.over(sizes)
    share = draw(st.floats(-0.2, 1.2))
    totals = (layout.total(low) + share * layout.total(room)).astype(np.int64)
    return Curves(rate, scale), low, low + room, np.maximum(totals, 0), layout


@settings(max_examples=200, deadline=None)
@given(splits())
def test_whole_units_inside_the_limits_add_up_to_the_total_or_the_nearest_that_is_possible(
    split: tuple[Curves, np.ndarray, np.ndarray, np.ndarray, Layout],
) -> None:
    curves, low, high, totals, layout = split

    found = allocate(*split)

    possible = np.clip(totals, layout.total(low), layout.total(high))
    assert found.dtype == np.int64
    assert (low <= found).all()
    assert (found <= high).all()
    assert (layout.total(found) == possible).all()
    assert (found == allocate(curves, low, high, totals, layout)).all()


def test_slopes_are_equal_where_no_limit_is_met() -> None:
    curves = Curves(np.array([1.0, 2.0, 4.0]), np.array([1e4, 2e4, 3e4]))
    wide = np.zeros(3, np.int64), np.full(3, 10**9)

    found = allocate(curves, *wide, np.array([300_000]), Layout.over([3]))

    assert found.sum() == 300_000
    assert curves.slope(found) == pytest.approx(np.full(3, curves.slope(found)[0]), rel=1e-3)
    assert (np.diff(found) > 0).all()


def test_one_pool_never_takes_from_another() -> None:
    curves = Curves(np.array([1.0, 1.0, 100.0, 100.0]), np.full(4, 100.0))

    found = allocate(curves, np.zeros(4, np.int64), np.full(4, 10**6), np.array([1_000, 5]), Layout.over([2, 2]))

    assert found.tolist()[:2] == [500, 500]
    assert found[2:].sum() == 5
