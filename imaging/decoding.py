"""Reads a picture as people see it: turned as its EXIF data says and in the colours that every screen understands."""

import io

from PIL import Image, ImageCms, ImageOps

_SRGB = ImageCms.createProfile("sRGB")


def upright(content: bytes) -> Image.Image:
    """The picture as RGB, or RGBA where a part of it is see-through, in sRGB and without metadata.

    Raises OSError (UnidentifiedImageError is one) where it cannot be read.
    """
    with Image.open(io.BytesIO(content)) as picture:
        profile = picture.info.get("icc_profile")
        turned = ImageOps.exif_transpose(picture)
    shown = _in_srgb(turned, profile).convert("RGBA" if turned.has_transparency_data else "RGB")
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
