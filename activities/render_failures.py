"""Why a render did not succeed, in words for a marketer and in the provider's own."""

from models.domain.rendering import Ended
from models.tables.base import JsonObject
from providers.errors import ProviderError, VendorReply
from providers.media.protocol import Job, JobState, MediaProvider
from records.renders.jobs import Trouble
from records.renders.results import Failed

LOST = "The provider had deleted the result before it could be saved. It was paid; make it again if you still need it."


def trouble_of(error: ProviderError) -> Trouble:
    return Trouble(error.type, error.message)


def vendor_words(said: VendorReply) -> JsonObject:
    fields = {
        "status": said.status,
        "code": said.code,
        "subcode": said.subcode,
        "message": said.message,
        "request_id": said.request_id,
    }
    return {name: value for name, value in fields.items() if value is not None}


def failure_of(told: Job, provider: MediaProvider) -> Failed:
    """A job that ended without a result."""
    if told.state is JobState.LOST:
        return Failed(Ended.LOST, Trouble("render.lost", LOST), False, told.cost_micro_usd, {})
    if told.state is JobState.CANCELLED:
        words = f"{provider.label} stopped it before it was finished."
        return Failed(Ended.CANCELLED, Trouble("render.stopped", words), True, told.cost_micro_usd, {})
    failure = told.failure
    words = failure.message if failure else f"{provider.label} could not make it and gave no reason."
    vendor = vendor_words(failure.vendor) if failure else {}
    retryable = failure.retryable if failure else True
    return Failed(Ended.FAILED, Trouble("render.failed", words), retryable, told.cost_micro_usd, vendor)
