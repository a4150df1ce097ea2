"""One render: a paid submit, looks until the provider's job has ended, up to three times. Postgres holds its state."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.rendering import Rendering
    from models.contracts.rendering import NextStep, RenderRun, RenderSeen
    from workflows import ids, policies


@workflow.defn
class RenderJobWorkflow:
    """`render-{id}`. The signal `look` means that news may be there; what they are is asked of the provider."""

    @workflow.init
    def __init__(self, run: RenderRun) -> None:
        self.ref = run.ref
        self.seen = run.seen
        self.called: set[int] = set()
        self.nudged = False

    @workflow.run
    async def run(self, run: RenderRun) -> RenderSeen:
        while self.seen is None or self.seen.next_step is not NextStep.NOTHING:
            try:
                self.seen = await self._step(self.seen)
            except (asyncio.CancelledError, FailureError) as error:
                if not is_cancelled_exception(error):
                    raise
                # A cancel in Temporal means the command: the provider is asked, and what comes of it is recorded.
                self.seen = await self._ask_to_cancel()
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(RenderRun(ref=self.ref, seen=self._carried(self.seen)))
        await self._tell_campaign()
        return self.seen

    def _carried(self, seen: RenderSeen) -> RenderSeen:
        """A call that came during the last step must not wait for the next look in the new run."""
        return seen.model_copy(update={"wait_s": 0}) if self._is_called(seen) else seen

    def _is_called(self, seen: RenderSeen) -> bool:
        """A provider that repeats its call about a failed try must not shorten the pause before the next."""
        return self.nudged or (seen.next_step is NextStep.LOOK and seen.attempt in self.called)

    async def _step(self, seen: RenderSeen | None) -> RenderSeen:
        if seen is None:
            return await self._submit()
        await self._until_due(seen)
        return await (self._submit() if seen.next_step is NextStep.SUBMIT else self._look())

    @workflow.signal
    def look(self, attempt: int = 0) -> None:
        """`attempt` is the submit that a webhook is about; 0 means whichever, from a command."""
        if attempt:
            self.called.add(attempt)
        else:
            self.nudged = True

    @workflow.query
    def progress(self) -> RenderSeen | None:
        return self.seen

    async def _until_due(self, seen: RenderSeen) -> None:
        """Calls for other attempts than the present one are ignored; those that came early are not lost."""
        if seen.wait_s <= 0:
            return
        try:
            await workflow.wait_condition(
                lambda: self._is_called(seen),
                timeout=timedelta(seconds=seen.wait_s),
                timeout_summary=f"Until the next {seen.next_step.value}",
            )
        except TimeoutError:
            return

    async def _submit(self) -> RenderSeen:
        return await workflow.execute_activity_method(
            Rendering.submit_render, self.ref, summary="Submit", **policies.RENDER_SUBMIT
        )

    async def _look(self) -> RenderSeen:
        self.nudged = False
        self.called.clear()
        return await workflow.execute_activity_method(
            Rendering.look_at_render, self.ref, summary="Look", **policies.RENDER_LOOK
        )

    async def _ask_to_cancel(self) -> RenderSeen:
        return await workflow.execute_activity_method(
            Rendering.ask_to_cancel, self.ref, summary="Cancelled in Temporal", **policies.RENDER_SUBMIT
        )

    async def _tell_campaign(self) -> None:
        campaign = workflow.get_external_workflow_handle(ids.campaign_workflow_id(self.ref.campaign_id))
        try:
            await campaign.signal("render_ended")
        except (ApplicationError, FailureError) as error:
            if is_cancelled_exception(error):
                raise
            workflow.logger.info("the campaign has ended already", extra={"why": str(error)})
