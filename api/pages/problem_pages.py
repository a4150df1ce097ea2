"""Turns every problem object on its way to a browser into a page, and a missing log-in into the log-in page."""

import json
from urllib.parse import urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.consent import CALLBACK
from api.pages.rendering import render
from api.problems import MEDIA_TYPE, TYPE_PREFIX, ProblemType
from settings import Settings

# Addresses that programs read; everything else is for browsers.
FOR_PROGRAMS = ("/api/", "/health", "/docs", "/openapi.json", "/static/")
REFUSED_FORM = frozenset({ProblemType.UNAUTHENTICATED, ProblemType.CSRF_FAILED})


class ProblemPages:
    """Outermost, so that refusals by the other layers become pages too."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _for_people(scope):
            await self.app(scope, receive, send)
            return
        held: Message | None = None
        body = b""

        async def send_page(message: Message) -> None:
            nonlocal held, body
            if message["type"] == "http.response.start":
                if not Headers(raw=message["headers"]).get("Content-Type", "").startswith(MEDIA_TYPE):
                    await send(message)
                    return
                held = message
            elif held is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body"):
                    await self._answer(scope, held, json.loads(body), receive, send)

        await self.app(scope, receive, send_page)

    async def _answer(self, scope: Scope, held: Message, problem: dict[str, str], receive: Receive, send: Send) -> None:
        kind = problem["type"].removeprefix(TYPE_PREFIX)
        if kind == ProblemType.UNAUTHENTICATED and scope["method"] in ("GET", "HEAD"):
            path = scope["path"] + (f"?{scope['query_string'].decode()}" if scope["query_string"] else "")
            query = "" if path == "/" else f"?{urlencode({'next': path})}"
            await RedirectResponse(f"/login{query}", status_code=303)(scope, receive, send)
            return
        page = render(
            "problem.html",
            self.settings,
            status=held["status"],
            problem=problem,
            lost_form=kind in REFUSED_FORM and scope["method"] == "POST",
        )
        headers = MutableHeaders(raw=list(held["headers"]))
        for name in ("Content-Type", "Content-Length"):
            del headers[name]
        for name, value in headers.items():
            page.headers.setdefault(name, value)
        await page(scope, receive, send)


def _for_people(scope: Scope) -> bool:
    path = scope["path"]
    if path == CALLBACK:
        return "text/html" in Headers(scope=scope).get("Accept", "")
    return not path.startswith(FOR_PROGRAMS)
