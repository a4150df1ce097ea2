"""Brings a logo to its size and onto a ground on which it is seen."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from imaging import contrast
from imaging.composed import Box, CannotCompose
from imaging.decoding import UNREADABLE, upright

# Wide and square logos look equally large where they cover equally much; shares of the picture's smaller side.
_AREA = 0.0165
_WIDEST = 0.3
_TALLEST = 0.115
_FINE = 4
# Below it the logo gets a plate under it. WCAG asks logos for nothing; a brand asks to be seen.
_SEEN = 3.0


@dataclass(frozen=True, slots=True)
class Logo:
    """`picture` is RGBA in its final size, without empty margins; `solid` where nothing of it is see-through."""

    picture: Image.Image
    solid: bool
    warnings: tuple[str, ...] = ()


def prepared(content: bytes, size: tuple[int, int]) -> Logo:
    """Raises CannotCompose where the file cannot be read or shows nothing."""
    try:
        picture = upright(content).convert("RGBA")
    except UNREADABLE as error:
        raise CannotCompose("The logo cannot be read; upload it again as a PNG or JPEG.") from error
    ink = picture.getchannel("A").point(lambda alpha: 255 if alpha > 8 else 0).getbbox()
    if ink is None:
        raise CannotCompose("The logo is empty: every part of it is see-through. Upload another.")
    trimmed = picture.crop(ink)
    side, (width, height) = min(size), trimmed.size
    scale = min((_AREA / width / height) ** 0.5, _WIDEST / width, _TALLEST / height) * side
    drawn = trimmed.resize((max(1, round(width * scale)), max(1, round(height * scale))), Image.Resampling.LANCZOS)
    blurred = ("The logo is small and will look blurred; upload a larger one.",) if scale > 1.5 else ()
    lowest, _ = drawn.getchannel("A").getextrema()
    return Logo(drawn, bool(lowest == 255), blurred)


def plate_padding(logo: Logo) -> int:
    return round(logo.picture.height * 0.22)


def drawn(picture: Image.Image, logo: Logo, box: Box, *, from_right: bool) -> tuple[Box, float]:
    """Draws the logo at the top of the box, on a plate where it would not be seen; returns its box and contrast.

    The plate takes the whole box; without one the logo stands at the side where lines begin.
    """
    width, height = logo.picture.size
    left = box[2] - width if from_right else box[0]
    bare = (left, box[1], left + width, box[1] + height)
    shown, alpha = logo.picture.convert("RGB"), logo.picture.getchannel("A")
    mean = float(np.average(contrast.luminances(shown), weights=np.asarray(alpha)))
    found = contrast.worst(mean, contrast.luminances(picture.crop(bare)))
    if logo.solid:
        # It brings a ground of its own.
        picture.paste(shown, bare, rounded(shown.size, height // 8))
        return bare, found
    if found >= _SEEN:
        picture.paste(shown, bare, alpha)
        return bare, found
    plate, pad = contrast.WHITE if mean < 0.4 else contrast.BLACK, plate_padding(logo)
    picture.paste(plate, box, rounded((box[2] - box[0], box[3] - box[1]), pad))
    picture.paste(shown, (box[0] + pad, box[1] + pad), alpha)
    return box, contrast.ratio(mean, contrast.luminance(plate))


def rounded(size: tuple[int, int], radius: int) -> Image.Image:
    """A mask with smooth round corners."""
    fine = Image.new("L", (size[0] * _FINE, size[1] * _FINE), 0)
    ImageDraw.Draw(fine).rounded_rectangle((0, 0, fine.width - 1, fine.height - 1), radius * _FINE, fill=255)
    return fine.resize(size, Image.Resampling.BOX)
