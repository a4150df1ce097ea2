"""Why a file cannot be used."""

from enum import StrEnum


class Reason(StrEnum):
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"
    DAMAGED = "damaged"
    INVALID = "invalid"


class Unusable(Exception):
    """`message` tells a marketer what is wrong with the file and what to do."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
