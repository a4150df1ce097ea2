"""Which part of a picture is shown in a ratio that it does not have."""

from fractions import Fraction

from models.domain.states import Ratio

SHAPES = {
    Ratio.SQUARE: Fraction(1),
    Ratio.PORTRAIT: Fraction(4, 5),
    Ratio.VERTICAL: Fraction(9, 16),
    Ratio.LANDSCAPE: Fraction(191, 100),
}
# Below half a percent nobody sees the difference, and cropping would only cost sharpness.
CLOSE_ENOUGH = Fraction(1, 200)


def center_crop(width: int, height: int, ratio: Ratio) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom in ten-thousandths of the picture; None where it has that ratio already."""
    actual, wanted = Fraction(width, height), SHAPES[ratio]
    if abs(actual - wanted) <= wanted * CLOSE_ENOUGH:
        return None
    if actual > wanted:
        margin = round((1 - wanted / actual) * 10_000 / 2)
        return (margin, 0, 10_000 - margin, 10_000)
    margin = round((1 - actual / wanted) * 10_000 / 2)
    return (0, margin, 10_000, 10_000 - margin)
