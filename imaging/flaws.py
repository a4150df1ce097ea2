"""What is wrong with a composed picture; the last look before anyone sees it."""

from itertools import combinations

from imaging.composed import Box, Composed, Part, PlacedText
from imaging.zones import MINIMUM_CONTRAST, SIZES, minimum_px, safe_zone
from models.domain.states import Ratio


def flaws(composed: Composed, ratio: Ratio) -> list[str]:
    """For a marketer: parts outside the safe zone or over each other, texts too small or too pale, or a wrong size."""
    found = []
    if (composed.width, composed.height) != SIZES[ratio]:
        wanted = "x".join(map(str, SIZES[ratio]))
        found.append(f"The picture measures {composed.width}x{composed.height} instead of {wanted} for {ratio}.")
    for placed in composed.texts:
        found += _flaws_of(placed, ratio)
    for one, other in combinations(composed.texts, 2):
        if _meet(one.box, other.box):
            found.append(f"The {one.part} and the {other.part} lie over each other in {ratio}.")
    return found


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _flaws_of(placed: PlacedText, ratio: Ratio) -> list[str]:
    zone, box, found = safe_zone(ratio), placed.box, []
    if box[0] < zone[0] or box[1] < zone[1] or box[2] > zone[2] or box[3] > zone[3]:
        found.append(f"The {placed.part} reaches out of the part of {ratio} that is always visible.")
    if placed.part is Part.LOGO:
        return found
    if placed.font_px < minimum_px(placed.part, ratio):
        found.append(f"The {placed.part} is too small to be read on a phone in {ratio}.")
    if placed.contrast < MINIMUM_CONTRAST:
        found.append(f"The {placed.part} is hard to read on this picture in {ratio}; choose another picture or colour.")
    return found
