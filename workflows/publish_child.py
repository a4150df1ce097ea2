"""The publish as a campaign sees it: a workflow of its own, which outlives a continue-as-new of its parent."""

from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from models.contracts.base import CampaignRef
    from models.contracts.publishing import PublishRef
    from workflows import ids, policies
    from workflows.publish import PublishWorkflow


# A publish may rightly wait for days, so it need not be looked at more often.
WATCH = timedelta(hours=1)


async def start_publish(ref: CampaignRef, number: int, title: str) -> None:
    """Returns once it runs; it tells how it ended by the signal `publish_finished`."""
    try:
        child = await workflow.start_child_workflow(
            PublishWorkflow.run,
            PublishRef(workspace_id=ref.workspace_id, campaign_id=ref.campaign_id, number=number),
            id=ids.publish_workflow_id(ref.campaign_id, number),
            task_queue=policies.QUEUE_CAMPAIGNS,
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            static_summary=f"Publish {title}, try {number}",
        )
    except WorkflowAlreadyStartedError:
        workflow.logger.info("the publish runs already")
    else:
        # Its end is told by signal; an end without one, by termination, is found by looking.
        child.add_done_callback(lambda ended: ended.cancelled() or ended.exception())


async def await_publish(ref: CampaignRef, number: int, title: str, heard: Callable[[], bool]) -> None:
    """Until it has told how it ended, or the campaign should continue as new.

    One that somebody terminated in Temporal is started again and goes on from the ledger; one that runs is left alone.
    """
    try:
        await workflow.wait_condition(
            lambda: heard() or workflow.info().is_continue_as_new_suggested(),
            timeout=WATCH if workflow.patched("watch-publish") else None,
            timeout_summary="See whether the publish still runs",
        )
    except TimeoutError:
        await start_publish(ref, number, title)


async def cancel_publish(ref: CampaignRef, number: int) -> None:
    publish = workflow.get_external_workflow_handle(ids.publish_workflow_id(ref.campaign_id, number))
    try:
        await publish.cancel()
    except ApplicationError as error:
        workflow.logger.info("the publish has ended already", extra={"why": error.message})
