"""What the workflows around a running campaign take and answer: hourly runs, moves, stops, upkeep. Ids, no rows."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from models.contracts.base import Actor, Contract
from models.domain.states import RunOutcome

PAUSE_FOR = "pause_for"
"""Name of the signal that carries a `PauseFor` to `campaign-{id}`."""


class AccountRef(Contract):
    workspace_id: UUID
    ad_account_id: UUID


class OptimizeAccount(AccountRef):
    """Input of `OptimizeAccountWorkflow`. A start without a schedule behind it takes the current hour."""


class RunRef(AccountRef):
    run_id: UUID


class BeginRun(RunRef):
    trigger: Literal["schedule", "manual"]
    logical_hour: datetime


class RunBegun(Contract):
    """`live`: whether the account has anything to measure or decide. `account` is its name, for operators."""

    live: bool
    account: str = ""


class AccountRead(Contract):
    """What a reading brought. `problem` says in words why today's figures could not be read; None when they were."""

    platform_time: datetime | None = None
    nodes: int = 0
    readings: int = 0
    calls: int = 0
    waited_s: float = 0.0
    problem: str | None = None


class Hold(Contract):
    """A campaign that Greenlight itself paused on the platform, and why, in words."""

    campaign_id: UUID
    reason: str


class Holds(Contract):
    holds: list[Hold] = []


class PauseFor(Contract):
    """Tells a campaign that it was paused on the platform for a reason of Greenlight's own: a cap, or a stop."""

    command_id: str
    reason: str


class SignsNoted(Contract):
    """What an hour's figures are a sign of: ad sets with a word on each, anomalies that go on, new ones, ended ones."""

    signals: int = 0
    anomalies: int = 0
    new: int = 0
    over: int = 0


class Decided(Contract):
    """What a run decided. `actions` of them are to be applied now, in pages; the others wait for people."""

    outcome: RunOutcome
    campaigns: int = 0
    moved: int = 0
    proposed: int = 0
    left_alone: int = 0
    actions: int = 0


class ApplyPage(Contract):
    """Apply the next actions of a run, or of one move set. Answers tell whether there is more."""

    workspace_id: UUID
    run_id: UUID | None = None
    move_set_id: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 50


class PageApplied(Contract):
    """Of a run: what this page settled. Of one move set: how it stands by now, and why what was not done was not."""

    applied: int = 0
    dropped: int = 0
    failed: int = 0
    more: bool = False
    reasons: list[str] = []


class EndRun(RunRef):
    outcome: RunOutcome
    error: str | None = None
    counts: dict[str, float] = {}


class RunResult(Contract):
    run_id: UUID
    outcome: RunOutcome
    error: str | None = None
    counts: dict[str, float] = {}


class UndoTarget(Contract):
    """Exactly one of the three: an action, a move set, or everything of a campaign since a platform time."""

    action_id: UUID | None = None
    move_set_id: UUID | None = None
    campaign_id: UUID | None = None
    since: datetime | None = None


class MoveRequest(Contract):
    """Input of `MoveWorkflow` (`moves-{request_id}`): a person's wish that ends in move sets.

    `undo`: `target`. `suggestion`: `suggestion_id` was approved. `revert`: `drift_id` is set back.
    """

    workspace_id: UUID
    request_id: UUID
    actor: Actor
    kind: Literal["undo", "suggestion", "revert"]
    target: UndoTarget | None = None
    suggestion_id: UUID | None = None
    drift_id: UUID | None = None


class MovesIntended(Contract):
    """The move sets that a wish became; `refused` says in words what will not be done, and why."""

    move_set_ids: list[UUID] = []
    refused: list[str] = []


class MoveResult(Contract):
    """`refused` says in words what was not done, and why: before anything was sent, or when it was to be sent."""

    move_set_ids: list[UUID] = []
    applied: int = 0
    dropped: int = 0
    failed: int = 0
    refused: list[str] = []


class StopRef(Contract):
    """Input of `StopWorkflow` (`stop-{stop_id}`)."""

    workspace_id: UUID
    stop_id: UUID


class StopSweep(Contract):
    """One sweep over everything a stop covers.

    `clean`: the platform listed nothing of it as running, and nothing is in doubt. `campaigns` are those of which
    nothing runs any more and whose pages have to say so; `reason` is what they say. `again_in_s`: how long a further
    sweep can bring nothing new; `released`: a person released the stop meanwhile.
    """

    paused: int = 0
    not_stopped: int = 0
    clean: bool = False
    released: bool = False
    campaigns: list[UUID] = []
    reason: str = ""
    again_in_s: float = 0.0


class OpenStops(Contract):
    """Stops of which not everything has been seen paused."""

    stops: list[StopRef] = []


class UpkeepRun(Contract):
    """Input of the upkeep's workflows. A nightly sweep over many accounts continues `after` the last one it took up.

    `done` and `problems` are what it came to until then.
    """

    after: UUID | None = None
    begun_at: datetime | None = None
    done: dict[str, int] = {}
    problems: list[str] = []


class AccountPage(Contract):
    """Ad accounts in the order of their ids; `after` is set where there are more."""

    accounts: list[AccountRef] = []
    after: UUID | None = None


class Swept(Contract):
    """What one step of the upkeep did, and what it could not do, in words."""

    done: int = 0
    problems: list[str] = []


class UpkeepDone(Contract):
    """What a sweep of the upkeep did, for its operator to read in Temporal."""

    done: dict[str, int] = {}
