"""Cuts a picture to the part that was approved for a ratio. The same bytes and crop give the same picture."""

import io

from PIL import Image

from imaging.decoding import upright
from models.domain.cropping import WHOLE

Crop = tuple[int, int, int, int]
"""Left, top, right and bottom in ten-thousandths of the upright picture."""


def cut(content: bytes, crop: Crop) -> tuple[bytes, str]:
    """The picture's part inside the crop, and its content type.

    JPEG stays JPEG; everything else becomes PNG, which loses nothing.
    """
    with Image.open(io.BytesIO(content)) as picture:
        is_jpeg = picture.format == "JPEG"
    part = upright(content)
    part = part.crop(box_in(part.size, crop))
    out = io.BytesIO()
    if is_jpeg:
        part.save(out, "JPEG", quality=95, subsampling=0)
        return out.getvalue(), "image/jpeg"
    part.save(out, "PNG")
    return out.getvalue(), "image/png"


def box_in(size: tuple[int, int], crop: Crop) -> tuple[int, int, int, int]:
    """The crop in pixels of a picture of that size."""
    (width, height), (left, top, right, bottom) = size, crop
    return (
        round(left * width / WHOLE),
        round(top * height / WHOLE),
        round(right * width / WHOLE),
        round(bottom * height / WHOLE),
    )
