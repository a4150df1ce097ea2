"""Pure translations around a write: what an attempt's end means to the ledger, and which failure is the gravest."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid5

from temporalio.exceptions import ApplicationError

from activities.errors import ErrorType, final, waiting
from models.domain.ledger import Answer, Reply
from models.domain.money import in_words
from models.domain.states import WriteClass, WriteOp
from models.tables.base import JsonObject
from models.tables.ledger import LedgerIntent
from providers.ads.meta.currencies import to_minor
from providers.ads.protocol import Usage, WriteReceipt
from providers.ads.results import NodeState
from providers.errors import ProviderError, ReconnectNeeded, Refused, RetryLater
from records import pools
from records.gate import QUOTA_LIMIT_PCT, GateVerdict, Ruling
from records.ledger import NewIntent


def removal_of(row: LedgerIntent, platform_id: str) -> NewIntent:
    """Deletes an object that the ledger does not want. Class stop: it may go whatever the gate says."""
    object_id = uuid5(row.object_id, f"surplus:{platform_id}")
    removal = NewIntent.after(row, WriteOp.DELETE, WriteClass.STOP, "")
    return replace(removal, object_id=object_id, platform_id=platform_id)


_GRAVITY = {ErrorType.REFUSED: 5, ErrorType.DROPPED: 4, ErrorType.UNCONFIRMED: 3, ErrorType.NEEDS_PERSON: 2}


def gravity(error: ApplicationError) -> tuple[int, timedelta]:
    grave = 1 if error.type == ErrorType.WAITING else _GRAVITY.get(ErrorType(error.type or ErrorType.BROKEN), 6)
    return grave, error.next_retry_delay or timedelta()


def held(ruling: Ruling, otherwise: timedelta) -> ApplicationError:
    if ruling.verdict is GateVerdict.PERSON:
        return final(ErrorType.NEEDS_PERSON, ruling.reason)
    return waiting(ruling.reason, ruling.retry_after or otherwise)


def changed_meanwhile(row: LedgerIntent, node: NodeState, currency: str) -> str:
    """Why an update is not sent: the platform does not hold what it was decided on."""
    budget = pools.budget_in(row.expected_before or {})
    there = None if budget is None else getattr(node, budget[0])
    if budget is None or there is None or there == budget[1]:
        return "It was changed on the platform in the meantime; look at it there."
    found, expected = (in_words(to_minor(amount, currency), currency) for amount in (there, budget[1]))
    return f"It was changed on the platform in the meantime: it is {found} there, not {expected}."


def answer_of(receipt: WriteReceipt | None, failure: ProviderError | None) -> Reply:
    if receipt is not None:
        return Reply(Answer.DONE, receipt.platform_id)
    reason = failure.message if failure else None
    if isinstance(failure, Refused):
        return Reply(Answer.REFUSED, reason=reason)
    if isinstance(failure, (RetryLater, ReconnectNeeded)):
        return Reply(Answer.NOT_EXECUTED, reason=reason)
    return Reply(Answer.UNCLEAR, reason=reason)


def said(receipt: WriteReceipt | None, failure: ProviderError | None) -> JsonObject:
    if failure is None:
        return {"platform_time": receipt.platform_time.isoformat()} if receipt else {}
    vendor = failure.vendor
    return {
        "error": failure.type,
        "message": failure.message,
        "code": vendor.code,
        "subcode": vendor.subcode,
        "status": vendor.status,
        "request_id": vendor.request_id,
    }


def quota_after(
    usage: Usage | None, failure: ProviderError | None, op: WriteOp, *, holds: timedelta
) -> tuple[int | None, timedelta | None]:
    """The account's usage in percent and how long that keeps writers waiting; None where nothing was said.

    A throttled update may only have met the limit of its own object, such as four budget edits an hour.
    """
    throttled = failure.retry_after if isinstance(failure, RetryLater) and op is not WriteOp.UPDATE else None
    regain = timedelta(seconds=usage.regain_s) if usage and usage.regain_s else None
    percent = None if usage is None else round(usage.percent)
    if throttled is not None:
        return max(100, percent or 0), max(throttled, regain or timedelta())
    if regain is not None:
        return percent, regain
    return percent, holds if percent is not None and percent >= QUOTA_LIMIT_PCT else None
