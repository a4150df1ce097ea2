"""One ad account for one hour: read, enforce caps, look for drift, decide, apply. Figures stay in Postgres."""

import asyncio
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from temporalio import workflow
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ActivityError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.caps import Caps
    from activities.deciding import Deciding
    from activities.drifting import Drifting
    from activities.measuring import Measuring
    from activities.moving import Moving
    from activities.optimizer_runs import OptimizerRuns
    from activities.signs import Signs
    from models.contracts.optimizing import (
        PAUSE_FOR,
        ApplyPage,
        BeginRun,
        EndRun,
        Hold,
        OptimizeAccount,
        PauseFor,
        RunRef,
        RunResult,
    )
    from models.domain.account_days import hour_floor
    from models.domain.states import RunOutcome
    from workflows import ids, policies
    from workflows.account_run import RunProgress, words_of
    from workflows.visibility import RUN_OUTCOME

SCHEDULED_FOR = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")
# No page is begun later; what is left of the hour is enough for the page under way and for the end of the run.
APPLY_WITHIN = timedelta(minutes=40)
# A page that could do nothing yet; everything on it waits for the platform.
PAGE_PAUSE = timedelta(seconds=20)


@workflow.defn
class OptimizeAccountWorkflow:
    """`optimize-{ad account}-{time}`, started by the schedule, or `optimize-{ad account}-now`.

    However it goes, the run's record ends with an outcome, and with words where something failed.
    """

    @workflow.init
    def __init__(self, wanted: OptimizeAccount) -> None:
        hour, trigger = _logical_hour()
        # The record has Temporal's own id of the run, so that one leads to the other.
        run_id = UUID(workflow.info().run_id)
        self.run_ref = RunRef(workspace_id=wanted.workspace_id, ad_account_id=wanted.ad_account_id, run_id=run_id)
        self.progress = RunProgress(str(wanted.ad_account_id), hour, trigger)
        self.trigger = trigger

    @workflow.run
    async def run(self, wanted: OptimizeAccount) -> RunResult:
        await self._begin()
        try:
            if self.progress.outcome is None:
                await self._work()
        except (asyncio.CancelledError, FailureError) as error:
            if is_cancelled_exception(error):
                self.progress.settle(RunOutcome.FAILED, "Cancelled in Temporal before it was through.")
            else:
                self.progress.settle(RunOutcome.FAILED, words_of(error))
        return await self._end()

    @workflow.query
    def details(self) -> str:
        return self.progress.details()

    async def _begin(self) -> None:
        begun = await workflow.execute_activity_method(
            OptimizerRuns.begin_run,
            BeginRun(**dict(self.run_ref), trigger=self.trigger, logical_hour=self.progress.logical_hour),
            summary="Record that it began",
            **policies.RUN_RECORD,
        )
        self.progress.account = begun.account or self.progress.account
        if not begun.live:
            self.progress.settle(RunOutcome.NOTHING_LIVE)
        self._show()

    async def _work(self) -> None:
        was_read = await self._read()
        await self._enforce_caps()
        if was_read:
            await self._check_drift()
            if workflow.patched("signs-before-deciding"):
                await self._note_signs()
        if self.progress.outcome is None:
            await self._decide()

    async def _read(self) -> bool:
        try:
            read = await workflow.execute_activity_method(
                Measuring.read_account,
                self.run_ref,
                summary="Read what the platform shows",
                **policies.READ_ACCOUNT,
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            self.progress.settle(RunOutcome.UNREACHABLE, f"The account could not be read: {words_of(error)}")
            return False
        self.progress.add(read, "nodes", "readings", "calls", "waited_s")
        if read.problem is not None:
            self.progress.settle(RunOutcome.STALE if read.platform_time else RunOutcome.UNREACHABLE, read.problem)
        self._show()
        return read.problem is None

    async def _enforce_caps(self) -> None:
        """Also where nothing could be read: what is known tells how much may be left."""
        try:
            held = await workflow.execute_activity_method(
                Caps.enforce_caps,
                self.run_ref,
                summary="Hold what would spend more than approved",
                **policies.ENFORCE_CAPS,
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            self.progress.settle(RunOutcome.FAILED, f"Caps could not be enforced: {words_of(error)}")
            return
        for hold in held.holds:
            await self._tell_campaign(hold)
        self.progress.count("held", len(held.holds))
        self._show()

    async def _tell_campaign(self, hold: Hold) -> None:
        campaign = workflow.get_external_workflow_handle(ids.campaign_workflow_id(hold.campaign_id))
        told = PauseFor(command_id=f"hold:{self.run_ref.run_id}:{hold.campaign_id}", reason=hold.reason)
        try:
            await campaign.signal(PAUSE_FOR, told)
        except FailureError as error:
            if is_cancelled_exception(error):
                raise
            # Its ads are paused all the same; only its page does not say so.
            self.progress.problems.append(f"Campaign {hold.campaign_id} is held but does not run in Temporal.")

    async def _check_drift(self) -> None:
        """A look that failed is told and keeps nothing else from happening: each write compares again."""
        try:
            found = await workflow.execute_activity_method(
                Drifting.check_drift,
                self.run_ref,
                summary="Compare with what was approved and applied",
                **policies.CHECK_DRIFT,
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            self.progress.problems.append(f"Drift could not be looked for: {words_of(error)}")
            return
        self.progress.count("drifts", found)

    async def _note_signs(self) -> None:
        """Signs that could not be noted are told; what was noted before goes on to hold."""
        try:
            noted = await workflow.execute_activity_method(
                Signs.note_signs,
                self.run_ref,
                summary="Note scores, trends and faults",
                **policies.NOTE_SIGNS,
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            self.progress.problems.append(f"Signs could not be noted: {words_of(error)}")
            return
        self.progress.count("anomalies", noted.anomalies)

    async def _decide(self) -> None:
        decided = await workflow.execute_activity_method(
            Deciding.decide, self.run_ref, summary="Decide", **policies.DECIDE
        )
        self.progress.add(decided, "campaigns", "moved", "proposed", "left_alone", "actions")
        if decided.actions:
            await self._apply()
        self.progress.settle(decided.outcome)

    async def _apply(self) -> None:
        until = workflow.info().start_time + APPLY_WITHIN
        while workflow.now() < until:
            self._show()
            page = await workflow.execute_activity_method(
                Moving.apply_page,
                ApplyPage(workspace_id=self.run_ref.workspace_id, run_id=self.run_ref.run_id),
                summary="Apply the next moves",
                **policies.APPLY_PAGE,
            )
            self.progress.add(page, "applied", "dropped", "failed")
            if not page.more:
                return
            if not (page.applied or page.dropped or page.failed):
                await workflow.sleep(PAGE_PAUSE, summary="Everything left waits for the platform")
        self.progress.problems.append("Not every move was applied within the hour; the next one decides anew.")

    async def _end(self) -> RunResult:
        outcome = self.progress.outcome or RunOutcome.FAILED
        self._show()
        workflow.upsert_search_attributes([RUN_OUTCOME.value_set(outcome.value)])
        ended = EndRun(
            **dict(self.run_ref), outcome=outcome, error=self.progress.error, counts=dict(self.progress.counts)
        )
        return await workflow.execute_activity_method(
            OptimizerRuns.end_run, ended, summary=f"Record: {outcome.value}", **policies.RUN_RECORD
        )

    def _show(self) -> None:
        workflow.set_current_details(self.progress.details())


def _logical_hour() -> tuple[datetime, Literal["schedule", "manual"]]:
    """A late or repeated run stands for its own hour, not for the one in which it happens to begin."""
    scheduled = workflow.info().typed_search_attributes.get(SCHEDULED_FOR)
    return hour_floor(scheduled or workflow.now()), "schedule" if scheduled else "manual"
