"""The soft shade between a photo and the texts on it: as strong as it has to be for reading, and no stronger."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imaging.composed import Box
from imaging.contrast import Scheme, luminance, luminances, worst
from imaging.layouts import Layout

_WANTED = 5.2
_STRENGTHS = [step / 20 for step in range(6, 20)]
# The least strengths to try: the next one where the finished picture falls short, since thin lines escape the sample.
LEAST = (0.3, 0.6, 0.8, 0.95)
# Every fourth pixel in both directions is looked at; the finished picture is measured whole.
_SAMPLED = 4
# Shares of the picture's height, or width for a veil from the side.
_FULL = 0.015
_FADING = 0.24


def under(picture: Image.Image, layout: Layout) -> NDArray[np.float32]:
    """Luminances of the photo where texts will stand."""
    found = [luminances(_sampled(picture, box)).ravel() for box in (*layout.bottom, *layout.top, *layout.side)]
    return np.concatenate(found) if found else np.zeros(1, np.float32)


def veil(picture: Image.Image, layout: Layout, scheme: Scheme, least: float) -> None:
    """Lays the shade over the picture, in place."""
    width, height = picture.size
    rows, columns = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None, :]
    shade = np.zeros((1, 1), np.uint8)
    if layout.bottom:
        reached = min(box[1] for box in layout.bottom) - rows
        shade = np.maximum(shade, _shade(strength(picture, layout.bottom, scheme, least), reached / height))
    if layout.top:
        reached = rows - max(box[3] for box in layout.top)
        shade = np.maximum(shade, _shade(strength(picture, layout.top, scheme, least), reached / height))
    if layout.side:
        edge = min(box[0] for box in layout.side) if layout.from_right else max(box[2] for box in layout.side)
        reached = edge - columns if layout.from_right else columns - edge
        shade = np.maximum(shade, _shade(strength(picture, layout.side, scheme, least), reached / width))
    if shade.any():
        mask = Image.fromarray(np.ascontiguousarray(np.broadcast_to(shade, (height, width))))
        picture.paste(scheme.ground, (0, 0, width, height), mask)


def strength(picture: Image.Image, boxes: list[Box], scheme: Scheme, least: float) -> float:
    """The least share of the ground's colour with which texts in all these boxes can be read."""
    ink, ground = luminance(scheme.ink), np.array(scheme.ground, np.float32)
    parts = [np.asarray(_sampled(picture, box), np.float32) for box in boxes]
    for share in [share for share in _STRENGTHS if share >= least]:
        mixed = [(part * (1 - share) + ground * share).astype(np.uint8) for part in parts]
        if all(worst(ink, luminances(Image.fromarray(part))) >= _WANTED for part in mixed):
            return share
    return _STRENGTHS[-1]


def _shade(share: float, reached: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Full up to a little beyond the texts, then softly down to nothing; `reached` is how far beyond, as a share."""
    linear = np.clip((reached - _FULL) / _FADING, 0, 1)
    soft = 1 - linear * linear * (3 - 2 * linear)
    return np.asarray(soft * share * 255 + 0.5, np.uint8)


def _sampled(picture: Image.Image, box: Box) -> Image.Image:
    part = picture.crop(box)
    return part.resize((max(1, part.width // _SAMPLED), max(1, part.height // _SAMPLED)), Image.Resampling.NEAREST)
