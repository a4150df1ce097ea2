"""Cuts a picture to the part that was approved for a ratio. The same bytes and crop give the same picture."""

import io

from PIL import Image

_FULL = 10_000


def cut(content: bytes, crop: tuple[int, int, int, int]) -> tuple[bytes, str]:
    """The picture's part between left, top, right and bottom (ten-thousandths), and its content type.

    JPEG stays JPEG; everything else becomes PNG, which loses nothing.
    """
    with Image.open(io.BytesIO(content)) as picture:
        left, top, right, bottom = crop
        box = (
            round(left * picture.width / _FULL),
            round(top * picture.height / _FULL),
            round(right * picture.width / _FULL),
            round(bottom * picture.height / _FULL),
        )
        out = io.BytesIO()
        if picture.format == "JPEG":
            picture.crop(box).save(out, "JPEG", quality=95, subsampling=0)
            return out.getvalue(), "image/jpeg"
        picture.crop(box).save(out, "PNG")
        return out.getvalue(), "image/png"
