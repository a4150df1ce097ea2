"""What a request presents to prove who is calling: an API key in a header, or the session cookie of a browser."""

from starlette.requests import Request

SESSION_COOKIE = "greenlight_session"
API_KEY_HEADER = "X-API-Key"


def api_key(request: Request) -> str | None:
    if key := request.headers.get(API_KEY_HEADER):
        return key
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() or None if scheme.lower() == "bearer" else None


def session_token(request: Request) -> str | None:
    return request.cookies.get(SESSION_COOKIE)


def presented_credential(request: Request) -> str | None:
    return api_key(request) or session_token(request)
