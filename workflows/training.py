"""Trains the score of a workspace when somebody asks for it. The upkeep trains every week by itself."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.predicting import Predicting
    from models.contracts.learning import PredictorTrained, TrainPredictor
    from workflows import policies


@workflow.defn
class TrainPredictorWorkflow:
    """`train-{workspace_id}`."""

    @workflow.run
    async def run(self, asked: TrainPredictor) -> PredictorTrained:
        trained = await workflow.execute_activity_method(
            Predicting.train, asked, summary="Learn from the past", **policies.TRAIN
        )
        workflow.set_current_details(f"{trained.state.value}: {trained.words}")
        return trained
