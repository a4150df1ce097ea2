"""Activities of PublishWorkflow that do as the test says, and a campaign that hears the outcome."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.exceptions import ApplicationError

from activities.errors import ErrorType
from models.contracts.publishing import (
    AcceptEpoch,
    EndPublish,
    LateAudit,
    Leftover,
    PreparedPublish,
    PublishOutcome,
    PublishRef,
    PublishStage,
    ResolveUnconfirmed,
    RollBackReport,
    StageRef,
    TreeAudit,
    WaitingForPerson,
)
from models.domain.states import PlatformKind

LEFTOVER = Leftover(kind=PlatformKind.CREATIVE, platform_id="9", name="Evening", why="costs nothing")


@dataclass
class Script:
    """`failures` are raised by the step of that name, one per call; `done` lists what ran, in order."""

    failures: dict[str, list[ApplicationError]] = field(default_factory=dict)
    audits: list[TreeAudit] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    reached: dict[str, asyncio.Event] = field(default_factory=dict)
    hangs: set[str] = field(default_factory=set)

    async def _step(self, name: str) -> None:
        self.done.append(name)
        self.reached.setdefault(name, asyncio.Event()).set()
        if name in self.hangs:
            while True:
                activity.heartbeat()
                await asyncio.sleep(0.05)
        if self.failures.get(name):
            raise self.failures[name].pop(0)

    @activity.defn
    async def prepare_publish(self, _: PublishRef) -> PreparedPublish:
        await self._step("prepare")
        return PreparedPublish(planned={PlatformKind.AD: 2})

    @activity.defn
    async def upload_media(self, _: PublishRef) -> int:
        await self._step("media")
        return 0

    @activity.defn
    async def ensure_stage(self, ref: StageRef) -> int:
        await self._step(ref.stage.value)
        return 1

    @activity.defn
    async def audit_tree(self, _: PublishRef) -> TreeAudit:
        await self._step("audit")
        return self.audits.pop(0) if self.audits else TreeAudit()

    @activity.defn
    async def permit_activation(self, _: PublishRef) -> None:
        await self._step("permit")

    @activity.defn
    async def record_waiting(self, waits: WaitingForPerson) -> None:
        await self._step("record_waiting")

    @activity.defn
    async def resolve_unconfirmed(self, _: ResolveUnconfirmed) -> None:
        await self._step("resolve")

    @activity.defn
    async def accept_epoch(self, _: AcceptEpoch) -> None:
        await self._step("accept")

    @activity.defn
    async def roll_back(self, _: PublishRef) -> RollBackReport:
        await self._step("roll_back")
        return RollBackReport(leftovers=[LEFTOVER])

    @activity.defn
    async def finish_publish(self, end: EndPublish) -> PublishOutcome:
        await self._step(f"finish:{end.status}")
        return PublishOutcome(
            number=end.publish.number, status=end.status, problem=end.problem, leftovers=end.leftovers
        )

    @activity.defn
    async def report_tree(self, _: LateAudit) -> None:
        await self._step("report_tree")

    def activities(self) -> list[Callable[..., Any]]:
        names = (
            "prepare_publish upload_media ensure_stage audit_tree permit_activation record_waiting "
            "resolve_unconfirmed accept_epoch roll_back finish_publish report_tree"
        )
        return [getattr(self, name) for name in names.split()]


def fails(kind: ErrorType, message: str) -> list[ApplicationError]:
    return [ApplicationError(message, type=kind, non_retryable=True)]


def waits(seconds: float) -> list[ApplicationError]:
    delay = timedelta(seconds=seconds)
    return [ApplicationError("Meta asks us to wait", type=ErrorType.WAITING, next_retry_delay=delay)]


BUILT = ["prepare", "media", *(stage.value for stage in PublishStage)][:7]
LIVE = ["audit", "permit", "activate_ads", "activate_ad_sets", "activate_campaigns", "retire", "finish:live"]


@workflow.defn
class ListeningCampaign:
    """Ends with the outcome that the publish sends it."""

    def __init__(self) -> None:
        self.outcome: PublishOutcome | None = None

    @workflow.run
    async def run(self) -> PublishOutcome:
        await workflow.wait_condition(lambda: self.outcome is not None)
        assert self.outcome is not None
        return self.outcome

    @workflow.signal
    def publish_finished(self, outcome: PublishOutcome) -> None:
        self.outcome = outcome


@workflow.defn(name="PublishWorkflow")
class SilentPublish:
    """Runs and says nothing, so that only what was heard before counts."""

    @workflow.run
    async def run(self, _: PublishRef) -> None:
        await workflow.wait_condition(lambda: False)
