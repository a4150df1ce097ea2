"""Why a command changes nothing. Stable types; the API maps each to an HTTP status."""

from enum import StrEnum
from typing import TypeVar

from pydantic import JsonValue

T = TypeVar("T")


class RefusalType(StrEnum):
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    INVALID = "invalid"
    NOT_ALLOWED = "not_allowed"
    STALE_HASH = "stale_hash"
    VERSION_MISMATCH = "version_mismatch"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"


class CommandRefused(Exception):
    """The sender can mend it: `message` says what to do next, `details` holds the facts to do it with."""

    def __init__(self, kind: RefusalType, message: str, **details: JsonValue) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.details = details


def needed(value: T | None, message: str) -> T:
    """The value, or a refusal that says what has to exist first."""
    if value is None:
        raise CommandRefused(RefusalType.NOT_ALLOWED, message)
    return value
