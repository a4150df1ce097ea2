"""What the providers' signed webhooks have in common: a replay window, and keys that may change."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from providers.media.protocol import BadWebhook

WINDOW = timedelta(minutes=5)
# Anybody may send forgeries; they must not make us ask the provider for its keys each time.
_REFETCH_AFTER = timedelta(minutes=1)

KeysT = TypeVar("KeysT")


def within_window(timestamp: str, now: datetime) -> None:
    """Refuse what was signed more than five minutes before or after `now`; `timestamp` in seconds since 1970."""
    try:
        signed_at = datetime.fromtimestamp(int(timestamp), UTC)
    except (ValueError, OverflowError, OSError):
        raise BadWebhook("The time of signing is not readable.") from None
    if abs(now - signed_at) > WINDOW:
        raise BadWebhook("It was signed more than five minutes ago.")


class SigningKeys(Generic[KeysT]):
    """A provider's keys, fetched when first needed, once they are too old, and once more when none of them fits."""

    def __init__(self, fetch: Callable[[], Awaitable[KeysT]], *, max_age: timedelta = timedelta(hours=24)) -> None:
        self._fetch = fetch
        self._max_age = max_age
        self._known: tuple[KeysT, datetime] | None = None
        self._lock = asyncio.Lock()

    async def verify(self, fits: Callable[[KeysT], bool], now: datetime) -> None:
        """
        Raises:
            BadWebhook: no key fits, not even a new one.
            ProviderError: the keys cannot be fetched; the provider will call again.
        """
        keys = await self._not_older_than(self._max_age, now)
        if fits(keys):
            return
        newer = await self._not_older_than(_REFETCH_AFTER, now)
        if newer is keys or not fits(newer):
            raise BadWebhook("The signature is not the provider's.")

    async def _not_older_than(self, age: timedelta, now: datetime) -> KeysT:
        async with self._lock:
            if self._known is None or now - self._known[1] > age:
                self._known = await self._fetch(), now
            return self._known[0]
