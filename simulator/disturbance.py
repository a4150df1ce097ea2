"""ASGI middleware that lets faults strike on the wire, before or after the service has done its work."""

import asyncio

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.faults import Fault, FaultName, Faults, Service, service_of

HANG_S = 60.0


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
            await self._hang(hang, scope, receive, send)
        elif reply := self._refusal(scope):
            await reply(scope, receive, send)
        elif self._take(FaultName.APPLIED_THEN_DROPPED, scope):
            await self._app(scope, receive, _swallow)
            await drop_connection(send)
        else:
            await self._app(scope, receive, send)

    def _take(self, name: FaultName, scope: Scope) -> Fault | None:
        return self._faults.take(name, scope["method"], scope["path"])

    def _refusal(self, scope: Scope) -> Response | None:
        service = service_of(scope["path"])
        if self._take(FaultName.HTTP_503_HTML, scope):
            return HTMLResponse(
                "<html><body><h1>503 Backend fetch failed</h1></body></html>",
                status_code=503,
            )
        if self._take(FaultName.HTTP_500, scope):
            return JSONResponse(_server_error(service), status_code=500)
        if self._take(FaultName.NONSENSE, scope):
            return JSONResponse({"weather": ["sunny", 21], "id": None})
        if service is Service.OPENAI and (fault := self._take(FaultName.THROTTLE, scope)):
            headers = {"retry-after": str(fault.params.get("retry_after", 1))}
            error = {
                "message": "Rate limit reached.",
                "type": "requests",
                "param": None,
                "code": "rate_limit_exceeded",
            }
            return JSONResponse({"error": error}, status_code=429, headers=headers)
        return None

    async def _hang(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.params.get("applied"):
            await self._app(scope, receive, _swallow)
        try:
            await asyncio.wait_for(_client_gone(receive), float(fault.params.get("seconds", HANG_S)))
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


def _server_error(service: Service | None) -> dict[str, object]:
    if service is Service.OPENAI:
        return {
            "error": {
                "message": "The server had an error.",
                "type": "server_error",
                "param": None,
                "code": None,
            }
        }
    error = {
        "message": "Service temporarily unavailable",
        "type": "OAuthException",
        "code": 2,
        "is_transient": True,
    }
    return {"error": error | {"fbtrace_id": "SIMULATED"}}
