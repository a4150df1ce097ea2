"""What Greenlight asks of a service that makes pictures or videos. Every submit costs money and none can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from models.domain.states import Ratio, RenderKind
from providers.errors import VendorReply


@dataclass(frozen=True, slots=True)
class Reference:
    """A picture that the result must resemble (product, logo) or, for a video, begin with. At most 1,024 px a side."""

    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """One submit. `model` is its key in the catalogue: "replicate/flux-2-pro".

    `seed` is ours alone, so that a submit whose answer was lost can be found again where the provider lists jobs.
    `send_before`, on the clock of time.monotonic: when the permission to send ends. Later than that nothing is sent.
    """

    kind: RenderKind
    model: str
    prompt: str
    ratio: Ratio
    seed: int
    references: tuple[Reference, ...] = ()
    variants: int = 1
    duration_s: int | None = None
    webhook_url: str | None = None
    send_before: float | None = None


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"
    """The provider does not know the job any more, or has deleted its result."""


@dataclass(frozen=True, slots=True)
class Output:
    """A file that can be downloaded for a while. `headers` are what the provider wants to see, never our key."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """`message` is for a marketer. `retryable`: the same request may succeed when it is sent, and paid, once more."""

    message: str
    retryable: bool
    vendor: VendorReply = field(default_factory=VendorReply)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the provider last told of it. `progress` in percent; None where it tells nothing.

    `log` is all that the provider has logged so far. `cost_micro_usd` (millionths of a US dollar): None until known.
    """

    provider_job_id: str
    state: JobState
    progress: int | None = None
    log: str = ""
    outputs: tuple[Output, ...] = ()
    failure: Failure | None = None
    cost_micro_usd: int | None = None


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """A verified call; it only means that a look at this job is worth while."""

    provider_job_id: str


class BadWebhook(Exception):
    """Not signed by the provider, too old, or not readable; answered with 401 and otherwise ignored."""


class MediaProvider(Protocol):
    """Each call raises the family in `providers.errors`.

    `render` raises RetryLater only where the submit surely made no job, and OutcomeUnknown where nobody can tell.
    """

    name: str
    """Stable, as in the catalogue and in records: "replicate"."""
    label: str
    """As people know it: "Replicate"."""

    def can_render(self, kind: RenderKind) -> bool: ...

    def ceiling_micro_usd(self, request: RenderRequest) -> int:
        """What the request may cost at most, in millionths of a US dollar; booked before it is sent."""
        ...

    async def render(self, request: RenderRequest) -> Job: ...

    async def poll(self, provider_job_id: str) -> Job:
        """A job that the provider does not know any more comes back as LOST."""
        ...

    async def cancel(self, provider_job_id: str) -> None:
        """Asks; `poll` tells what came of it. A job that has ended already is left as it is."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class FindsJobs(Protocol):
    """A provider whose jobs can be listed, so that an unknown submit can be settled."""

    async def find(self, seed: int, since: datetime) -> list[Job]:
        """Every job made with this seed since then, over all pages. A page that fails fails the whole look-up.

        Raises:
            OutcomeUnknown: what the provider still lists cannot tell; asking again will not help.
        """
        ...


@runtime_checkable
class CallsBack(Protocol):
    """A provider that calls a webhook."""

    async def parse_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookCall:
        """Verifies the provider's signature over the raw body and that it is at most five minutes old.

        Raises:
            BadWebhook: it is not the provider's, or it was sent again later.
        """
        ...
