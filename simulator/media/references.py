"""Pictures that callers pass in: from a data URI or a link, kept on disk under a name of their content."""

import base64
import binascii
import hashlib
from io import BytesIO
from pathlib import Path

import httpx
from PIL import Image, UnidentifiedImageError

TIMEOUT_S = 10.0


class BadReference(Exception):
    """The picture cannot be had or read; the text says why."""


async def keep(uri: str, folder: Path) -> str:
    """Returns the name in `folder`.

    Raises:
        BadReference: no picture is there.
    """
    content = _inline(uri) if uri.startswith("data:") else await _fetched(uri)
    return keep_bytes(content, folder)


def keep_bytes(content: bytes, folder: Path) -> str:
    try:
        with Image.open(BytesIO(content)) as picture:
            picture.verify()
    except (UnidentifiedImageError, OSError, SyntaxError):
        raise BadReference("is not a picture that can be read") from None
    name = f"in-{hashlib.sha256(content).hexdigest()}"
    folder.joinpath(name).write_bytes(content)
    return name


def size_of(name: str, folder: Path) -> tuple[int, int]:
    with Image.open(folder / name) as picture:
        return picture.size


def _inline(uri: str) -> bytes:
    head, _, coded = uri.partition(",")
    if not head.endswith(";base64"):
        raise BadReference("is a data URI without base64")
    try:
        return base64.b64decode(coded, validate=True)
    except binascii.Error:
        raise BadReference("is a data URI with broken base64") from None


async def _fetched(uri: str) -> bytes:
    if not uri.startswith(("https://", "http://")):
        raise BadReference("is neither a link nor a data URI")
    try:
        # No redirects, as with the real services.
        async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
            reply = await client.get(uri)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise BadReference("cannot be downloaded") from None
    if reply.status_code != 200:
        raise BadReference(f"cannot be downloaded: HTTP {reply.status_code}")
    return reply.content
