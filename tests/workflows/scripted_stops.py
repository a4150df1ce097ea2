"""A stop's sweeps that come to what a test says, and a campaign that only hears."""

from dataclasses import dataclass, field
from itertools import pairwise

from temporalio import activity, workflow

from models.contracts.optimizing import PauseFor, StopRef, StopSweep


@workflow.defn(name="CampaignWorkflow")
class Listening:
    """A campaign that only hears; ends when it is told to."""

    def __init__(self) -> None:
        self.heard: list[PauseFor] = []
        self.over = False

    @workflow.run
    async def run(self) -> list[PauseFor]:
        await workflow.wait_condition(lambda: self.over)
        return self.heard

    @workflow.signal
    def pause_for(self, told: PauseFor) -> None:
        self.heard.append(told)

    @workflow.signal
    def end(self) -> None:
        self.over = True


@dataclass
class Sweeps:
    """What each sweep of a stop comes to, in turn, and when it was asked for."""

    results: list[StopSweep]
    asked: list[float] = field(default_factory=list)
    runs: set[str | None] = field(default_factory=set)
    finished: int = 0

    @activity.defn(name="sweep")
    async def sweep(self, ref: StopRef) -> StopSweep:
        self.runs.add(activity.info().workflow_run_id)
        self.asked.append(activity.info().scheduled_time.timestamp())
        return self.results[len(self.asked) - 1]

    @activity.defn(name="finish_stop")
    async def finish_stop(self, ref: StopRef) -> None:
        self.finished += 1

    @property
    def pauses(self) -> list[int]:
        return [round(later - earlier) for earlier, later in pairwise(self.asked)]
