"""The few ways in which an outside service can fail, shared by every adapter.

    ProviderError
    ├── RetryLater         not now; the same call may succeed after `retry_after`
    │   └── BadAnswer      an answer arrived, was paid for and cannot be used; worth one more try, not many
    ├── ReconnectNeeded    a person must mend the key, token or credit first; then the same call may succeed
    ├── Refused            no, for good; the input has to change
    └── OutcomeUnknown     sent, but nobody can tell whether it took effect; look before sending again

An adapter translates the vendor's errors into these once, at its edge. `type` is stable: retry policies and
workflows branch on it, never on the message.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class VendorReply:
    """What the vendor itself said, for the record and for its support desk. Never holds a token or personal data."""

    status: int | None = None
    code: str | None = None
    subcode: str | None = None
    message: str | None = None
    request_id: str | None = None


class ProviderError(Exception):
    """Base of the family. Raise one of the subclasses.

    Args:
        provider: which service, as people know it ("OpenAI", "Meta").
        message: for people; says what happened and what to do next.
        vendor: the vendor's own words.
        spent_micro_usd: what the failed call cost all the same, in millionths of a US dollar.
    """

    type: ClassVar[str] = "provider.error"
    retryable: ClassVar[bool] = False
    retry_after: timedelta | None = None

    def __init__(
        self, provider: str, message: str, *, vendor: VendorReply | None = None, spent_micro_usd: int = 0
    ) -> None:
        super().__init__(message)
        self.provider = provider
        self.message = message
        self.vendor = vendor or VendorReply()
        self.spent_micro_usd = spent_micro_usd


class RetryLater(ProviderError):
    """Throttled, overloaded or unreachable, and proven harmless to repeat.

    `retry_after` is the delay the vendor stated; None leaves it to the caller's own back-off.
    """

    type = "provider.retry_later"
    retryable = True

    def __init__(
        self,
        provider: str,
        message: str,
        *,
        retry_after: timedelta | None = None,
        vendor: VendorReply | None = None,
        spent_micro_usd: int = 0,
    ) -> None:
        super().__init__(provider, message, vendor=vendor, spent_micro_usd=spent_micro_usd)
        self.retry_after = retry_after


class BadAnswer(RetryLater):
    """The vendor answered, but not with what was asked for. `truncated`: it ran out of its output allowance."""

    type = "provider.bad_answer"

    def __init__(
        self,
        provider: str,
        message: str,
        *,
        truncated: bool = False,
        vendor: VendorReply | None = None,
        spent_micro_usd: int = 0,
    ) -> None:
        super().__init__(provider, message, vendor=vendor, spent_micro_usd=spent_micro_usd)
        self.truncated = truncated


class ReconnectNeeded(ProviderError):
    """Key or token missing, expired, revoked or without the right, or its credit is used up."""

    type = "provider.reconnect_needed"


class Refused(ProviderError):
    """The vendor will never accept this input; `message` says in a marketer's words what to change."""

    type = "provider.refused"


class OutcomeUnknown(ProviderError):
    """A call with effects was sent and its result is not known. Never repeat it blindly."""

    type = "provider.outcome_unknown"
