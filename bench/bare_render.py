"""A workflow of the shape of a render that does nothing: two activities and a signal to its campaign."""

from datetime import timedelta

from temporalio import activity, workflow

with workflow.unsafe.imports_passed_through():
    from models.contracts.rendering import NextStep, RenderRef, RenderRun, RenderSeen
    from models.domain.states import RenderState

LIMIT = timedelta(minutes=3)
QUEUE = "bare-render"


@activity.defn
async def submit(_: RenderRef) -> RenderSeen:
    return RenderSeen(state=RenderState.RUNNING, attempt=1, next_step=NextStep.LOOK)


@activity.defn
async def look(_: RenderRef) -> RenderSeen:
    return RenderSeen(state=RenderState.SUCCEEDED, attempt=1, next_step=NextStep.NOTHING)


@workflow.defn
class BareRender:
    @workflow.run
    async def run(self, run: RenderRun) -> RenderSeen:
        await workflow.execute_activity(submit, run.ref, task_queue=QUEUE, start_to_close_timeout=LIMIT)
        seen = await workflow.execute_activity(look, run.ref, task_queue=QUEUE, start_to_close_timeout=LIMIT)
        await workflow.get_external_workflow_handle(f"campaign-{run.ref.campaign_id}").signal("render_ended")
        return seen


@workflow.defn
class Listener:
    """In the place of the campaign: hears that renders have ended."""

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.signal
    def render_ended(self) -> None:
        """There is nothing to take over."""
