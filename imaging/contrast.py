"""Contrast as WCAG 2 defines it, and the colours that reach it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Colour = tuple[int, int, int]
Luminances = NDArray[np.float32]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (16, 16, 16)
_LINEAR = np.array(
    [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in np.arange(256) / 255], np.float32
)
_WEIGHTS = np.array([0.2126, 0.7152, 0.0722], np.float32)


@dataclass(frozen=True, slots=True)
class Scheme:
    """The colour of texts and that of what is laid under them."""

    ink: Colour
    ground: Colour


def colour(written: str) -> Colour:
    """Of #rrggbb."""
    return int(written[1:3], 16), int(written[3:5], 16), int(written[5:7], 16)


def luminances(picture: Image.Image) -> Luminances:
    """Relative luminance of every pixel of an RGB picture, 0 to 1, as rows of columns."""
    return np.asarray(_LINEAR[np.asarray(picture)] @ _WEIGHTS, np.float32)


def luminance(of: Colour) -> float:
    return float(_LINEAR[list(of)] @ _WEIGHTS)


def ratio(one: float, other: float) -> float:
    """Of two luminances: 1 to 21."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def worst(ink: float, ground: Luminances) -> float:
    """The contrast that 99 of 100 ground pixels keep against the ink."""
    if not ground.size:
        return 1.0
    return min(ratio(ink, float(bound)) for bound in np.percentile(ground, (1, 99)))


def behind(picture: Image.Image, mask: Image.Image, at: tuple[int, int]) -> float:
    """The contrast between letters and the pixels right around them, as they are on the finished picture.

    `mask` says what the letters cover; its left upper corner lies `at` these pixels of the picture.
    """
    seen = luminances(picture.crop((at[0], at[1], at[0] + mask.width, at[1] + mask.height)))
    covered = np.asarray(mask)
    if not (covered >= 250).any():
        return 1.0
    return worst(float(seen[covered >= 250].mean()), seen[covered == 0])


def scheme(under: Luminances, colours: tuple[str, ...]) -> Scheme:
    """Dark letters on a bright picture, else bright ones; in the brand's colours where these are strong enough."""
    brand = sorted((colour(written) for written in colours), key=luminance)
    light = next((one for one in reversed(brand) if luminance(one) > 0.8), WHITE)
    if float(np.median(under)) > 0.5:
        dark = next((one for one in brand if ratio(luminance(one), luminance(light)) >= 7), BLACK)
        return Scheme(ink=dark, ground=light)
    dark = next((one for one in brand if ratio(luminance(one), luminance(light)) >= 11), BLACK)
    return Scheme(ink=light, ground=dark)


def badge(fill: Colour) -> Scheme:
    """White letters on the colour, deepened by at most a tenth where that is what they need; else black ones.

    Nobody sees a tenth, and most strong brand colours are a shade too bright for white. Black reaches 4.58 on all on
    which white does not.
    """
    for tenths in (100, 97, 94, 90):
        red, green, blue = (part * tenths // 100 for part in fill)
        if ratio(1, luminance((red, green, blue))) >= 4.58:
            return Scheme(ink=WHITE, ground=(red, green, blue))
    return Scheme(ink=(0, 0, 0), ground=fill)
