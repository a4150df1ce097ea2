"""Reads a picture as people see it: turned as its EXIF data says and in the colours that every screen understands."""

import io

from PIL import Image, ImageCms, ImageOps

_SRGB = ImageCms.createProfile("sRGB")
UNREADABLE = (OSError, Image.DecompressionBombError)
"""What reading a broken picture raises, or one that claims to be larger than memory."""

_ORIENTATION = 0x0112
_LYING = (5, 6, 7, 8)


def upright_size(content: bytes) -> tuple[int, int]:
    """Width and height as people see it. Raises one of UNREADABLE."""
    with Image.open(io.BytesIO(content)) as picture:
        width, height = picture.size
        return (height, width) if picture.getexif().get(_ORIENTATION, 1) in _LYING else (width, height)


def upright(content: bytes, enough_px: int | None = None) -> Image.Image:
    """The picture as RGB, or RGBA where a part of it is see-through, in sRGB and without metadata.

    With `enough_px` a large JPEG may come smaller, quicker by far, but no side shorter than that. Raises one of
    UNREADABLE.
    """
    with Image.open(io.BytesIO(content)) as picture:
        if enough_px:
            picture.draft(None, (enough_px, enough_px))
        profile = picture.info.get("icc_profile")
        turned = ImageOps.exif_transpose(picture)
    shown, mode = _in_srgb(turned, profile), "RGBA" if turned.has_transparency_data else "RGB"
    shown = shown if shown.mode == mode else shown.convert(mode)
    # Pillow writes into a file what it finds here.
    shown.info.clear()
    return shown


def flat(picture: Image.Image) -> Image.Image:
    """As RGB, what was see-through on white."""
    if picture.mode != "RGBA":
        return picture
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile or picture.mode not in ("RGB", "RGBA", "CMYK"):
        return picture
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(given):
            return picture
        mode = "RGB" if picture.mode == "CMYK" else None
        return ImageCms.profileToProfile(picture, given, _SRGB, outputMode=mode) or picture
    except (ImageCms.PyCMSError, OSError):
        # A broken profile is no reason to lose the picture: browsers ignore it as well.
        return picture
