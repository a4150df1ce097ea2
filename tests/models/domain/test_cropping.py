from hypothesis import given
from hypothesis import strategies as st

from models.domain.cropping import CLOSE_ENOUGH, SHAPES, WHOLE, crop_around
from models.domain.states import Ratio

SIDES = st.integers(200, 8_000)
PLACES = st.integers(0, WHOLE)


def test_without_a_focal_point_the_middle_is_kept() -> None:
    assert crop_around(2_000, 1_000, Ratio.SQUARE) == (2_500, 0, 7_500, 10_000)
    assert crop_around(1_000, 2_000, Ratio.SQUARE) == (0, 2_500, 10_000, 7_500)


def test_a_picture_that_has_the_ratio_is_not_cropped() -> None:
    assert crop_around(1_080, 1_350, Ratio.PORTRAIT) is None
    assert crop_around(1_200, 628, Ratio.LANDSCAPE, (0, 0)) is None


def test_the_focal_point_comes_as_near_to_the_middle_as_the_picture_reaches() -> None:
    assert crop_around(2_000, 1_000, Ratio.SQUARE, (4_000, 0)) == (1_500, 0, 6_500, 10_000)
    assert crop_around(2_000, 1_000, Ratio.SQUARE, (10_000, 5_000)) == (5_000, 0, 10_000, 10_000)
    assert crop_around(1_000, 2_000, Ratio.SQUARE, (10_000, 100)) == (0, 0, 10_000, 5_000)


@given(SIDES, SIDES, st.sampled_from(list(Ratio)), st.tuples(PLACES, PLACES))
def test_every_crop_lies_inside_holds_the_focal_point_and_has_the_ratio(
    width: int, height: int, ratio: Ratio, focal: tuple[int, int]
) -> None:
    crop = crop_around(width, height, ratio, focal)

    if crop is None:
        return
    left, top, right, bottom = crop
    assert 0 <= left <= focal[0] <= right <= WHOLE
    assert 0 <= top <= focal[1] <= bottom <= WHOLE
    shape = (right - left) * width / ((bottom - top) * height)
    # A ten-thousandth is the finest step: on a very long strip it is the larger part of what is kept.
    step = 1 / min(right - left, bottom - top)
    assert abs(shape / SHAPES[ratio] - 1) <= float(CLOSE_ENOUGH) + step
