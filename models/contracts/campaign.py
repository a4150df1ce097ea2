"""What CampaignWorkflow takes, holds and answers."""

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import JsonValue

from models.contracts.base import Actor, CampaignRef, Contract
from models.contracts.commands import CommandRequest
from models.contracts.publishing import DryRunReport, PublishOutcome
from models.domain.states import ApprovalState, CampaignStatus, ChangeSetState, Delivery, Scope


class CreateCampaign(Contract):
    """`input_id` names the stored body: {"brief": Brief, "strategy": Strategy | null}."""

    workspace_id: UUID
    campaign_id: UUID
    input_id: UUID
    request_hash: str
    create_key: str
    title: str
    actor: Actor


class Step(StrEnum):
    """What the workflow does by itself, in this order of precedence."""

    PARSE_BRIEF = "parse_brief"
    DRAFT_STRATEGY = "draft_strategy"
    WRITE_COPY = "write_copy"
    TAKE_RENDERS = "take_renders"
    RENDER = "render"
    COMPOSE = "compose"
    DRAFT_PLAN = "draft_plan"
    DRY_RUN = "dry_run"
    PUBLISH = "publish"
    PLATFORM_STATUS = "platform_status"
    APPLY_CHANGE_SET = "apply_change_set"


class ScopeSnapshot(Contract):
    """`hash` is what a decision must have seen; None while nothing was submitted."""

    state: ApprovalState
    requested: bool = False
    hash: str | None = None
    waiting_for: str | None = None


class ItemSnapshot(Contract):
    key: str
    state: ApprovalState
    included: bool = True
    hash: str | None = None


class ChangeSetSnapshot(Contract):
    number: int
    hash: str
    state: ChangeSetState


class CampaignSnapshot(Contract):
    """The small part of a campaign that the workflow needs to refuse, wait and go on. `version` is the ETag.

    `open_renders` have a workflow that has not ended, `new_renders` have none yet.
    """

    workspace_id: UUID
    campaign_id: UUID
    title: str
    status: CampaignStatus
    version: int
    scopes: dict[Scope, ScopeSnapshot] = {}
    items: list[ItemSnapshot] = []
    change_sets: list[ChangeSetSnapshot] = []
    step: Step | None = None
    write_items: list[str] = []
    new_renders: list[UUID] = []
    open_renders: list[UUID] = []
    compose_items: list[str] = []
    waiting_on: str = ""
    problem: str | None = None
    publish_number: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    delivery: Delivery | None = None
    archived: bool = False
    launch_basis: str | None = None
    platform_command: Literal["pause", "resume", "end"] | None = None


class CampaignAnswer(Contract):
    """What a command's sender gets back. `detail` holds ids and small values of the command's own."""

    snapshot: CampaignSnapshot
    request_hash: str
    detail: dict[str, JsonValue] = {}


class CampaignState(Contract):
    """The workflow's input, first with `created` alone, later as carried over continue-as-new.

    `handled` holds the last command ids, so that a repeat is answered and not repeated.
    """

    created: CreateCampaign
    snapshot: CampaignSnapshot | None = None
    handled: list[str] = []
    publishing: int = 0
    published: PublishOutcome | None = None
    reviews: int = 0
    expires_at: datetime | None = None
    news: bool = False


class ApplyCommand(Contract):
    ref: CampaignRef
    request: CommandRequest


class WriteItem(Contract):
    """One item whose copy is due; an instruction, where a person gave one, is in the records."""

    ref: CampaignRef
    item: str


class StepProblem(Contract):
    """A step that cannot go on without a person; shown on the page with what to do."""

    ref: CampaignRef
    step: Step
    error_type: str
    message: str


class PublishEnded(Contract):
    ref: CampaignRef
    outcome: PublishOutcome


class DryRunDone(Contract):
    """`basis` is the launch that was checked; a result for another one than the present is dropped."""

    ref: CampaignRef
    basis: str
    report: DryRunReport


class DeliverySeen(Contract):
    ref: CampaignRef
    delivery: Delivery
    reason: str | None


class StatusChanged(Contract):
    """The platform did what a `pause`, `resume` or `end` asked for, or the start of the flight has come."""

    ref: CampaignRef
    command: Literal["start", "pause", "resume", "end"]
    status: CampaignStatus


class HoldCampaign(Contract):
    """Greenlight itself paused it on the platform; see `PauseFor`."""

    ref: CampaignRef
    command_id: str
    reason: str


class CancelIgnored(Contract):
    """Somebody cancelled the run in Temporal although the campaign cannot be cancelled any more."""

    ref: CampaignRef
    reason: str


class ChangeSetRef(Contract):
    """An approved change of a running campaign that is due on the platform."""

    ref: CampaignRef
    number: int
