"""Brings a provider's file here, chunk by chunk: never whole in memory, never with our key, never from anywhere."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO, ClassVar
from urllib.parse import urljoin, urlsplit

import httpx
from anyio import to_thread

from providers.errors import ProviderError, Refused, RetryLater, VendorReply
from providers.media.protocol import Output

PROVIDER = "Download"
CHUNK_BYTES = 256 * 1024
_MOST_REDIRECTS = 3
# Between two chunks; how long the whole may take is the caller's affair.
_TIMEOUT = httpx.Timeout(30.0, connect=10.0, pool=None)
_MOVED = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({401, 403, 404, 410})


class Truncated(RetryLater):
    """The file ended early. The same link may give the whole of it."""

    type = "provider.truncated"


class LinkExpired(ProviderError):
    """The link gives nothing any more. A poll may bring a new one; if not, the file is lost."""

    type: ClassVar[str] = "provider.link_expired"


@dataclass(frozen=True, slots=True)
class Downloaded:
    """`content_type` is what the server claims."""

    size: int
    content_type: str


class Downloader:
    """Holds a connection pool: make one per process and close it."""

    def __init__(self, base_urls: Iterable[str]) -> None:
        """Links must be https unless they lead to the host and port of one of `base_urls`."""
        self._known = frozenset(urlsplit(url).netloc for url in base_urls if url)
        # Packed bytes would not have the length that the server states.
        self._client = httpx.AsyncClient(timeout=_TIMEOUT, headers={"Accept-Encoding": "identity"})

    async def close(self) -> None:
        await self._client.aclose()

    async def fetch(self, output: Output, into: BinaryIO, *, limit: int, on_chunk: Callable[[int], None]) -> Downloaded:
        """Overwrite `into` with the file.

        Args:
            on_chunk: called after each chunk with the number of bytes so far.

        Raises:
            Truncated: it ended early.
            LinkExpired: there is nothing any more.
            Refused: it is larger than `limit` bytes, or its link leads where no file of a provider can be.
            RetryLater: the server cannot be reached or is busy.
        """
        await to_thread.run_sync(_empty, into)
        response = await self._open(output)
        try:
            return await _copy(response, into, limit, on_chunk)
        except httpx.HTTPError as error:
            raise _broken_off(type(error).__name__) from None
        finally:
            await response.aclose()

    async def _open(self, output: Output) -> httpx.Response:
        """The answer that carries the file, after the redirects on the way to it."""
        url = output.url
        for _ in range(_MOST_REDIRECTS + 1):
            self._check(url)
            response = await self._ask(url, output)
            if response.status_code == 200:
                return response
            await response.aclose()
            if response.status_code not in _MOVED:
                raise _no_file(response.status_code)
            url = urljoin(url, response.headers.get("location", ""))
        raise Refused(PROVIDER, "The finished file is passed from one address to the next. Render again.")

    async def _ask(self, url: str, output: Output) -> httpx.Response:
        try:
            request = self._client.build_request("GET", url, headers=dict(output.headers))
            return await self._client.send(request, stream=True, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            message = "The finished file cannot be reached. It will be fetched again by itself."
            raise RetryLater(PROVIDER, message, vendor=VendorReply(message=type(error).__name__)) from None

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme == "https" or (parts.scheme == "http" and parts.netloc in self._known):
            return
        raise Refused(PROVIDER, "The finished file lies at an address that is not safe. Render again.")


def _no_file(status: int) -> ProviderError:
    vendor = VendorReply(status=status)
    if status in _GONE:
        return LinkExpired(PROVIDER, "The provider has deleted the finished file. Render again.", vendor=vendor)
    message = "The finished file cannot be had at the moment. It will be fetched again by itself."
    return RetryLater(PROVIDER, message, vendor=vendor)


def _broken_off(problem: str) -> Truncated:
    message = "The file broke off. It will be fetched again by itself."
    return Truncated(PROVIDER, message, vendor=VendorReply(message=problem))


async def _copy(response: httpx.Response, into: BinaryIO, limit: int, on_chunk: Callable[[int], None]) -> Downloaded:
    stated = response.headers.get("content-length", "")
    size = int(stated) if stated.isdigit() else 0
    done = 0
    _within(size, limit)
    async for chunk in response.aiter_raw(CHUNK_BYTES):
        done += len(chunk)
        _within(done, limit)
        await to_thread.run_sync(into.write, chunk)
        on_chunk(done)
    if stated and done != size:
        raise _broken_off(f"{done} of {size} bytes")
    return Downloaded(done, response.headers.get("content-type", "").partition(";")[0].strip())


def _within(size: int, limit: int) -> None:
    if size > limit:
        message = f"The finished file is larger than {limit // 1_000_000} MB. Choose a smaller format and render again."
        raise Refused(PROVIDER, message)


def _empty(into: BinaryIO) -> None:
    into.seek(0)
    into.truncate()
