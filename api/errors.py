"""Every way a request can fail, translated to a problem object in one place."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException
from temporalio.client import (
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.errors import ErrorType
from api.field_errors import invalid, missing_header
from api.problems import ApiError, ProblemType, not_found, problem_response
from providers.errors import OutcomeUnknown, ProviderError, ReconnectNeeded, Refused, RetryLater
from providers.storage.protocol import ObjectMissing
from records.campaigns.refusals import CommandRefused, RefusalType

log = structlog.get_logger()

RETRY_AFTER_S = "5"
UNAVAILABLE_CODES = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
    }
)

# Refusals of a command keep their names as problem types.
REFUSALS = {refusal.value: ProblemType(refusal.value) for refusal in RefusalType}
# What a publish that waits for a person says to a word that does not fit.
REFUSALS[ErrorType.REFUSED.value] = ProblemType.NOT_ALLOWED


def from_workflow(error: WorkflowUpdateFailedError) -> ApiError:
    """A command that the campaign refused; the reason travels as the type of the cause."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type in REFUSALS:
        details = next((d for d in cause.details if isinstance(d, dict)), {})
        return _refusal(REFUSALS[cause.type], cause.message, details)
    log.error("update_failed", error=repr(cause))
    return ApiError(
        ProblemType.INTERNAL, "The campaign could not carry this out. Nothing was changed; try again, or ask for help."
    )


def _refusal(kind: ProblemType, message: str, details: dict[str, Any]) -> ApiError:
    # In a problem object `status` is the HTTP status, so the campaign's own goes by another name.
    members = {"state" if name == "status" else name: value for name, value in details.items()}
    return ApiError(kind, message, members=members)


def from_temporal(error: RPCError) -> ApiError:
    if error.status is RPCStatusCode.NOT_FOUND:
        return ApiError(
            ProblemType.NOT_ALLOWED,
            "The campaign has come to its end and takes no more commands. Duplicate it to go on.",
        )
    if error.status in UNAVAILABLE_CODES:
        return unavailable("The workflow service cannot be reached. Your data is safe; try again in a moment.")
    raise error


def from_provider(error: ProviderError) -> ApiError:
    said = {"provider": error.provider}
    match error:
        case RetryLater():
            seconds = str(int(error.retry_after.total_seconds()) + 1) if error.retry_after else RETRY_AFTER_S
            return ApiError(ProblemType.UNAVAILABLE, error.message, headers={"Retry-After": seconds}, members={**said})
        case ReconnectNeeded():
            return ApiError(ProblemType.RECONNECT_NEEDED, error.message, members={**said})
        case Refused():
            return ApiError(ProblemType.REFUSED_BY_PROVIDER, error.message, members={**said})
        case OutcomeUnknown():
            return ApiError(ProblemType.PROVIDER_OUTCOME_UNKNOWN, error.message, members={**said})
    raise error


def unavailable(detail: str) -> ApiError:
    return ApiError(ProblemType.UNAVAILABLE, detail, headers={"Retry-After": RETRY_AFTER_S})


def from_http(error: HTTPException) -> ApiError:
    """What the framework itself refuses: no route, wrong method, body too large, unreadable body."""
    if isinstance(error, ApiError):
        return error
    kinds = {
        401: (ProblemType.UNAUTHENTICATED, "Log in, or send an API key as `Authorization: Bearer …`."),
        403: (ProblemType.FORBIDDEN, "Ask an owner of the workspace for the right."),
        404: (ProblemType.NOT_FOUND, "Nothing lives at this address. See /docs for the addresses there are."),
        405: (ProblemType.METHOD_NOT_ALLOWED, "Use one of the methods in the Allow header."),
        413: (ProblemType.TOO_LARGE, "The request is larger than this address accepts. Send less."),
        415: (ProblemType.UNSUPPORTED_MEDIA_TYPE, "Send another Content-Type; see /docs."),
    }
    kind, detail = kinds.get(error.status_code, (ProblemType.BAD_REQUEST, str(error.detail)))
    return ApiError(kind, detail, headers=error.headers)


def translate(error: Exception) -> ApiError:  # noqa: C901, PLR0911 - one table, one line per family
    """Raises the error itself where it belongs to no family."""
    match error:
        case HTTPException():
            return from_http(error)
        case RequestValidationError():
            return missing_header(error.errors()) or invalid(error.errors())
        case CommandRefused():
            return _refusal(REFUSALS[error.kind], error.message, dict(error.details))
        case WorkflowUpdateFailedError():
            return from_workflow(error)
        case WorkflowUpdateRPCTimeoutOrCancelledError():
            return ApiError(
                ProblemType.NO_ANSWER_YET,
                "The campaign has not answered yet; the command may still be carried out. Look at the campaign in a "
                "moment, or send the command again with the same Idempotency-Key: it takes effect once.",
                headers={"Retry-After": RETRY_AFTER_S},
            )
        case WorkflowQueryFailedError():
            return unavailable("The campaign cannot say how far it is. Try again in a moment.")
        case RPCError():
            return from_temporal(error)
        case ProviderError():
            return from_provider(error)
        case ObjectMissing():
            return not_found("file")
        case OperationalError() | InterfaceError():
            log.error("database_unavailable", error=type(error).__name__)
            return unavailable("The database cannot be reached. Nothing was changed; try again in a moment.")
        case _:
            raise error


def _handler() -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, error: Exception) -> Response:
        return problem_response(translate(error), getattr(request.state, "request_id", None))

    return handle


TRANSLATED: tuple[type[Exception], ...] = (
    HTTPException,
    RequestValidationError,
    CommandRefused,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    WorkflowQueryFailedError,
    RPCError,
    ProviderError,
    ObjectMissing,
    OperationalError,
    InterfaceError,
)


def install_error_handlers(app: FastAPI) -> None:
    for kind in TRANSLATED:
        app.add_exception_handler(kind, _handler())
