"""One attempt of one call to Meta's Graph API over httpx; never retries, never logs a token.

Knows URLs, credentials, encoding, clocks and headers, and nothing of campaigns. Lists, objects and booleans travel as
JSON text inside form fields. The version stands in the path, because an unversioned call moves without a deploy.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import structlog
from pydantic import JsonValue, SecretStr

from providers.ads.meta.errors import PROVIDER, MetaError, no_answer, translate, unusable_answer
from providers.ads.meta.usage import read_usage
from providers.ads.protocol import UploadFile, Usage
from providers.errors import ProviderError, RetryLater

log = structlog.get_logger()
# httpx writes whole URLs at INFO, and some of Meta's calls carry secrets in the query string.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `effects` says that repeating it could do something twice."""

    method: str
    path: str
    params: Mapping[str, JsonValue] | None = None
    upload: UploadFile | None = None
    effects: bool = False
    send_before: float | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    body: dict[str, JsonValue]
    status: int
    platform_time: datetime
    usage: Usage | None
    request_id: str | None


def _about(call: Call, started: float) -> dict[str, str | int]:
    """What a log may say about a call: never its parameters, which hold tokens and people's texts."""
    return {"method": call.method, "path": call.path, "ms": round(1000 * (time.monotonic() - started))}


class _TooLate(Exception):
    """The claim that allowed this call ran out before its first byte."""


class MetaTransport:
    """Shared by reader, writer and OAuth of one Meta app; safe for concurrent use.

    Args:
        base_url: `https://graph.facebook.com` or any server that speaks the same.
        app_secret: signs each call (appsecret_proof); None leaves the proof out.
        timeout_s: for the whole exchange; a claim outlives it by five seconds.
        upload_timeout_s: the same for calls that carry a file.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_version: str = "v26.0",
        app_secret: SecretStr | None = None,
        timeout_s: float = 15.0,
        upload_timeout_s: float = 120.0,
    ) -> None:
        self._root = f"{base_url.rstrip('/')}/{api_version}"
        self._app_secret = app_secret
        self._timeout_s = timeout_s
        self._upload_timeout_s = upload_timeout_s
        # The total timeout below governs; httpx counts each read and write anew.
        # Idle connections go quickly: a write on one that the server is just closing would look like a lost reply.
        limits = httpx.Limits(max_keepalive_connections=20, keepalive_expiry=2.0)
        self._client = httpx.AsyncClient(timeout=None, limits=limits, follow_redirects=False)  # noqa: S113
        self._usage: dict[str, Usage] = {}

    async def __aenter__(self) -> "MetaTransport":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._client.aclose()

    def last_usage(self, account_id: str) -> Usage | None:
        """What the latest reply about this account said, in this process."""
        return self._usage.get(account_id.removeprefix("act_"))

    async def call(self, call: Call, token: SecretStr | None) -> Reply:
        """Make the call once.

        Raises:
            ProviderError: the family of `providers.errors`; see `translate` for which means what.
        """
        started = time.monotonic()
        try:
            response = await self._exchange(call, token)
            reply = self._read(call, response)
        except ProviderError as error:
            said = {key: value for key, value in asdict(error.vendor).items() if value is not None}
            log.warning("meta call failed", **_about(call, started), outcome=error.type, vendor=said)
            raise
        percent = reply.usage.percent if reply.usage else None
        log.info("meta call", **_about(call, started), request_id=reply.request_id, usage_percent=percent)
        return reply

    async def _exchange(self, call: Call, token: SecretStr | None) -> httpx.Response:
        sent = False

        async def before_first_byte(event: str, _: Mapping[str, object]) -> None:
            nonlocal sent
            if event.endswith("send_request_headers.started"):
                if call.send_before is not None and time.monotonic() > call.send_before:
                    raise _TooLate
                sent = True

        request = self._request(call, token)
        request.extensions["trace"] = before_first_byte
        try:
            async with asyncio.timeout(self._upload_timeout_s if call.upload else self._timeout_s):
                return await self._client.send(request)
        except _TooLate:
            raise RetryLater(PROVIDER, "The permission to send ran out before sending. We claim it again.") from None
        except TimeoutError:
            raise no_answer("no answer in time", effects=call.effects, sent=sent) from None
        except httpx.HTTPError as error:
            # `from None`: httpx keeps the request, and with it the token, on its exception.
            raise no_answer(type(error).__name__, effects=call.effects, sent=sent) from None

    def _request(self, call: Call, token: SecretStr | None) -> httpx.Request:
        fields = encode(call.params or {})
        headers: dict[str, str] = {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token.get_secret_value()}"
            if self._app_secret:
                fields["appsecret_proof"] = appsecret_proof(token, self._app_secret)
        url = f"{self._root}/{call.path.lstrip('/')}"
        if call.method != "POST":
            return self._client.build_request(call.method, url, params=fields, headers=headers)
        if call.upload is None:
            return self._client.build_request("POST", url, data=fields, headers=headers)
        part = "source" if call.upload.content_type.startswith("video/") else "filename"
        file = (call.upload.name, call.upload.content, call.upload.content_type)
        return self._client.build_request("POST", url, data=fields, files={part: file}, headers=headers)

    def _read(self, call: Call, response: httpx.Response) -> Reply:
        request_id = response.headers.get("x-fb-trace-id") or response.headers.get("x-fb-request-id")
        usage, accounts = read_usage(response.headers)
        self._remember(call, usage, accounts)
        try:
            body: JsonValue = json.loads(response.content)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise unusable_answer(response.status_code, "no JSON object", effects=call.effects, request_id=request_id)
        error = body.get("error")
        if isinstance(error, dict):
            raise translate(MetaError.parse(response.status_code, error), effects=call.effects, usage=usage)
        if not response.is_success:
            problem = "a failure that it does not explain"
            raise unusable_answer(response.status_code, problem, effects=call.effects, request_id=request_id)
        return Reply(body, response.status_code, _platform_time(response), usage, request_id)

    def _remember(self, call: Call, usage: Usage | None, accounts: frozenset[str]) -> None:
        if usage is None:
            return
        owner = call.path.lstrip("/").split("/", 1)[0]
        named = {owner.removeprefix("act_")} if owner.startswith("act_") else accounts
        self._usage.update(dict.fromkeys(named, usage))


def appsecret_proof(token: SecretStr, app_secret: SecretStr) -> str:
    """Lower-case hex HMAC-SHA256 of the very token that is sent, keyed with the app secret."""
    key = app_secret.get_secret_value().encode()
    return hmac.new(key, token.get_secret_value().encode(), hashlib.sha256).hexdigest()


def encode(params: Mapping[str, JsonValue]) -> dict[str, str]:
    """Parameters as Meta's form fields: text as it is, everything else as compact JSON, None left out."""
    return {
        key: value if isinstance(value, str) else _json(value) for key, value in params.items() if value is not None
    }


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _platform_time(response: httpx.Response) -> datetime:
    try:
        return parsedate_to_datetime(response.headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        # Every HTTP server sends a Date; without one our own clock is the best guess there is.
        return datetime.now(UTC)
