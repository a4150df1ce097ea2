"""Which part of a picture is shown in a ratio that it does not have."""

from fractions import Fraction

from models.domain.states import Ratio

SHAPES = {
    Ratio.SQUARE: Fraction(1),
    Ratio.PORTRAIT: Fraction(4, 5),
    Ratio.VERTICAL: Fraction(9, 16),
    Ratio.LANDSCAPE: Fraction(191, 100),
}
WHOLE = 10_000
# Below half a percent nobody sees the difference, and cropping would only cost sharpness.
CLOSE_ENOUGH = Fraction(1, 200)


def crop_around(
    width: int, height: int, ratio: Ratio, focal: tuple[int, int] = (WHOLE // 2, WHOLE // 2)
) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of the largest part in that ratio with `focal` (x, y) as near its middle as it can be.

    All in ten-thousandths of the picture as people see it (turned as its EXIF says); None where it has the ratio.
    """
    actual, wanted = Fraction(width, height), SHAPES[ratio]
    if abs(actual - wanted) <= wanted * CLOSE_ENOUGH:
        return None
    if actual > wanted:
        left, right = _span(wanted / actual, focal[0])
        return (left, 0, right, WHOLE)
    top, bottom = _span(actual / wanted, focal[1])
    return (0, top, WHOLE, bottom)


def _span(share: Fraction, middle: int) -> tuple[int, int]:
    margin = round((1 - share) * WHOLE / 2)
    start = min(max(middle - (WHOLE // 2 - margin), 0), 2 * margin)
    return start, start + WHOLE - 2 * margin
