"""One id and one log line per request, and an answer in our own form when something breaks."""

import time
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import ApiError, ProblemType, problem_response

log = structlog.get_logger()

HEADER = "X-Request-ID"
MAX_GIVEN_ID = 64


class RequestContext:
    """Outermost of our layers: everything inside logs with the request's id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _given_id(scope) or uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_with_id)
            except Exception:
                log.exception("request_failed", method=scope["method"], path=scope["path"])
                if status:
                    raise
                await _broken(request_id)(scope, receive, send_with_id)
            finally:
                # The path alone: a query may carry codes and states of a log-in.
                log.info(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    milliseconds=round((time.perf_counter() - started) * 1000, 1),
                )


def _given_id(scope: Scope) -> str | None:
    given = Headers(scope=scope).get(HEADER, "")
    return given if 0 < len(given) <= MAX_GIVEN_ID and given.replace("-", "").isalnum() and given.isascii() else None


def _broken(request_id: str) -> ASGIApp:
    detail = f"Nothing more is known to you than this id: {request_id}. Name it to the operator, and try again."
    return problem_response(ApiError(ProblemType.INTERNAL, detail), request_id)
