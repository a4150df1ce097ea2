"""What an uploaded or rendered file really is, found by decoding it. Its name and stated type are not believed."""

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageOps, ImageStat, UnidentifiedImageError

from imaging import videos
from imaging.unusable import Reason, Unusable
from models.tables.asset import AssetKind

# What Meta takes as a picture; its own limit is 30 MB (2026-11).
FORMATS = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png")}
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
MAX_PICTURE_BYTES = 30_000_000
# Meta would take 4 GB; a longer way to it than this buys no better ad (2026-11).
MAX_VIDEO_BYTES = 200_000_000
# A few kilobytes can claim to be gigabytes of pixels; 50 megapixels decode in 200 MB at most.
MAX_PIXELS = 50_000_000
MIN_SIDE = 50
CHUNK_BYTES = 1_000_000
# Standard deviation per colour channel, of 255. Noise of compression stays below, one line of small print does not.
PLAIN = 2.0
LOOKED_AT = (128, 128)


@dataclass(frozen=True, slots=True)
class MediaFile:
    """Width and height as shown, with the camera's rotation applied; `ending` without its dot."""

    kind: AssetKind
    sha256: str
    byte_size: int
    content_type: str
    ending: str
    width: int
    height: int
    duration_ms: int | None = None


def inspect(file: BinaryIO) -> MediaFile:
    """Decodes a whole picture, or a video at its start and its end; the file is at its start again afterwards.

    Raises:
        Unusable: with what to do.
    """
    size = file.seek(0, 2)
    if size == 0:
        raise Unusable(Reason.INVALID, "The file is empty. Choose another.")
    file.seek(0)
    beginning = file.read(videos.SIGNATURE_BYTES)
    file.seek(0)
    if videos.is_video(beginning):
        return _video(file, size)
    if size > MAX_PICTURE_BYTES and beginning.startswith(SIGNATURES):
        raise Unusable(Reason.TOO_LARGE, f"Pictures may have up to {MAX_PICTURE_BYTES // 1_000_000} MB.")
    width, height, kind = _decoded(file)
    content_type, ending = FORMATS[kind]
    return MediaFile(AssetKind.IMAGE, _sha256(file), size, content_type, ending, width, height)


def is_blank(file: BinaryIO) -> bool:
    """One colour all over, or nearly; of a video, at its start, middle and end. For files that `inspect` accepted."""
    file.seek(0)
    beginning = file.read(videos.SIGNATURE_BYTES)
    file.seek(0)
    if videos.is_video(beginning):
        with videos.opened(file) as video:
            return all(is_plain(video.frame_at(part / 10)) for part in (0, 5, 9))
    with Image.open(file, formats=list(FORMATS)) as image:
        image.draft("RGB", LOOKED_AT)
        return is_plain(image)


def is_plain(image: Image.Image) -> bool:
    """Whether nothing can be made out in it; what is transparent counts as white."""
    small = image.convert("RGBA")
    small.thumbnail(LOOKED_AT)
    shown = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small).convert("RGB")
    return max(ImageStat.Stat(shown).stddev) < PLAIN


def _video(file: BinaryIO, size: int) -> MediaFile:
    if size > MAX_VIDEO_BYTES:
        raise Unusable(Reason.TOO_LARGE, f"Videos may have up to {MAX_VIDEO_BYTES // 1_000_000} MB. Compress it first.")
    with videos.opened(file) as video:
        width, height = video.check()
        content_type, ending, duration_ms = video.content_type, video.ending, video.duration_ms
    return MediaFile(AssetKind.VIDEO, _sha256(file), size, content_type, ending, width, height, duration_ms)


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _decoded(file: BinaryIO) -> tuple[int, int, str]:
    try:
        with Image.open(file, formats=list(FORMATS)) as image:
            _check_dimensions(*image.size)
            image.load()
            width, height = ImageOps.exif_transpose(image).size
            return width, height, str(image.format)
    except UnidentifiedImageError as error:
        raise Unusable(
            Reason.WRONG_TYPE,
            "This file is neither a JPEG nor a PNG picture, nor an MP4 or MOV video. Convert it first.",
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except (OSError, SyntaxError, ValueError) as error:
        raise Unusable(Reason.DAMAGED, "The picture is damaged and cannot be decoded. Export it again.") from error


def _check_dimensions(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _too_many_pixels()
    if min(width, height) < MIN_SIDE:
        raise Unusable(Reason.INVALID, f"The picture measures {width} x {height}; use {MIN_SIDE} pixels or more.")


def _too_many_pixels() -> Unusable:
    return Unusable(
        Reason.TOO_LARGE, f"Pictures may have up to {MAX_PIXELS // 1_000_000} megapixels. Scale it down first."
    )
