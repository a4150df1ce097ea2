"""What a handler may ask for in its signature."""

from typing import Annotated

import structlog
from fastapi import Depends, Header, Request, Security
from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPBearer

from api.credentials import API_KEY_HEADER, SESSION_COOKIE
from api.problems import ApiError, ProblemType
from api.security import authenticate, refuse_forgery, require_editor
from api.services import Services
from models.contracts.base import Actor
from models.domain.states import Channel
from records.access import Caller

bearer_key = HTTPBearer(scheme_name="ApiKeyBearer", description="An API key: `Bearer glk_…`", auto_error=False)
header_key = APIKeyHeader(name=API_KEY_HEADER, scheme_name="ApiKeyHeader", description="An API key", auto_error=False)
session_cookie = APIKeyCookie(
    name=SESSION_COOKIE,
    scheme_name="Session",
    description="Set by log-in. Requests that change something also carry X-CSRF-Token.",
    auto_error=False,
)


def get_services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(get_services)]


async def get_caller(
    request: Request,
    services: ServicesDep,
    _bearer: Annotated[object, Security(bearer_key)],
    _header: Annotated[object, Security(header_key)],
    _cookie: Annotated[object, Security(session_cookie)],
) -> Caller:
    """The three schemes are named for the API's description; `authenticate` reads them."""
    caller = await authenticate(request, services)
    if caller is None:
        raise ApiError(
            ProblemType.UNAUTHENTICATED,
            "Log in, or send an API key as `Authorization: Bearer glk_…`. A session ends after 12 hours.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    await refuse_forgery(request, caller, services.settings)
    structlog.contextvars.bind_contextvars(workspace_id=str(caller.workspace_id), user_id=str(caller.user_id))
    return caller


CallerDep = Annotated[Caller, Depends(get_caller)]


def get_editor(caller: CallerDep) -> Caller:
    require_editor(caller)
    return caller


EditorDep = Annotated[Caller, Depends(get_editor)]


def actor_of(caller: Caller) -> Actor:
    """The caller as it travels with a command."""
    return Actor(
        user_id=caller.user_id,
        name=caller.name,
        role=caller.role.value,
        channel=Channel.API if caller.api_key_id else Channel.WEB,
    )


KEY_HEADER = Header(
    alias="Idempotency-Key",
    min_length=8,
    max_length=200,
    description="Any text that is new for each intention, such as a UUID. "
    "Repeating a request with its key repeats the answer, not the effect.",
    examples=["5b0b8f0e-9a5e-4a4c-8a3e-0a2f1f5f7c11"],
)
IdempotencyKey = Annotated[str, KEY_HEADER]
OptionalIdempotencyKey = Annotated[str | None, KEY_HEADER]
