"""Translates what came back from Meta, or did not, into the error family that all providers share.

The one question that matters for a write: is it *proven* that nothing was done? Only then may it be sent again
without looking first. HTTP status and error type are weak hints at Meta; the numbers decide.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from providers.ads.meta.error_table import BY_CODE, Meaning, rule_for
from providers.ads.protocol import Usage
from providers.errors import OutcomeUnknown, ProviderError, ReconnectNeeded, Refused, RetryLater, VendorReply

PROVIDER = "Meta"
LOOKING = "We look on Meta before sending anything again."


@dataclass(frozen=True, slots=True)
class MetaError:
    """The `error` object of a reply."""

    status: int
    code: int
    subcode: int | None
    message: str
    words: str  # what Meta says to its user, in the user's language; falls back to `message`
    blamed: tuple[str, ...]
    transient: bool
    trace: str | None

    @classmethod
    def parse(cls, status: int, error: Mapping[str, object]) -> "MetaError":
        message = str(error.get("message") or "no message")
        user_words = [str(error[key]) for key in ("error_user_title", "error_user_msg") if error.get(key)]
        trace = error.get("fbtrace_id")
        return cls(
            status=status,
            code=_integer(error.get("code")) or 0,
            subcode=_integer(error.get("error_subcode")),
            message=message,
            words=": ".join(user_words) or message,
            blamed=_blamed_fields(error.get("error_data")),
            transient=error.get("is_transient") is True,
            trace=str(trace) if trace else None,
        )

    @property
    def vendor(self) -> VendorReply:
        subcode = None if self.subcode is None else str(self.subcode)
        return VendorReply(self.status, str(self.code), subcode, self.words, self.trace)


def translate(error: MetaError, *, effects: bool, usage: Usage | None = None) -> ProviderError:
    """The family member for a reply with an `error` object.

    Args:
        effects: whether the call could have changed something that is not safe to repeat.
        usage: the quota stated by the same reply; its waiting time wins over the table's.
    """
    rule = rule_for(error.code, error.subcode)
    meaning = rule.meaning if rule else None
    advice = rule.advice if rule else ""
    if meaning is Meaning.THROTTLED and rule is not None:
        stated = timedelta(seconds=usage.regain_s) if usage and usage.regain_s else None
        otherwise = None if stated and rule.unless_stated else rule.wait
        waits = [wait for wait in (stated, otherwise) if wait is not None]
        text = _sentence("Meta asks us to wait", error, advice)
        return RetryLater(PROVIDER, text, retry_after=max(waits, default=None), vendor=error.vendor)
    if meaning is Meaning.RECONNECT:
        return ReconnectNeeded(
            PROVIDER, _sentence("Meta did not accept the connection", error, advice), vendor=error.vendor
        )
    if error.transient or meaning is Meaning.AMBIGUOUS or (error.status >= 500 and rule is None):
        return _undecided(error, effects=effects)
    if meaning is Meaning.REFUSED or not effects:
        words = _sentence("Meta refused", error, advice or BY_CODE[100].advice)
        return Refused(PROVIDER, words, vendor=error.vendor)
    return _undecided(error, effects=effects)


def _undecided(error: MetaError, *, effects: bool) -> ProviderError:
    if effects:
        return OutcomeUnknown(PROVIDER, _sentence("Meta answered unclearly", error, LOOKING), vendor=error.vendor)
    return RetryLater(PROVIDER, _sentence("Meta had a problem", error, "We try again."), vendor=error.vendor)


# "Too much data", "took too long", and the same of a report.
_TOO_MUCH = frozenset({"1487534", "1504018", "1504038", "1504045"})


def asks_for_less(error: ProviderError) -> bool:
    """Whether Meta would answer a smaller request. Its commonest form is code 1 with nothing but words."""
    said = error.vendor
    if _TOO_MUCH & {said.code, said.subcode}:
        return True
    return said.code in ("1", "2", "99") and "reduce the amount of data" in (said.message or "").lower()


def no_answer(problem: str, *, effects: bool, sent: bool) -> ProviderError:
    """The family member for a call without a usable answer. `sent`: its first byte may have left this machine."""
    if not sent:
        return RetryLater(PROVIDER, f"Meta could not be reached ({problem}). We try again.")
    if effects:
        return OutcomeUnknown(PROVIDER, f"Meta did not confirm ({problem}). {LOOKING}")
    return RetryLater(PROVIDER, f"Meta did not answer ({problem}). We try again.")


def unusable_answer(status: int, problem: str, *, effects: bool, request_id: str | None) -> ProviderError:
    """The family member for an answer that is not what Meta documents: no JSON, no id, no list."""
    vendor = VendorReply(status=status, message=problem, request_id=request_id)
    if effects:
        return OutcomeUnknown(PROVIDER, f"Meta answered {status} with {problem}. {LOOKING}", vendor=vendor)
    return RetryLater(PROVIDER, f"Meta answered {status} with {problem}. We try again.", vendor=vendor)


def _sentence(opening: str, error: MetaError, advice: str) -> str:
    where = f" (field {', '.join(error.blamed)})" if error.blamed else ""
    words = error.words.rstrip(".")
    return f"{opening}: {words}{where}. {advice}".rstrip()


def _blamed_fields(error_data: object) -> tuple[str, ...]:
    """`error_data` is an object or JSON text of one; `blame_field_specs` is a list of paths."""
    if isinstance(error_data, str):
        try:
            error_data = json.loads(error_data)
        except ValueError:
            return ()
    specs = error_data.get("blame_field_specs") if isinstance(error_data, dict) else None
    if not isinstance(specs, list):
        return ()
    return tuple(".".join(map(str, path)) if isinstance(path, list) else str(path) for path in specs)


def _integer(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else None
