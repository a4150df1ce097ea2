"""The addresses that media providers call back. Each is for one attempt of one render and cannot be made by others."""

import hashlib
import hmac
from urllib.parse import urlencode
from uuid import UUID

PATH = "/api/v1/webhooks/renders"
_PURPOSE = b"greenlight render webhook"


class CallbackUrls:
    """`base_url` is where providers reach the API; the key is derived from `secret`, which every process shares."""

    def __init__(self, base_url: str, secret: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._key = hmac.digest(secret.encode(), _PURPOSE, hashlib.sha256)

    def url(self, provider: str, render_id: UUID, attempt: int) -> str:
        query = urlencode({"render": str(render_id), "attempt": attempt, "signature": self._sign(render_id, attempt)})
        return f"{self._base_url}{PATH}/{provider}?{query}"

    def is_ours(self, render_id: UUID, attempt: int, signature: str) -> bool:
        return hmac.compare_digest(self._sign(render_id, attempt).encode(), signature.encode())

    def _sign(self, render_id: UUID, attempt: int) -> str:
        return hmac.new(self._key, f"{render_id}:{attempt}".encode(), hashlib.sha256).hexdigest()
