"""Who is calling, and whether a browser was tricked into calling."""

import hashlib
import hmac
from datetime import UTC, datetime
from uuid import UUID

from fastapi import Request, Response

from api.credentials import SESSION_COOKIE, api_key, session_token
from api.problems import ApiError, ProblemType
from api.services import Services
from models.domain.roles import Role
from models.domain.states import Scope
from records.access import Caller, SignedIn, caller_by_api_key, caller_by_session
from settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
EDITORS = frozenset({Role.OWNER, Role.MANAGER})
# Stopping never costs anything, so nobody of the team who decides has to look for somebody who may.
STOPPERS = EDITORS | {Role.APPROVER}


async def authenticate(request: Request, services: Services) -> Caller | None:
    """The verified caller; None where nothing was presented or it is not valid any more."""
    if key := api_key(request):
        return await caller_by_api_key(services.database, key)
    if token := session_token(request):
        return await caller_by_session(services.database, token)
    return None


async def refuse_forgery(request: Request, caller: Caller, settings: Settings) -> None:
    """A cookie travels with requests that other sites cause; the token does not. API keys need none.

    The token comes in a header, or as a field of a form.
    """
    if caller.session_id is None or request.method in SAFE_METHODS:
        return
    given = request.headers.get(CSRF_HEADER) or await _form_field(request)
    if not given or not hmac.compare_digest(given.encode(), csrf_token(settings, caller.session_id).encode()):
        raise ApiError(
            ProblemType.CSRF_FAILED,
            f"Load the page again and repeat. Programs send the session's token in {CSRF_HEADER}, or use an API key.",
        )


async def _form_field(request: Request) -> str | None:
    if not request.headers.get("Content-Type", "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    ):
        return None
    value = (await request.form()).get(CSRF_FIELD)
    return value if isinstance(value, str) else None


def refuse_cross_site(request: Request) -> None:
    """For log-in and registration, where no session's token exists yet."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise ApiError(ProblemType.CSRF_FAILED, "Open Greenlight itself to log in; another site sent this request.")


def csrf_token(settings: Settings, session_id: UUID) -> str:
    return _signature(settings, f"csrf|{session_id}")


def signed(settings: Settings, purpose: str, value: str) -> str:
    """`value` with a signature that holds for this purpose alone."""
    return f"{value}.{_signature(settings, f'{purpose}|{value}')}"


def unsigned(settings: Settings, purpose: str, text: str) -> str | None:
    """The value that was signed for this purpose; None where the signature is not ours."""
    value, _, signature = text.rpartition(".")
    expected = _signature(settings, f"{purpose}|{value}")
    return value if hmac.compare_digest(signature.encode(), expected.encode()) else None


def _signature(settings: Settings, text: str) -> str:
    secret = settings.session_secret.get_secret_value().encode()
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def is_https(settings: Settings) -> bool:
    return settings.public_url.startswith("https://")


def set_session_cookie(response: Response, signed_in: SignedIn, settings: Settings) -> None:
    response.set_cookie(
        SESSION_COOKIE,
        signed_in.token,
        max_age=int((signed_in.expires_at - datetime.now(UTC)).total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_https(settings),
    )


def clear_session_cookie(response: Response, settings: Settings) -> None:
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax", secure=is_https(settings))


def require_editor(caller: Caller) -> None:
    if caller.role not in EDITORS:
        raise ApiError(
            ProblemType.FORBIDDEN,
            f"As {caller.role.value} you can look and decide, not edit. Ask an owner or manager of the workspace.",
        )


def moves_money(caller: Caller) -> bool:
    """Whether the caller may have budgets moved: who edits, and decides on budgets as on a change of the schedule."""
    return caller.role in EDITORS and Scope.SCHEDULE in caller.scopes


def require_money(caller: Caller) -> None:
    require_editor(caller)
    if not moves_money(caller):
        raise ApiError(
            ProblemType.FORBIDDEN,
            "You do not decide on budgets in this workspace. Ask somebody who approves budgets and dates.",
        )


def require_stopper(caller: Caller) -> None:
    if caller.role not in STOPPERS:
        raise ApiError(
            ProblemType.FORBIDDEN,
            f"As {caller.role.value} you cannot stop ads here. Owners, managers and approvers can: call one of them.",
        )
