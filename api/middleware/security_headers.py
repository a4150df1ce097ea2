"""Headers that keep a browser from doing what no page of ours asks for."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def content_security_policy(store: str) -> str:
    """No inline script or style, and nothing from anywhere else but files from the object store."""
    return "; ".join(
        (
            "default-src 'self'",
            f"img-src 'self' data: blob: {store}".rstrip(),
            f"media-src 'self' blob: {store}".rstrip(),
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
ONE_YEAR = "max-age=31536000; includeSubDomains"


class SecurityHeaders:
    """Adds what the response did not set itself. `https` also tells browsers never to come back without it.

    `store` is the origin under which browsers reach the object store, or empty.
    """

    def __init__(self, app: ASGIApp, *, https: bool, store: str) -> None:
        self.app = app
        policy = {"Content-Security-Policy": content_security_policy(store)}
        self.headers = {**HEADERS, **policy, **({"Strict-Transport-Security": ONE_YEAR} if https else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
