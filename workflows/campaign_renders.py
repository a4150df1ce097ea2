"""A campaign's renders as its workflow sees them: children that outlive it, told by signal, found by looking."""

from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from models.contracts.base import CampaignRef
    from models.contracts.rendering import RenderRef, RenderRun
    from workflows import ids, policies
    from workflows.render import RenderJobWorkflow


async def start_render(ref: CampaignRef, render_id: UUID, title: str) -> None:
    """Returns once it runs. One that runs already is left alone, one that was terminated goes on from its records."""
    try:
        child = await workflow.start_child_workflow(
            RenderJobWorkflow.run,
            RenderRun(ref=RenderRef(workspace_id=ref.workspace_id, campaign_id=ref.campaign_id, render_id=render_id)),
            id=ids.render_workflow_id(render_id),
            task_queue=policies.QUEUE_CAMPAIGNS,
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            static_summary=f"A picture or video for {title}",
        )
    except WorkflowAlreadyStartedError:
        workflow.logger.info("the render runs already", extra={"render_id": str(render_id)})
    else:
        # Its end is told by signal and found in the records; nobody awaits the child.
        child.add_done_callback(lambda ended: ended.cancelled() or ended.exception())


async def nudge(render_ids: list[UUID]) -> None:
    """Has each look at once, for its records say that it should stop."""
    for render_id in render_ids:
        render = workflow.get_external_workflow_handle(ids.render_workflow_id(render_id))
        try:
            await render.signal("look", 0)
        except ApplicationError as error:
            workflow.logger.info("the render has ended already", extra={"why": error.message})
