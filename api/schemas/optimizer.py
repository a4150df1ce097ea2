"""Runs of the optimizer, its moves and its modes as clients see them. Money in minor units of the stated currency."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, JsonValue, model_validator

from api.optimizer_words import run_words
from api.schemas.base import Body, Paging, UtcTime, View
from models.contracts.optimizing import MoveResult
from models.domain.states import (
    MoveOrigin,
    MoveState,
    MoveVerdictKind,
    OptimizerGoal,
    OptimizerMode,
    PlatformKind,
    RunOutcome,
)
from models.domain.undo import UndoPreview
from models.tables.evidence import MoveVerdict
from models.tables.optimization import MoveAction, MoveSet, OptimizerRun
from optimizer.explaining import PoolExplanation
from optimizer.problem import PoolDecision


class RunView(View):
    """One run over an ad account. Without `finished_at` it is under way; `words` say what came of it."""

    id: UUID
    ad_account_id: UUID
    trigger: str
    logical_hour: UtcTime
    engine: str
    platform_time: UtcTime | None
    started_at: UtcTime
    finished_at: UtcTime | None
    inputs_sha256: str | None
    outcome: RunOutcome | None
    error: str | None
    counts: dict[str, JsonValue]
    words: str

    @classmethod
    def of(cls, row: OptimizerRun) -> "RunView":
        return cls.model_validate({**row.model_dump(), "words": run_words(row)})


class TriggerView(View):
    """`started`: a run begins now. `already_running`: one was under way, and no second one was started.

    `run` is null as long as the run has not written itself down; look at the list of runs then.
    """

    state: Literal["started", "already_running"]
    ad_account_id: UUID
    run: RunView | None
    detail: str


class RunSearch(Paging):
    ad_account_id: UUID | None = None


class MoveSearch(Paging):
    """Query parameters of a campaign's log."""

    state: list[MoveState] = Field(max_length=len(MoveState), default_factory=list, description="Any of these")


class MoveActionView(View):
    """One change of one budget owner. `before` and `after` hold `amount_minor` or `status`."""

    id: UUID
    object_id: UUID
    object_kind: PlatformKind
    kind: str
    name: str
    platform_id: Annotated[str, Field(validation_alias="external_id")]
    before: dict[str, JsonValue]
    after: dict[str, JsonValue]
    state: MoveState
    reason: str
    confidence_bp: int | None
    error: str | None
    performed_at: UtcTime | None


class VerdictView(View):
    """What a move did: a share of results for the same money with an 80 % interval; null where not measured."""

    verdict: MoveVerdictKind
    effect_bp: int | None
    low_bp: int | None
    high_bp: int | None
    window_from: UtcTime
    window_until: UtcTime
    judged_at: UtcTime
    words: str


class MoveSetView(View):
    """What was decided for one campaign at one moment; `no_action` too. Times of deciding are platform time.

    In lists `actions` are the first of `actions_in_all`; fetch the move set by its id for the others.
    """

    id: UUID
    campaign_id: UUID
    run_id: Annotated[UUID | None, Field(validation_alias="optimizer_run_id")]
    origin: MoveOrigin
    undo_of_id: UUID | None
    suggestion_id: UUID | None
    state: MoveState
    reason: str
    confidence_bp: int | None
    expected_gain_bp: int | None
    requested_by: Annotated[str | None, Field(validation_alias="requested_name")]
    currency: str | None
    decided_at: UtcTime
    expires_at: UtcTime | None
    finished_at: UtcTime | None
    created_at: UtcTime
    actions: list[MoveActionView]
    actions_in_all: int
    verdict: VerdictView | None = None

    @classmethod
    def of(
        cls,
        row: MoveSet,
        actions: Sequence[MoveAction],
        in_all: int,
        currency: str | None,
        verdict: MoveVerdict | None = None,
    ) -> "MoveSetView":
        told = {"currency": currency, "actions": list(actions), "actions_in_all": in_all, "verdict": verdict}
        return cls.model_validate({**row.model_dump(exclude={"requested_by"}), **told})


class RunReasonsView(View):
    """Why each budget owner was moved or left alone, from what the run stored. `names` are those of the owners then.

    `explained` says the same as `pools` in words, with what was seen, believed, expected and limited by.
    """

    run_id: UUID
    engine: str
    inputs_sha256: str
    pools: list[PoolDecision]
    explained: list[PoolExplanation]
    names: dict[UUID, str]


class CampaignBeliefsView(View):
    """What the optimizer believes of a campaign since its last look; `as_of` is platform time.

    `decision` holds the figures and `explained` says them in words.
    """

    run_id: UUID
    engine: str
    as_of: UtcTime
    decision: PoolDecision
    explained: PoolExplanation


class UndoBody(Body):
    """Exactly one of: an action, a move set, or a campaign with the time since which everything is set back."""

    seen_hash: Annotated[
        str | None,
        Field(min_length=8, max_length=64, description="`hash` of the preview: another one by now then answers 409"),
    ] = None
    action_id: UUID | None = None
    move_set_id: UUID | None = None
    campaign_id: UUID | None = None
    since: AwareDatetime | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        named = [value for value in (self.action_id, self.move_set_id, self.campaign_id) if value is not None]
        if len(named) != 1:
            raise ValueError("name exactly one of action_id, move_set_id and campaign_id")
        if (self.campaign_id is None) != (self.since is None):
            raise ValueError("give `since` with campaign_id, and with nothing else")
        return self


class UndoPreviewView(UndoPreview):
    """What an undo would set back, as of now. Undoing checks everything once more when it writes."""

    hash: str


class MoveRequestView(View):
    """A person's wish that becomes moves. While `state` is `working`, fetch it again."""

    id: UUID
    state: Literal["working", "done", "failed"]
    words: str
    result: MoveResult | None = None


class WorkspaceOptimizerBody(Body):
    mode: OptimizerMode


class WorkspaceOptimizerView(View):
    """What the optimizer may do in campaigns that have no mode of their own."""

    mode: OptimizerMode


class CampaignOptimizerBody(Body):
    """`mode` null: as the workspace says."""

    mode: OptimizerMode | None


class CampaignGoalBody(Body):
    """`goal` null: value where a return on spend was approved as the target and Meta reports values, else results."""

    goal: OptimizerGoal | None


class CampaignOptimizerView(View):
    """The lowest of three decides; `held_by` names who holds the mode below `auto`. `goal`: the campaign's own."""

    workspace_mode: OptimizerMode
    campaign_mode: OptimizerMode | None
    approved_mode: OptimizerMode | None
    mode: OptimizerMode
    held_by: list[Literal["workspace", "campaign", "envelope"]]
    words: str
    goal: OptimizerGoal | None
    last_optimized_at: datetime | None
