"""Carries out one stop: pauses until the platform has shown twice that nothing runs, however long it is away."""

from datetime import timedelta
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.stopping import Stopping
    from models.contracts.optimizing import PAUSE_FOR, PauseFor, StopRef, StopSweep
    from workflows import ids, policies

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=1)
# The platform's lists may lag behind what was just written.
CLEAN_LISTINGS = 2
# Some thousand events of history; a platform that is away for days takes a few such runs.
SWEEPS_PER_RUN = 100


@workflow.defn
class StopWorkflow:
    """`stop-{id}`. The gate is closed already: `records.stops.order` did that before this began."""

    @workflow.init
    def __init__(self, stop: StopRef) -> None:
        self.stop = stop
        self.told: set[UUID] = set()

    @workflow.run
    async def run(self, stop: StopRef) -> StopSweep:
        clean, pause = 0, FIRST_PAUSE
        for _ in range(SWEEPS_PER_RUN):
            swept = await self._sweep()
            if swept.released:
                return swept
            clean = clean + 1 if swept.clean else 0
            if clean == CLEAN_LISTINGS:
                await workflow.execute_activity_method(
                    Stopping.finish_stop, stop, summary="Record that everything stands still", **policies.RECORD
                )
                return swept
            pause = FIRST_PAUSE if swept.clean else min(2 * pause, LONGEST_PAUSE)
            await workflow.sleep(max(pause, timedelta(seconds=swept.again_in_s)), summary="Look again")
        workflow.continue_as_new(stop)

    async def _sweep(self) -> StopSweep:
        swept = await workflow.execute_activity_method(
            Stopping.sweep,
            self.stop,
            summary="Pause, and see what still runs",
            **policies.SWEEP,
            priority=policies.of_workspace(policies.AT_ONCE, self.stop.workspace_id),
        )
        workflow.set_current_details(f"**{swept.paused} paused, {swept.not_stopped} not stopped yet**")
        for campaign_id in swept.campaigns:
            if campaign_id not in self.told:
                await self._tell(campaign_id, swept.reason)
        return swept

    async def _tell(self, campaign_id: UUID, reason: str) -> None:
        """Its page says why it is paused. Its ads are paused whether anybody can be told or not."""
        campaign = workflow.get_external_workflow_handle(ids.campaign_workflow_id(campaign_id))
        told = PauseFor(command_id=f"stop:{self.stop.stop_id}:{campaign_id}", reason=reason)
        try:
            await campaign.signal(PAUSE_FOR, told)
        except FailureError as error:
            if is_cancelled_exception(error):
                raise
            workflow.logger.warning("the campaign's workflow is gone", extra={"why": str(error)})
        self.told.add(campaign_id)
