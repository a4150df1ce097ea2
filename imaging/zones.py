"""The sizes of finished pictures and the part of each that no platform covers with buttons and captions."""

from dataclasses import dataclass

from imaging.composed import Box, Part
from models.domain.states import Ratio

SIZES = {
    Ratio.SQUARE: (1080, 1080),
    Ratio.PORTRAIT: (1080, 1350),
    Ratio.VERTICAL: (1080, 1920),
    Ratio.LANDSCAPE: (1200, 628),
}
# Shares of the width: a phone shows every picture about 390 points wide, so this is a matter of width alone.
MINIMUM = {Part.HEADLINE: 0.042, Part.PRICE: 0.034, Part.DISCLAIMER: 0.0222}
MINIMUM_CONTRAST = 4.5


@dataclass(frozen=True, slots=True)
class Margins:
    """Shares of the height at top and bottom, and of the width at the sides."""

    top: float
    bottom: float
    sides: float


# 9:16 is shown as a story and as a reel; each bound is the stricter of the two (2026-11).
_MARGINS = {
    Ratio.SQUARE: Margins(0.05, 0.05, 0.05),
    Ratio.PORTRAIT: Margins(0.045, 0.045, 0.05),
    Ratio.VERTICAL: Margins(0.14, 0.35, 0.06),
    Ratio.LANDSCAPE: Margins(0.07, 0.07, 0.045),
}


def safe_zone(ratio: Ratio) -> Box:
    (width, height), margins = SIZES[ratio], _MARGINS[ratio]
    side, top = round(width * margins.sides), round(height * margins.top)
    # Rounded inwards: a pixel under a button is a pixel lost.
    return side, top + 1, width - side, int(height * (1 - margins.bottom))


def minimum_px(part: Part, ratio: Ratio) -> int:
    """The smallest em of a text that people can still read on a phone."""
    return round(MINIMUM[part] * SIZES[ratio][0])
