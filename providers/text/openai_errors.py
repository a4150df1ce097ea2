"""Translates every way in which OpenAI can fail into our error family, once.

Source: openai-python 3.x exception tree and response error codes, read 2026-11.
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import openai
from openai.types.responses import Response
from pydantic import ValidationError

from providers.errors import BadAnswer, ProviderError, ReconnectNeeded, Refused, RetryLater, VendorReply

PROVIDER = "OpenAI"

_DECLINED = "OpenAI's safety rules declined this text. Change the wording of the brief or instruction and try again."
_CREDIT = {"insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached"}
_SAFETY = {"invalid_prompt", "content_filter", "content_policy_violation", "moderation_blocked", "bio_policy",
           "misalignment_policy_violation"}  # fmt: skip
_BUSY = {"server_error", "rate_limit_exceeded", "vector_store_timeout"}


def from_exception(exc: openai.OpenAIError) -> ProviderError:
    """What an exception of the SDK means for us."""
    if isinstance(exc, openai.APIStatusError):
        return _from_status(exc)
    if isinstance(exc, openai.APIConnectionError):
        return RetryLater(PROVIDER, "OpenAI cannot be reached. It will be asked again by itself.")
    return BadAnswer(PROVIDER, f"OpenAI sent something unreadable ({type(exc).__name__}).")


def from_failed_response(response: Response, vendor: VendorReply, spent: int) -> ProviderError:
    """What a reply with HTTP 200 and a status other than `completed` means."""
    if response.status == "incomplete":
        reason = response.incomplete_details.reason if response.incomplete_details else None
        if reason == "content_filter":
            return Refused(PROVIDER, _DECLINED, vendor=vendor, spent_micro_usd=spent)
        truncated = reason == "max_output_tokens"
        message = f"OpenAI stopped before the end ({reason}). It will be asked once more with more room."
        return BadAnswer(PROVIDER, message, truncated=truncated, vendor=vendor, spent_micro_usd=spent)
    if vendor.code in _SAFETY:
        return Refused(PROVIDER, _DECLINED, vendor=vendor, spent_micro_usd=spent)
    if vendor.code in _BUSY:
        message = "OpenAI failed while writing. It will be asked again by itself."
        return RetryLater(PROVIDER, message, vendor=vendor, spent_micro_usd=spent)
    message = f"OpenAI ended with status {response.status!r} ({vendor.code}). It will be asked once more."
    return BadAnswer(PROVIDER, message, vendor=vendor, spent_micro_usd=spent)


def from_silence(spent: int) -> RetryLater:
    """Sent, but no answer came in time; the vendor may bill it all the same."""
    message = "OpenAI did not answer in time. It will be asked again by itself."
    return RetryLater(PROVIDER, message, spent_micro_usd=spent)


def from_refusal(vendor: VendorReply, spent: int) -> Refused:
    """The model itself declined; its words are in `vendor`."""
    return Refused(PROVIDER, _DECLINED, vendor=vendor, spent_micro_usd=spent)


def from_misfit(error: ValidationError, vendor: VendorReply, spent: int) -> BadAnswer:
    """The text is no JSON or breaks the schema. Names the fields, never their contents: a client's words."""
    fields = sorted({".".join(str(part) for part in line["loc"]) or "the whole" for line in error.errors()})
    message = f"OpenAI's answer does not fit what was asked for ({', '.join(fields[:5])}). It will be asked once more."
    return BadAnswer(PROVIDER, message, vendor=vendor, spent_micro_usd=spent)


def _from_status(exc: openai.APIStatusError) -> ProviderError:
    code = exc.code or exc.type
    vendor = VendorReply(status=exc.status_code, code=code, message=exc.message[:500], request_id=exc.request_id)
    if exc.status_code == 401:
        message = "OpenAI does not accept the API key. Put a valid key into the settings and resume."
        return ReconnectNeeded(PROVIDER, message, vendor=vendor)
    if code in _CREDIT:
        message = "The OpenAI account has used up its credit. Add credit or raise its limit at OpenAI and resume."
        return ReconnectNeeded(PROVIDER, message, vendor=vendor)
    if exc.status_code in (403, 404) or code == "model_not_found":
        message = "The OpenAI key may not use this model or region. Choose another model in the settings and resume."
        return ReconnectNeeded(PROVIDER, message, vendor=vendor)
    if exc.status_code in (408, 409, 429) or exc.status_code >= 500:
        message = "OpenAI is busy or unwell. It will be asked again by itself."
        return RetryLater(PROVIDER, message, retry_after=_stated_delay(exc), vendor=vendor)
    if code in _SAFETY:
        return Refused(PROVIDER, _DECLINED, vendor=vendor)
    message = f"OpenAI refused the request: {exc.message[:300]}. Change the input; if it is right, tell the operator."
    return Refused(PROVIDER, message, vendor=vendor)


def _stated_delay(exc: openai.APIStatusError) -> timedelta | None:
    """Reads `retry-after-ms`, else `retry-after` as seconds or as an HTTP date; None where absent or unreadable."""
    headers = exc.response.headers
    for name, unit in (("retry-after-ms", timedelta(milliseconds=1)), ("retry-after", timedelta(seconds=1))):
        try:
            return max(timedelta(0), float(headers[name]) * unit)
        except (KeyError, ValueError, OverflowError):
            continue
    try:
        return max(timedelta(0), parsedate_to_datetime(headers.get("retry-after", "")) - datetime.now(UTC))
    except (TypeError, ValueError):
        return None
