"""Steps of an hourly run that do as the test says, and a campaign that hears of its hold."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from temporalio import activity, workflow
from temporalio.exceptions import ApplicationError

from models.contracts.optimizing import (
    PAUSE_FOR,
    AccountRead,
    ApplyPage,
    BeginRun,
    Decided,
    EndRun,
    Hold,
    Holds,
    PageApplied,
    PauseFor,
    RunBegun,
    RunRef,
    RunResult,
    SignsNoted,
)
from models.domain.states import RunOutcome

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


@dataclass
class Hour:
    """`failures` are raised by the step of that name, one per try; `done` lists what ran, in order."""

    live: bool = True
    read: AccountRead = field(default_factory=lambda: AccountRead(platform_time=NOON, nodes=4, readings=3, calls=2))
    held: list[UUID] = field(default_factory=list)
    decided: Decided = field(default_factory=lambda: Decided(outcome=RunOutcome.DECIDED))
    pages: list[PageApplied] = field(default_factory=list)
    failures: dict[str, list[ApplicationError]] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    begun: list[BeginRun] = field(default_factory=list)
    ended: list[EndRun] = field(default_factory=list)

    def _step(self, name: str) -> None:
        self.done.append(name)
        if self.failures.get(name):
            raise self.failures[name].pop(0)

    @activity.defn
    async def begin_run(self, run: BeginRun) -> RunBegun:
        self.begun.append(run)
        return RunBegun(live=self.live, account="Lamp shop")

    @activity.defn
    async def read_account(self, _: RunRef) -> AccountRead:
        self._step("read")
        return self.read

    @activity.defn
    async def enforce_caps(self, _: RunRef) -> Holds:
        self._step("caps")
        return Holds(holds=[Hold(campaign_id=one, reason="The budget is spent.") for one in self.held])

    @activity.defn
    async def check_drift(self, _: RunRef) -> int:
        self._step("drift")
        return 2

    @activity.defn
    async def note_signs(self, _: RunRef) -> SignsNoted:
        self._step("signs")
        return SignsNoted(signals=4, anomalies=1)

    @activity.defn
    async def decide(self, _: RunRef) -> Decided:
        self._step("decide")
        return self.decided

    @activity.defn
    async def apply_page(self, _: ApplyPage) -> PageApplied:
        self._step("apply")
        return self.pages.pop(0)

    @activity.defn
    async def end_run(self, ended: EndRun) -> RunResult:
        self.ended.append(ended)
        return RunResult(run_id=ended.run_id, outcome=ended.outcome, error=ended.error, counts=ended.counts)


@workflow.defn
class HeldCampaign:
    """Ends with the words with which it was told to pause."""

    def __init__(self) -> None:
        self.told: PauseFor | None = None

    @workflow.run
    async def run(self) -> PauseFor | None:
        await workflow.wait_condition(lambda: self.told is not None)
        return self.told

    @workflow.signal(name=PAUSE_FOR)
    def pause_for(self, told: PauseFor) -> None:
        self.told = told


def away(words: str, seconds: float) -> ApplicationError:
    return ApplicationError(words, type="platform_waiting", next_retry_delay=timedelta(seconds=seconds))


def broken(words: str) -> ApplicationError:
    return ApplicationError(words, type="broken", non_retryable=True)
