"""Draws logo, headline, price and disclaimer over a picture. The same input gives the same bytes on every machine."""

import io
import math
from dataclasses import replace

from PIL import Image, ImageStat

from imaging import contrast, logos, veils
from imaging.composed import CannotCompose, Composed, Layers, Part, PlacedText
from imaging.cropping import Crop, box_in
from imaging.decoding import UNREADABLE, flat, upright, upright_size
from imaging.flaws import flaws
from imaging.layouts import Layout, Placed, arranged
from imaging.zones import MINIMUM_CONTRAST, SIZES
from models.domain.states import Ratio

_SHARP_FROM_PX = 1080
# A thinner panel looks like a mistake, and so does a badge in nearly the colour around it (0 to 441).
_LEAST_PANEL = 0.6
_APART = 70


def compose(base: bytes, crop: Crop | None, ratio: Ratio, layers: Layers) -> Composed:
    """The finished picture as a JPEG; without texts and logo it is only cropped and scaled.

    Raises:
        CannotCompose: a text is too long or in a writing without a font, a file cannot be read, or the result is not
            fit to be shown.
    """
    picture, warnings = _ground(base, crop, ratio)
    logo = logos.prepared(layers.logo, picture.size) if layers.logo else None
    margin = 2 * logos.plate_padding(logo) if logo else 0
    layout = arranged(layers, ratio, (logo.picture.width + margin, logo.picture.height + margin) if logo else None)
    scheme = contrast.scheme(veils.under(picture, layout), layers.colours)
    for least in veils.LEAST:
        made = _over(picture.copy(), (layout, logo), scheme, layers.colours, least)
        if all(text.contrast >= MINIMUM_CONTRAST for text in made.texts if text.part is not Part.LOGO):
            break
    made = replace(made, warnings=(*warnings, *made.warnings))
    if found := flaws(made, ratio):
        raise CannotCompose(" ".join(found))
    return made


def _over(
    picture: Image.Image,
    drawn: tuple[Layout, logos.Logo | None],
    scheme: contrast.Scheme,
    colours: tuple[str, ...],
    least: float,
) -> Composed:
    """Everything that is arranged, drawn over the picture in place."""
    layout, logo = drawn
    veils.veil(picture, layout, scheme, least)
    placed = []
    if logo:
        box, seen = logos.drawn(picture, logo, layout.logo, from_right=layout.from_right)
        placed.append(PlacedText(Part.LOGO, box, 0, seen))
    for part in layout.placed:
        placed.append(_drawn(picture, part, layout, _ink(picture, part, scheme, colours, least)))
    return Composed(
        content=_jpeg(picture),
        content_type="image/jpeg",
        width=picture.width,
        height=picture.height,
        texts=tuple(placed),
        warnings=(*(logo.warnings if logo else ()), *layout.warnings),
    )


def _ground(base: bytes, crop: Crop | None, ratio: Ratio) -> tuple[Image.Image, list[str]]:
    try:
        whole = upright_size(base)
        kept = box_in(whole, crop) if crop else (0, 0, *whole)
        width, height = kept[2] - kept[0], kept[3] - kept[1]
        if width < 1 or height < 1:
            raise CannotCompose(f"Nothing is left of the picture in {ratio}; choose its part again.")
        shrunk = max(SIZES[ratio][0] / width, SIZES[ratio][1] / height)
        picture = flat(upright(base, math.ceil(shrunk * max(whole))))
    except UNREADABLE as error:
        raise CannotCompose("The picture under the texts cannot be read; choose or upload another.") from error
    warnings = []
    if width < _SHARP_FROM_PX:
        warnings.append(f"The picture is only {width} pixels wide in {ratio}; it is sharp from {_SHARP_FROM_PX} on.")
    box = box_in(picture.size, crop) if crop else (0, 0, *picture.size)
    return picture.resize(SIZES[ratio], Image.Resampling.LANCZOS, box=box, reducing_gap=3), warnings


def _ink(
    picture: Image.Image, placed: Placed, scheme: contrast.Scheme, colours: tuple[str, ...], least: float
) -> contrast.Colour:
    """The colour of a text, after its panel was drawn where it has one."""
    if placed.panel is None:
        return scheme.ink
    left, top, right, bottom = placed.panel
    if placed.part is not Part.PRICE:
        mask = logos.rounded((right - left, bottom - top), placed.block.px // 2)
        strength = max(veils.strength(picture, [placed.panel], scheme, least), _LEAST_PANEL)
        picture.paste(scheme.ground, placed.panel, mask.point(lambda covered: round(covered * strength)))
        return scheme.ink
    around = ImageStat.Stat(picture.crop(placed.panel)).mean
    fills = [*map(contrast.colour, colours), scheme.ink]
    fill = next((one for one in fills if math.dist(one, around) >= _APART), scheme.ink)
    badge = contrast.badge(fill)
    picture.paste(badge.ground, placed.panel, logos.rounded((right - left, bottom - top), (bottom - top) // 4))
    return badge.ink


def _drawn(picture: Image.Image, placed: Placed, layout: Layout, ink: contrast.Colour) -> PlacedText:
    mask = placed.block.drawn(from_right=layout.from_right)
    left, top = placed.box[0], placed.box[1]
    inked = mask.getbbox() or (0, 0, mask.width, mask.height)
    if placed.panel:
        # Room for letters below the line that the text may not have would make it look too high.
        top = (placed.panel[1] + placed.panel[3] - inked[1] - inked[3]) // 2
    picture.paste(ink, (left, top), mask)
    box = (left + inked[0], top + inked[1], left + inked[2], top + inked[3])
    return PlacedText(placed.part, box, placed.block.px, contrast.behind(picture, mask, (left, top)))


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=95, subsampling=0)
    return out.getvalue()
