"""ASGI middleware that lets faults strike on the wire, before or after the service has done its work."""

import asyncio

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.faults import PREFIXED, Fault, FaultName, Faults, Service, service_of

HANG_S = 60.0
SERVER_ERRORS = {
    Service.OPENAI: {
        "error": {"message": "The server had an error.", "type": "server_error", "param": None, "code": None}
    },
    Service.META: {
        "error": {
            "message": "Service temporarily unavailable",
            "type": "OAuthException",
            "code": 2,
            "is_transient": True,
            "fbtrace_id": "AsimulatedTrace",
        }
    },
    Service.REPLICATE: {"title": "Internal server error", "detail": "An unexpected error occurred.", "status": 500},
    Service.RUNWAY: {"error": "An unexpected error occurred."},
    Service.FAL: {"detail": "Internal Server Error", "error_type": "internal_error"},
}


class Disturbance:
    """Faults that need no knowledge of the service's objects; the others are taken by the handlers themselves."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or service_of(scope["path"]) is None:
            await self._app(scope, receive, send)
            return
        if latency := self._take(FaultName.LATENCY, scope):
            await asyncio.sleep(float(latency.params.get("seconds", 1)))
        if self._take(FaultName.DROPPED_BEFORE, scope):
            await drop_connection(send)
        elif hang := self._take(FaultName.TIMEOUT, scope):
            await self._apply_if_asked(hang, scope, receive)
            await _hang(float(hang.params.get("seconds", HANG_S)), receive, send)
        elif failure := self._failure(scope):
            fault, reply = failure
            await self._apply_if_asked(fault, scope, receive)
            await reply(scope, receive, send)
        elif self._take(FaultName.APPLIED_THEN_DROPPED, scope):
            await self._app(scope, receive, _swallow)
            await drop_connection(send)
        else:
            await self._app(scope, receive, send)

    def _take(self, name: FaultName, scope: Scope) -> Fault | None:
        return self._faults.take(name, scope["method"], scope["path"])

    async def _apply_if_asked(self, fault: Fault, scope: Scope, receive: Receive) -> None:
        if fault.params.get("applied"):
            await self._app(scope, receive, _swallow)

    def _failure(self, scope: Scope) -> tuple[Fault, Response] | None:
        """The answer that takes the place of the service's own."""
        service = service_of(scope["path"])
        if fault := self._take(FaultName.HTTP_503_HTML, scope):
            return fault, HTMLResponse("<html><body><h1>503 Backend fetch failed</h1></body></html>", status_code=503)
        if fault := self._take(FaultName.HTTP_500, scope):
            return fault, JSONResponse(SERVER_ERRORS[service or Service.META], status_code=500)
        if fault := self._take(FaultName.NONSENSE, scope):
            return fault, JSONResponse({"weather": ["sunny", 21], "id": None})
        # Meta's own part knows its many kinds of limits.
        if service in PREFIXED and (fault := self._take(FaultName.THROTTLE, scope)):
            wait_s = fault.params.get("retry_after", 1)
            headers = {"retry-after": str(wait_s)}
            return fault, JSONResponse(_rate_limit(service, wait_s), status_code=429, headers=headers)
        return None


def _rate_limit(service: Service, wait_s: float) -> dict[str, object]:
    match service:
        case Service.REPLICATE:
            detail = f"Request was throttled. Your rate limit resets in ~{wait_s}s."
            return {"title": "Too many requests", "detail": detail, "status": 429}
        case Service.RUNWAY:
            return {"error": "You have reached the daily limit of generations for this model."}
        case Service.FAL:
            return {"detail": "Too many requests."}
    kind, code = "requests", "rate_limit_exceeded"
    return {"error": {"message": "Rate limit reached.", "type": kind, "param": None, "code": code}}


async def _hang(seconds: float, receive: Receive, send: Send) -> None:
    try:
        await asyncio.wait_for(_client_gone(receive), seconds)
    except TimeoutError:
        await drop_connection(send)


async def drop_connection(send: Send) -> None:
    """Promises a body and ends without it: the server then closes the connection, and the client sees it break."""
    promise = [(b"content-type", b"application/json"), (b"content-length", b"512")]
    await send({"type": "http.response.start", "status": 200, "headers": promise})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})


async def _swallow(message: Message) -> None:
    """Takes a reply that the client will never see."""


async def _client_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
