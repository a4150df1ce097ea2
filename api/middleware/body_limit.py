"""Refuses a body larger than its address takes: by the stated length at once, else while it streams.

The connection stays open: closing it on a client that is still sending would cost the client our answer.
"""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import ApiError, ProblemType, problem_response


class BodyLimit:
    """`larger` names the addresses that take more than `usual` bytes; one that ends in a slash, all below it."""

    def __init__(self, app: ASGIApp, *, usual: int, larger: Mapping[str, int]) -> None:
        self.app = app
        self.usual = usual
        self.larger = dict(larger)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"].rstrip("/")
        limit = self.larger.get(path, self.larger.get(f"{path.rpartition('/')[0]}/", self.usual))
        stated = Headers(scope=scope).get("Content-Length", "0")
        if stated.isdigit() and int(stated) > limit:
            await problem_response(_too_large(limit), scope["state"].get("request_id"))(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                # The framework lets this pass through its body parsing, and the error handlers answer it.
                raise _too_large(limit)
            return message

        await self.app(scope, receive_counted, send)


def _too_large(limit: int) -> ApiError:
    return ApiError(ProblemType.TOO_LARGE, f"This address takes up to {limit:,} bytes. Send less.")
