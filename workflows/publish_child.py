"""The publish as a campaign sees it: a workflow of its own, which outlives a continue-as-new of its parent."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from models.contracts.base import CampaignRef
    from models.contracts.publishing import PublishRef
    from workflows import ids, policies
    from workflows.publish import PublishWorkflow


async def start_publish(ref: CampaignRef, number: int, title: str) -> None:
    """Returns once it runs; it tells how it ended by the signal `publish_finished`."""
    try:
        await workflow.start_child_workflow(
            PublishWorkflow.run,
            PublishRef(workspace_id=ref.workspace_id, campaign_id=ref.campaign_id, number=number),
            id=ids.publish_workflow_id(ref.campaign_id, number),
            task_queue=policies.QUEUE_CAMPAIGNS,
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            static_summary=f"Publish {title}, try {number}",
        )
    except WorkflowAlreadyStartedError:
        workflow.logger.info("the publish runs already")


async def cancel_publish(ref: CampaignRef, number: int) -> None:
    publish = workflow.get_external_workflow_handle(ids.publish_workflow_id(ref.campaign_id, number))
    try:
        await publish.cancel()
    except ApplicationError as error:
        workflow.logger.info("the publish has ended already", extra={"why": error.message})
