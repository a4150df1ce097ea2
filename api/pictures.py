"""What an uploaded file really is, found by decoding it. Its name and stated type are not believed."""

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from anyio import to_thread
from PIL import Image, ImageOps, UnidentifiedImageError

from api.problems import ApiError, ProblemType

# What Meta takes as a picture; its own limit is 30 MB.
FORMATS = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png")}
MAX_PICTURE_BYTES = 30_000_000
# A few kilobytes can claim to be gigabytes of pixels; 50 megapixels decode in 200 MB at most.
MAX_PIXELS = 50_000_000
MIN_SIDE = 50
CHUNK_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Picture:
    """Width and height as shown, with the camera's rotation applied."""

    sha256: str
    byte_size: int
    content_type: str
    ending: str
    width: int
    height: int


async def inspect(file: BinaryIO) -> Picture:
    """Decode the whole picture in a thread; the file is at its start again afterwards.

    Raises:
        ApiError: unsupported_media_type, invalid or too_large, with what to do.
    """
    return await to_thread.run_sync(_inspect, file)


def _inspect(file: BinaryIO) -> Picture:
    size = file.seek(0, 2)
    if size == 0:
        raise ApiError(ProblemType.INVALID, "The file is empty. Choose another.")
    if size > MAX_PICTURE_BYTES:
        raise ApiError(ProblemType.TOO_LARGE, f"Pictures may have up to {MAX_PICTURE_BYTES // 1_000_000} MB.")
    file.seek(0)
    width, height, kind = _decoded(file)
    file.seek(0)
    content_type, ending = FORMATS[kind]
    return Picture(_sha256(file), size, content_type, ending, width, height)


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
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
        raise ApiError(
            ProblemType.UNSUPPORTED_MEDIA_TYPE, "This file is neither a JPEG nor a PNG picture. Convert it first."
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ApiError(ProblemType.INVALID, "The picture is damaged and cannot be decoded. Export it again.") from error


def _check_dimensions(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _too_many_pixels()
    if min(width, height) < MIN_SIDE:
        raise ApiError(ProblemType.INVALID, f"The picture measures {width} x {height}; use {MIN_SIDE} pixels or more.")


def _too_many_pixels() -> ApiError:
    return ApiError(
        ProblemType.TOO_LARGE, f"Pictures may have up to {MAX_PIXELS // 1_000_000} megapixels. Scale it down first."
    )
