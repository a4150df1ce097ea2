"""What travels between a render's workflow, its activities and its campaign."""

from enum import StrEnum
from uuid import UUID

from models.contracts.base import CampaignRef, Contract
from models.domain.states import RenderState


class RenderRef(Contract):
    workspace_id: UUID
    campaign_id: UUID
    render_id: UUID


class NextStep(StrEnum):
    SUBMIT = "submit"
    LOOK = "look"
    NOTHING = "nothing"


class RenderSeen(Contract):
    """A render after one step. `next_step` is due after `wait_s` seconds, or as soon as somebody calls."""

    state: RenderState
    attempt: int
    next_step: NextStep
    wait_s: float = 0


class RenderRun(Contract):
    """The input of a render's workflow, first with the ref alone, later as carried over continue-as-new."""

    ref: RenderRef
    seen: RenderSeen | None = None


class RendersHandedOver(Contract):
    """Renders whose workflows have been started."""

    ref: CampaignRef
    render_ids: list[UUID]


class ComposeItem(Contract):
    ref: CampaignRef
    item: str
