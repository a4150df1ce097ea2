"""Finds the size and the lines in which a text fits its place, or says what to shorten."""

from collections.abc import Sequence
from dataclasses import dataclass

from babel import Locale

from imaging import breaking
from imaging.composed import CannotCompose, Layers, Part
from imaging.fonts import NoFont, drawable
from imaging.lettering import Block, Setting
from imaging.zones import SIZES, minimum_px
from models.domain.states import Ratio

_WEIGHT = {Part.HEADLINE: 800, Part.PRICE: 800, Part.DISCLAIMER: 600}
_STEP = 0.96


@dataclass(frozen=True, slots=True)
class Place:
    """The room of one text in one ratio; pixels. It shrinks from `largest` to the smallest readable size."""

    part: Part
    ratio: Ratio
    largest: int
    lines: int
    width: int
    height: int


def fitted(text: str, language: str, places: Sequence[Place]) -> Block:
    """In the first place in which it fits. Raises CannotCompose where it fits into none at the smallest size."""
    setting = Setting(text, language, _WEIGHT[places[0].part])
    for finest in (False, True):
        spans = breaking.pieces(text, language, finest=finest)
        for place in places:
            if block := _largest(setting, spans, place):
                return block
    raise CannotCompose(_too_long(setting, places[-1]))


def _largest(setting: Setting, spans: list[breaking.Span], place: Place) -> Block | None:
    smallest, px = minimum_px(place.part, place.ratio), place.largest
    while px >= smallest:
        lines = breaking.balanced(spans, setting.width, place.width / px)
        if lines and len(lines) <= place.lines:
            block = Block(tuple(setting.line(*span) for span in lines), px)
            if block.height <= place.height:
                return block
        px = smallest if smallest < px < smallest / _STEP else int(px * _STEP)
    return None


def printable(layers: Layers, part: Part) -> tuple[str, list[str]]:
    """The text of a part as it can be drawn, and warnings of what was left out of it.

    Raises CannotCompose for a writing without a font, and for a price that would lose a sign.
    """
    text = {Part.HEADLINE: layers.headline, Part.PRICE: layers.price, Part.DISCLAIMER: layers.disclaimer}[part]
    try:
        clean, left_out = drawable(text, layers.language)
    except NoFont as error:
        language = Locale.parse(layers.language, sep="-").get_display_name("en")
        script = Locale("en").scripts.get(error.script, error.script)
        raise CannotCompose(
            f"The {part} ({language}) has {script} letters, which cannot be drawn on pictures yet; "
            "write it in another script or upload pictures that have it already."
        ) from error
    if not left_out:
        return clean, []
    signs = " ".join(dict.fromkeys(left_out))
    if part is Part.PRICE:
        raise CannotCompose(f"The price has a sign that cannot be drawn ({signs}); write it in letters, such as SAR.")
    return clean, [f"{signs} cannot be drawn and was left out of the {part}."]


def _too_long(setting: Setting, place: Place) -> str:
    text, smallest = setting.text, minimum_px(place.part, place.ratio)
    line_height = Block((setting.line(0, len(text)),) * 2, smallest).leading
    room = place.width / smallest * min(place.lines, max(1, int(place.height / line_height)))
    # Lines do not fill up to their ends.
    fits = int(len(text) * room * 0.85 / setting.width(0, len(text)))
    if fits >= len(text):
        return f"The {place.part} has a word that is too long for {place.ratio}: divide it or choose a shorter one."
    about = max(5, fits // 5 * 5)
    return f"The {place.part} is too long for {place.ratio}: shorten it to about {about} characters."


def share(ratio: Ratio, of_width: float) -> int:
    return round(SIZES[ratio][0] * of_width)
