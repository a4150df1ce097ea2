"""Connecting a Meta user: the consent dialog, codes, long-lived tokens, granted permissions, token health.

There is no refresh token: renewing means exchanging a still valid long-lived token, or asking the user again.
Source: Facebook Login manual flow and access token guides, v26.0, read September 2026.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from pydantic import JsonValue, SecretStr

from providers.ads.meta.errors import PROVIDER, unusable_answer
from providers.ads.meta.listing import list_all
from providers.ads.meta.transport import Call, MetaTransport, Reply
from providers.ads.results import TokenGrant, TokenHealth
from providers.errors import ReconnectNeeded, RetryLater

READ_SCOPES = ("ads_read", "pages_show_list", "pages_read_engagement", "business_management")
WRITE_SCOPES = (*READ_SCOPES, "ads_management", "pages_manage_ads", "leads_retrieval", "instagram_basic")


@dataclass(frozen=True, slots=True)
class MetaApp:
    """The registered Meta app. `dialog_base_url` is `https://www.facebook.com` or any server that speaks the same."""

    id: str
    secret: SecretStr
    dialog_base_url: str
    api_version: str = "v26.0"


class MetaOAuth:
    """One consent after another; holds no state of any user."""

    def __init__(self, transport: MetaTransport, app: MetaApp) -> None:
        self._transport = transport
        self._app = app

    def dialog_url(self, *, redirect_uri: str, state: str, scopes: Iterable[str], ask_again: bool = False) -> str:
        """Where to send the user's browser. `ask_again` shows permissions that were declined before."""
        params = {
            "client_id": self._app.id,
            "redirect_uri": redirect_uri,
            "state": state,
            "response_type": "code",
            "scope": ",".join(scopes),
        }
        if ask_again:
            params["auth_type"] = "rerequest"
        base = self._app.dialog_base_url.rstrip("/")
        return f"{base}/{self._app.api_version}/dialog/oauth?{urlencode(params)}"

    async def exchange_code(self, code: str, redirect_uri: str) -> TokenGrant:
        """The short-lived token for a code. A code works once; `redirect_uri` must be the dialog's, byte for byte."""
        return await self._grant({"code": code, "redirect_uri": redirect_uri})

    async def long_lived(self, token: SecretStr) -> TokenGrant:
        """A token of about 60 days for a valid one; calling it with a long-lived token renews it."""
        return await self._grant({"grant_type": "fb_exchange_token", "fb_exchange_token": token.get_secret_value()})

    async def permissions(self, token: SecretStr) -> dict[str, str]:
        """Permission to `granted`, `declined` or `expired`."""
        listing = await list_all(self._transport, "me/permissions", {}, token)
        return {str(row.get("permission")): str(row.get("status")) for row in listing.rows}

    async def health(self, token: SecretStr) -> TokenHealth:
        """What Meta says about the token. An invalid token is an answer here, not an error."""
        app_token = SecretStr(f"{self._app.id}|{self._app.secret.get_secret_value()}")
        params: dict[str, JsonValue] = {"input_token": token.get_secret_value()}
        reply = await self._transport.call(Call("GET", "debug_token", params), app_token)
        data = reply.body.get("data")
        if not isinstance(data, dict):
            raise _unusable(reply, "no token data")
        scopes, user, error = data.get("scopes"), data.get("user_id"), data.get("error")
        return TokenHealth(
            valid=data.get("is_valid") is True,
            scopes=frozenset(str(scope) for scope in scopes) if isinstance(scopes, list) else frozenset(),
            user_id=str(user) if user else None,
            expires_at=_moment(data, "expires_at"),
            data_access_expires_at=_moment(data, "data_access_expires_at"),
            problem=str(error.get("message")) if isinstance(error, dict) else None,
        )

    async def _grant(self, params: Mapping[str, JsonValue]) -> TokenGrant:
        client = {"client_id": self._app.id, "client_secret": self._app.secret.get_secret_value()}
        try:
            reply = await self._transport.call(Call("GET", "oauth/access_token", {**client, **params}), None)
        except RetryLater as error:
            if (error.vendor.status, error.vendor.code) != (400, "1"):
                raise
            # Elsewhere code 1 means trouble at Meta's side; here it is how Meta rejects app id or secret.
            words = "Meta does not know this app: an administrator must check the app id and secret."
            raise ReconnectNeeded(PROVIDER, words, vendor=error.vendor) from None
        token, lifetime = reply.body.get("access_token"), reply.body.get("expires_in")
        if not isinstance(token, str) or not token:
            raise _unusable(reply, "no token")
        expires_at = None
        if isinstance(lifetime, int) and lifetime > 0:
            expires_at = reply.platform_time + timedelta(seconds=lifetime)
        return TokenGrant(SecretStr(token), expires_at)


def _moment(data: Mapping[str, JsonValue], key: str) -> datetime | None:
    """Unix seconds; 0 means never."""
    value = data.get(key)
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int) and value > 0 else None


def _unusable(reply: Reply, problem: str) -> Exception:
    return unusable_answer(reply.status, problem, effects=False, request_id=reply.request_id)
