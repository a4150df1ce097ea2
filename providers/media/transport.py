"""One attempt of one call to a provider over httpx; never retries, never follows a redirect, never logs a key."""

import asyncio
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
import structlog
from pydantic import JsonValue

from providers.errors import RetryLater, VendorReply
from providers.media.failures import no_answer
from providers.media.protocol import Reference

log = structlog.get_logger()
TIMEOUT_S = 15.0
# NUL and halves of surrogate pairs, which JSON can carry.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Access:
    """Where a provider is and how to get in. `keys_url` is where it publishes the keys that it signs webhooks with."""

    base_url: str
    key: str = field(repr=False)
    keys_url: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One request below the base URL. `effects`: repeating it could cost money twice.

    `send_before`, on the clock of time.monotonic: no byte leaves after it.
    """

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, JsonValue] | None = None
    upload: Reference | None = None
    effects: bool = False
    send_before: float | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """`body` is None where it is neither empty nor a JSON object; `effects` are those of the call it answers."""

    status: int
    body: dict[str, JsonValue] | None
    headers: Mapping[str, str]
    effects: bool

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300 and self.body is not None

    def says(self, *names: str) -> str:
        """The first of these fields that holds something, as text."""
        found = next((value for name in names if (value := (self.body or {}).get(name))), "")
        return found if isinstance(found, str) else json.dumps(found)

    def vendor(self, *, code: str | None = None) -> VendorReply:
        message = self.says("detail", "error", "message", "title")[:500] or None
        request_id = next(
            (self.headers[name] for name in ("x-request-id", "x-fal-request-id") if name in self.headers), None
        )
        return VendorReply(status=self.status, code=code, message=message, request_id=request_id)


class _TooLate(Exception):
    """The claim that allowed this call ran out before its first byte."""


class MediaTransport:
    """Holds a connection pool; safe for concurrent use.

    Args:
        label: the provider as people know it.
        headers: sent with each call; they carry the key, so no call leaves `base_url`.
        timeout_s: for a whole exchange.
    """

    def __init__(self, label: str, base_url: str, headers: Mapping[str, str], *, timeout_s: float = TIMEOUT_S) -> None:
        self._label = label
        self._root = base_url.rstrip("/")
        self._timeout_s = timeout_s
        # The total timeout below governs. Idle connections go quickly: a submit on one that the server is just closing
        # would look like a lost answer.
        limits = httpx.Limits(max_keepalive_connections=20, keepalive_expiry=2.0)
        self._client = httpx.AsyncClient(headers=dict(headers), timeout=None, limits=limits)  # noqa: S113

    async def close(self) -> None:
        await self._client.aclose()

    async def call(self, call: Call) -> Reply:
        """Make the call once, whatever the answer says.

        Raises:
            RetryLater: nothing was sent, or there was no answer to a call without effects.
            OutcomeUnknown: the call has effects and there was no whole answer to it.
        """
        started = time.monotonic()
        response = await self._exchange(call)
        reply = Reply(response.status_code, _json_object(response), response.headers, call.effects)
        about = {"provider": self._label, "method": call.method, "path": call.path, "status": reply.status}
        tell = log.info if reply.ok else log.warning
        tell("media call", **about, ms=round(1000 * (time.monotonic() - started)))
        return reply

    async def _exchange(self, call: Call) -> httpx.Response:
        sent = False

        async def before_first_byte(event: str, _: Mapping[str, object]) -> None:
            nonlocal sent
            if event.endswith("send_request_headers.started"):
                if call.send_before is not None and time.monotonic() > call.send_before:
                    raise _TooLate
                sent = True

        request = self._request(call)
        request.extensions["trace"] = before_first_byte
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._client.send(request, follow_redirects=False)
        except _TooLate:
            raise RetryLater(
                self._label, "The permission to send ran out before sending. It is asked for again."
            ) from None
        except TimeoutError:
            raise no_answer(self._label, "no answer in time", effects=call.effects and sent) from None
        except httpx.HTTPError as error:
            # `from None`: httpx keeps the request, and with it the key, on its exception.
            raise no_answer(self._label, type(error).__name__, effects=call.effects and sent) from None

    def _request(self, call: Call) -> httpx.Request:
        url = f"{self._root}{call.path}"
        if call.upload:
            ending = call.upload.content_type.partition("/")[2]
            part = (f"reference.{ending}", call.upload.content, call.upload.content_type)
            return self._client.build_request(call.method, url, files={"content": part})
        return self._client.build_request(call.method, url, params=dict(call.params), json=call.json)


def _json_object(response: httpx.Response) -> dict[str, JsonValue] | None:
    if not response.content:
        return {}
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        return None
    return {str(name): _storable(value) for name, value in body.items()} if isinstance(body, dict) else None


def _storable(value: JsonValue) -> JsonValue:
    """A provider's words are kept with the render; one letter that Postgres refuses must not lose a paid result."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list):
        return [_storable(part) for part in value]
    if isinstance(value, dict):
        return {_UNSTORABLE.sub("", name): _storable(part) for name, part in value.items()}
    return value
