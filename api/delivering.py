"""The file of an asset on its way to a browser: one way for all, through us or by a link to the store."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Header, Response, status
from fastapi.responses import RedirectResponse, StreamingResponse

from api.byte_ranges import wanted_range
from api.problems import ApiError, ProblemType
from api.services import Services
from models.tables.asset import Asset
from providers.storage.protocol import ObjectMissing

# The address never serves other bytes, but only to people of the workspace.
FOREVER = "private, max-age=31536000, immutable"
# Long enough to watch a video to its end; whoever got the link may use it that long.
LINK_S = 3_600
# Kept for less than the link works, so that no browser follows a dead one.
LINK_KEPT = f"private, max-age={LINK_S // 2}"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the browser asks for beside the address."""

    range_header: Annotated[str | None, Header(alias="Range")] = None
    if_none_match: Annotated[str | None, Header(alias="If-None-Match")] = None


async def deliver(services: Services, asset: Asset, wish: Wish, *, head: bool = False) -> Response:
    """The file or the part of it that is wished for; a redirect where browsers can reach the store themselves.

    Raises:
        ApiError: range_not_satisfiable, or not_found where the store has lost the file.
    """
    if services.settings.s3_public_url and not head:
        # A link is signed for GET alone, so HEAD is answered here.
        link = await services.storage.presign(asset.storage_key, LINK_S)
        return RedirectResponse(link, status.HTTP_307_TEMPORARY_REDIRECT, {"Cache-Control": LINK_KEPT})
    headers = {"ETag": f'"{asset.sha256}"', "Cache-Control": FOREVER, "Accept-Ranges": "bytes"}
    if wish.if_none_match and headers["ETag"] in wish.if_none_match:
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    # A range is defined for GET alone (RFC 9110, section 14.2).
    wanted = None if head else wanted_range(wish.range_header, asset.byte_size)
    first, last = wanted or (0, asset.byte_size - 1)
    headers["Content-Length"] = str(last - first + 1)
    headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(asset.filename)}"
    if head:
        return Response(headers=headers, media_type=asset.content_type)
    if wanted:
        headers["Content-Range"] = f"bytes {first}-{last}/{asset.byte_size}"
    chunks = services.storage.stream(asset.storage_key, *(wanted or ()))
    return StreamingResponse(
        await _begun(chunks, asset.filename),
        status_code=status.HTTP_206_PARTIAL_CONTENT if wanted else status.HTTP_200_OK,
        media_type=asset.content_type,
        headers=headers,
    )


async def _begun(chunks: AsyncIterator[bytes], filename: str) -> AsyncIterator[bytes]:
    """With the first chunk in hand, so that a store that is down gets a problem and not a broken download."""
    try:
        first = await anext(chunks, b"")
    except ObjectMissing as error:
        raise ApiError(
            ProblemType.NOT_FOUND, f"The file of {filename!r} is gone from the object store. Upload it again."
        ) from error

    async def rest() -> AsyncIterator[bytes]:
        yield first
        async for chunk in chunks:
            yield chunk

    return rest()
