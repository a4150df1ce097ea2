"""The commands of a campaign: one small model each, told apart by `name`.

Bodies (a brief, a strategy, copy) are stored first as a command input; the command carries the id.
The API sends a `CommandRequest` as an Update; operators and other systems send a `SignalledCommand`.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, JsonValue, TypeAdapter

from models.contracts.base import Actor, Contract
from models.domain.states import OptimizerGoal, OptimizerMode, Ratio, RenderKind, Scope, Verdict


class EditBrief(Contract):
    name: Literal["edit_brief"] = "edit_brief"
    input_id: UUID


class EditStrategy(Contract):
    name: Literal["edit_strategy"] = "edit_strategy"
    input_id: UUID


class EditItem(Contract):
    name: Literal["edit_item"] = "edit_item"
    item: str
    input_id: UUID


class Regenerate(Contract):
    """Write the copy of these items anew; `input_id` holds {"instruction": text} where one was given."""

    name: Literal["regenerate"] = "regenerate"
    items: Annotated[list[str], Field(min_length=1, max_length=72)]
    input_id: UUID | None = None


class EditSchedule(Contract):
    name: Literal["edit_schedule"] = "edit_schedule"
    input_id: UUID


class EditPlan(Contract):
    name: Literal["edit_plan"] = "edit_plan"
    input_id: UUID


class Submit(Contract):
    """Turn the drafts of these scopes into submitted versions and ask for approval. No scopes means all four."""

    name: Literal["submit"] = "submit"
    scopes: list[Scope] = []


class Decide(Contract):
    """One ballot on a scope, or on one item. `seen_hash` is what the person saw; its first 8 characters suffice."""

    name: Literal["decide"] = "decide"
    scope: Scope
    item: str | None = None
    verdict: Verdict
    seen_hash: Annotated[str, Field(min_length=8, max_length=64)]
    reason: Annotated[str, Field(max_length=2_000)] = ""


class Seen(Contract):
    scope: Scope
    item: str | None = None
    hash: Annotated[str, Field(min_length=8, max_length=64)]


class ApproveAll(Contract):
    """Approve everything that waits for this person, exactly as seen: one recorded decision each."""

    name: Literal["approve_all"] = "approve_all"
    seen: Annotated[list[Seen], Field(min_length=1, max_length=76)]


class Withdraw(Contract):
    name: Literal["withdraw"] = "withdraw"
    scope: Scope
    item: str | None = None
    reason: Annotated[str, Field(min_length=1, max_length=2_000)]


class Publish(Contract):
    name: Literal["publish"] = "publish"


class CancelPublish(Contract):
    name: Literal["cancel_publish"] = "cancel_publish"


class Pause(Contract):
    name: Literal["pause"] = "pause"


class Resume(Contract):
    name: Literal["resume"] = "resume"


class End(Contract):
    name: Literal["end"] = "end"


class Cancel(Contract):
    name: Literal["cancel"] = "cancel"


class Archive(Contract):
    name: Literal["archive"] = "archive"


class Retry(Contract):
    """Try the step again that stopped with a problem."""

    name: Literal["retry"] = "retry"


class Rename(Contract):
    name: Literal["rename"] = "rename"
    title: Annotated[str, Field(min_length=1, max_length=120)]


class SetOptimizerMode(Contract):
    """What the optimizer may do in this campaign by itself; None: as the workspace says."""

    name: Literal["set_optimizer_mode"] = "set_optimizer_mode"
    mode: OptimizerMode | None = None


class SetOptimizerGoal(Contract):
    """What this campaign's money is to bring as much of; None: what the approved target asks for."""

    name: Literal["set_optimizer_goal"] = "set_optimizer_goal"
    goal: OptimizerGoal | None = None


class HoldOut(Contract):
    """Leave the campaign alone so that the optimizer's effect is measured, or let it be optimized again."""

    name: Literal["hold_out"] = "hold_out"
    held_out: bool


class ChooseAdAccount(Contract):
    name: Literal["choose_ad_account"] = "choose_ad_account"
    ad_account_id: UUID


class OpenChangeSet(Contract):
    name: Literal["open_change_set"] = "open_change_set"
    input_id: UUID


class DecideChangeSet(Contract):
    name: Literal["decide_change_set"] = "decide_change_set"
    number: int
    verdict: Literal[Verdict.APPROVE, Verdict.REQUEST_CHANGES]
    seen_hash: Annotated[str, Field(min_length=8, max_length=64)]
    reason: Annotated[str, Field(max_length=2_000)] = ""


class Render(Contract):
    """Make new pictures or a video for these items of one concept; they pay together and share the result.

    `model` is a key of the catalogue. `input_id` holds {"instruction": text} where one was given.
    """

    name: Literal["render"] = "render"
    items: Annotated[list[str], Field(min_length=1, max_length=6)]
    kind: RenderKind = RenderKind.IMAGE
    ratios: Annotated[list[Ratio], Field(min_length=1, max_length=4)] = list(Ratio)
    model: str
    variants: Annotated[int, Field(ge=1, le=4)] = 1
    input_id: UUID | None = None


class RenderAgain(Contract):
    """Pay for a render once more that failed, was cancelled or whose outcome nobody knows."""

    name: Literal["render_again"] = "render_again"
    render_id: UUID


class CancelRender(Contract):
    name: Literal["cancel_render"] = "cancel_render"
    render_id: UUID


class DiscardChangeSet(Contract):
    name: Literal["discard_change_set"] = "discard_change_set"
    number: int


AnyCommand = Annotated[
    EditBrief
    | EditStrategy
    | EditItem
    | Regenerate
    | EditSchedule
    | EditPlan
    | Submit
    | Decide
    | ApproveAll
    | Withdraw
    | Publish
    | CancelPublish
    | Pause
    | Resume
    | End
    | Cancel
    | Archive
    | Retry
    | Rename
    | SetOptimizerMode
    | SetOptimizerGoal
    | HoldOut
    | ChooseAdAccount
    | OpenChangeSet
    | DecideChangeSet
    | DiscardChangeSet
    | Render
    | RenderAgain
    | CancelRender,
    Field(discriminator="name"),
]

any_command: TypeAdapter[AnyCommand] = TypeAdapter(AnyCommand)


class CommandRequest(Contract):
    """One command and its sender. `command_id` makes repeats harmless; `expected_version` is an edit's If-Match."""

    command_id: Annotated[str, Field(min_length=8, max_length=200)]
    actor: Actor
    command: AnyCommand
    expected_version: int | None = None


class SignalledCommand(Contract):
    """The same commands from the Temporal web page: {"name": "decide", "payload": {...}, "seen_hash": "…"}."""

    name: str
    payload: dict[str, JsonValue] = {}
    seen_hash: str | None = None
    command_id: str | None = None
