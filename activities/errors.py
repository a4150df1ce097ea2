"""Where the errors of providers and of the ledger become Temporal's: one table, one place.

Workflows branch on `ApplicationError.type`, which is one of `ErrorType` or the provider family's own `type`.
"""

from datetime import timedelta
from enum import StrEnum

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from providers.errors import BadAnswer, OutcomeUnknown, ProviderError, ReconnectNeeded, Refused, RetryLater


class ErrorType(StrEnum):
    """What a publishing activity may fail with, besides the provider family.

    WAITING is retried by Temporal and never reaches a workflow. The others do.
    """

    WAITING = "publish.waiting"
    REFUSED = "publish.refused"
    DROPPED = "publish.dropped"
    UNCONFIRMED = "publish.unconfirmed"
    NEEDS_PERSON = "publish.needs_person"
    BROKEN = "publish.broken"


# Whether the same call may succeed by waiting alone.
_RETRYABLE: dict[type[ProviderError], bool] = {
    RetryLater: True,
    BadAnswer: True,
    ReconnectNeeded: False,
    Refused: False,
    OutcomeUnknown: False,
}


def as_application_error(error: ProviderError) -> ApplicationError:
    """The Temporal error for a failed call; a delay that the provider stated becomes the next retry's."""
    return ApplicationError(
        error.message,
        type=error.type,
        non_retryable=not _RETRYABLE[type(error)],
        next_retry_delay=error.retry_after,
    )


_ONE_OBJECT = "one object"
_AT_LEAST = timedelta(milliseconds=50)


def waiting(reason: str, retry_after: timedelta | None, *, one_object: bool = False) -> ApplicationError:
    """Nothing is wrong with the request; it goes on by itself after `retry_after`, or by the retry policy's back-off.

    `one_object`: the reason lies in that object and keeps no other one waiting.
    """
    return ApplicationError(
        reason,
        *([_ONE_OBJECT] if one_object else []),
        type=ErrorType.WAITING,
        next_retry_delay=None if retry_after is None else max(retry_after, _AT_LEAST),
        category=ApplicationErrorCategory.BENIGN,
    )


def may_others_go(error: ApplicationError) -> bool:
    """Whether other objects may be written while this one waits."""
    return _ONE_OBJECT in error.details


def final(kind: ErrorType, message: str) -> ApplicationError:
    """Waiting does not help: the workflow decides."""
    return ApplicationError(message, type=kind, non_retryable=True)
