"""At most so many requests a minute per client address, and per key or session.

Counted in this process: with several API processes each allows the limit, and the proxy in front holds the total.
"""

import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.credentials import presented_credential
from api.problems import ApiError, ProblemType, problem_response

# Idle buckets are full again and may go; this bounds what a flood of addresses can occupy.
MAX_BUCKETS = 50_000
# Probes of an orchestrator must never be refused.
EXEMPT = frozenset({"/health"})
# One page brings dozens of these, and browsers keep them for ever after.
EXEMPT_BELOW = ("/static/", "/pictures/")


@dataclass(slots=True)
class Bucket:
    tokens: float
    at: float


class TokenBuckets:
    """Each name may spend `per_minute` at once and regains them evenly over a minute. `clock` gives seconds."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._capacity = float(per_minute)
        self._per_second = per_minute / 60
        self._clock = clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, name: str) -> float:
        """Spend one; the seconds to wait when there is none, else 0."""
        now = self._clock()
        bucket = self._buckets.pop(name, None) or Bucket(self._capacity, now)
        bucket.tokens = min(self._capacity, bucket.tokens + (now - bucket.at) * self._per_second)
        bucket.at = now
        self._buckets[name] = bucket
        if len(self._buckets) > MAX_BUCKETS:
            self._buckets.popitem(last=False)
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self._per_second
        bucket.tokens -= 1
        return 0.0

    def left(self, name: str) -> int:
        bucket = self._buckets.get(name)
        return int(bucket.tokens if bucket else self._capacity)


@dataclass(frozen=True, slots=True)
class Limit:
    below: str
    per_minute: int
    buckets: TokenBuckets


class RateLimit:
    """`apart` names addresses whose callers are counted by themselves, against a limit of their own."""

    def __init__(self, app: ASGIApp, *, per_minute: int, apart: Mapping[str, int]) -> None:
        self.app = app
        self.people = Limit("", per_minute, TokenBuckets(per_minute))
        self.apart = [Limit(below, limit, TokenBuckets(limit)) for below, limit in apart.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in EXEMPT or scope["path"].startswith(EXEMPT_BELOW):
            await self.app(scope, receive, send)
            return
        limit = next((limit for limit in self.apart if scope["path"].startswith(limit.below)), self.people)
        names = _names(Request(scope))
        wait = max(limit.buckets.take(name) for name in names)
        left = min(limit.buckets.left(name) for name in names)

        async def send_with_limit(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-RateLimit-Limit"] = str(limit.per_minute)
                headers["X-RateLimit-Remaining"] = str(left)
            await send(message)

        app = _too_many(wait, scope, limit.per_minute) if wait else self.app
        await app(scope, receive, send_with_limit)


def _names(request: Request) -> list[str]:
    names = [f"address {request.client.host if request.client else 'unknown'}"]
    if credential := presented_credential(request):
        names.append("credential " + hashlib.sha256(credential.encode()).hexdigest())
    return names


def _too_many(wait_s: float, scope: Scope, per_minute: int) -> ASGIApp:
    seconds = math.ceil(wait_s)
    detail = f"At most {per_minute} requests a minute are served. Wait {seconds} s, then go on."
    error = ApiError(ProblemType.RATE_LIMITED, detail, headers={"Retry-After": str(seconds)})
    return problem_response(error, scope.get("state", {}).get("request_id"))
