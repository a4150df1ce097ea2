"""Renders as clients see them, and what they may ask for. Costs are in millionths of a US dollar."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.schemas.assets import AssetView
from api.schemas.base import Body, Paging, UtcTime, View
from api.schemas.commands import ItemKey
from models.domain.base import Text500
from models.domain.states import LedgerState, Ratio, RenderKind, RenderStage, RenderState
from models.tables.asset import Asset
from models.tables.render import RenderAttempt, RenderJob

LOG_TAIL = 8


class RenderBody(Body):
    """What to make. `model` is a key of the list of models; left out, the installation's own for that kind.

    The items are of one concept: they share the result and what it costs. Variants that no item takes wait in the
    library.
    """

    items: Annotated[list[ItemKey], Field(min_length=1, max_length=6)]
    kind: RenderKind = RenderKind.IMAGE
    ratios: list[Ratio] = Field(min_length=1, max_length=4, default_factory=lambda: list(Ratio))
    model: Annotated[str | None, Field(max_length=80, examples=["replicate/flux-2-pro"])] = None
    variants: Annotated[int, Field(ge=1, le=4)] = 1
    instruction: Text500 = ""


class RenderSearch(Paging):
    """Query parameters of the lists of renders."""

    state: list[RenderState] = Field(max_length=len(RenderState), default_factory=list, description="Any of these")


class RenderLine(View):
    at: UtcTime
    attempt: int
    line: str


class RenderAttemptView(View):
    """One paid submit. `state` tells whether the provider has it, `outcome` how its job ended there."""

    number: int
    state: LedgerState
    outcome: RenderState | None
    provider_job_id: str | None
    cost_micro_usd: Annotated[int, Field(validation_alias="cost_micros")]
    error_type: str | None
    error: str | None
    first_sent_at: UtcTime | None
    ended_at: UtcTime | None


class RenderView(View):
    """One picture or video in one ratio. `note` tells what outside holds it up; `error` why it ended without a result.

    `progress` is in percent, null where the provider tells nothing. `log` holds the last lines, oldest first.
    """

    id: UUID
    campaign_id: UUID
    concept: Annotated[str, Field(validation_alias="concept_key")]
    items: list[str]
    kind: RenderKind
    ratio: Ratio
    model: str
    variants: int
    state: RenderState
    stage: RenderStage
    attempt: int
    progress: int | None
    eta_at: UtcTime | None
    note: str
    cost_micro_usd: Annotated[int, Field(validation_alias="cost_micros")]
    error_type: str | None
    error: str | None
    retry_of: UUID | None
    created_at: UtcTime
    started_at: UtcTime | None
    ended_at: UtcTime | None
    cancel_requested_at: UtcTime | None
    log: list[RenderLine]
    attempts: list[RenderAttemptView]
    outputs: list[AssetView]

    @classmethod
    def of(cls, job: RenderJob, attempts: Sequence[RenderAttempt], outputs: Sequence[Asset]) -> "RenderView":
        return cls.model_validate(_values(job, attempts, outputs, LOG_TAIL))


class RenderDetail(RenderView):
    """One render with its whole log, and what was asked of the model."""

    prompt: str
    reference_ids: list[UUID]
    duration_s: int | None

    @classmethod
    def of(cls, job: RenderJob, attempts: Sequence[RenderAttempt], outputs: Sequence[Asset]) -> "RenderDetail":
        return cls.model_validate(_values(job, attempts, outputs, len(job.log)))


def _values(
    job: RenderJob, attempts: Sequence[RenderAttempt], outputs: Sequence[Asset], lines: int
) -> dict[str, object]:
    return {**job.model_dump(), "log": job.log[-lines:] if lines else [], "attempts": attempts, "outputs": outputs}


class RenderModelView(View):
    """A model that can be asked for. `ready` is false where this installation has no key for its provider.

    `ratios` is empty where a result has the ratio of the picture that it begins with. A render costs `variants` times
    `output_micro_usd`, and for each second and each reference picture as much as stated.
    """

    key: str
    label: str
    provider: str
    kind: RenderKind
    ready: bool
    ratios: list[Ratio]
    most_references: int
    needs_reference: bool
    most_variants: int
    durations_s: list[int]
    output_micro_usd: int
    second_micro_usd: int
    reference_micro_usd: int
    typical_s: int


class PurposeCost(View):
    purpose: str
    calls: int
    cost_micro_usd: int


class AiUsageView(View):
    """What AI models cost the workspace in the calendar month (UTC). Calls under way count at their estimate."""

    spent_micro_usd: int
    cap_micro_usd: int
    purposes: list[PurposeCost]
