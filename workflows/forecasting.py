"""Foretells what a campaign will bring, each time that its plan was made anew or somebody asks."""

from temporalio import workflow
from temporalio.exceptions import WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from activities.forecasting import Forecasting
    from models.contracts.base import CampaignRef
    from models.contracts.commands import AnyCommand, EditPlan, EditSchedule
    from workflows import ids, policies


@workflow.defn
class ForecastWorkflow:
    """`forecast-{campaign_id}`: one at a time. Answers with the forecast's words."""

    @workflow.run
    async def run(self, ref: CampaignRef) -> str:
        return await workflow.execute_activity_method(
            Forecasting.forecast, ref, summary="Foretell what it will bring", **policies.FORECAST
        )


async def forecast_edits(ref: CampaignRef, command: AnyCommand) -> None:
    """People who edited the plan see what to expect of the edited one."""
    if isinstance(command, (EditSchedule, EditPlan)) and workflow.patched("forecast-edits"):
        await start_forecast(ref)


async def start_forecast(ref: CampaignRef) -> None:
    """Beside the campaign, which waits for nothing here. One that runs already looks at the plan as it is by then."""
    try:
        child = await workflow.start_child_workflow(
            ForecastWorkflow.run,
            ref,
            id=ids.forecast_workflow_id(ref.campaign_id),
            task_queue=policies.QUEUE_CAMPAIGNS,
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            static_summary="Foretell what the campaign will bring",
        )
    except WorkflowAlreadyStartedError:
        workflow.logger.info("a forecast is being made already")
    else:
        # Whoever wants it reads it from the records; nobody awaits the child.
        child.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
