"""How the rendering services refuse: a status and a body in the vendor's own shape."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute

from simulator.store import Json


class Refused(Exception):
    def __init__(self, status: int, body: Json) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


class ServiceRoute(APIRoute):
    """Turns what a handler refuses into the answer."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def with_refusals(request: Request) -> Response:
            try:
                return await handler(request)
            except Refused as refused:
                return JSONResponse(refused.body, status_code=refused.status)

        return with_refusals


def base_url(request: Request) -> str:
    """Where the simulator is for this caller; links in answers begin with it."""
    return str(request.base_url).rstrip("/")


async def json_object(request: Request) -> dict[str, Json] | None:
    """None unless the body is a JSON object."""
    try:
        body = json.loads(await request.body())
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def shortened(value: Json) -> Json:
    """Data URIs are kept as files; in answers and in the store their beginning is enough."""
    if isinstance(value, dict):
        return {key: shortened(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shortened(one) for one in value]
    return f"{value[:40]}…" if isinstance(value, str) and value.startswith("data:") else value
