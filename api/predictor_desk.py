"""The score's models for both doors: what serves and why, training anew, and going back to the built-in one."""

import asyncio
from uuid import UUID

from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy
from temporalio.service import RPCError

from api import auditing, temporal_calls
from api.problems import ApiError, ProblemType, not_found
from api.schemas.predictor import PredictorView, TrainingStartedView, TrainingView
from api.services import Services
from api.temporal_calls import reaching_temporal
from models.contracts.learning import PredictorTrained, TrainPredictor
from models.domain.states import PredictorState
from models.tables.signals import PredictorModel
from optimizer.scoring.model import BUILT_IN
from records.access import Caller
from records.learning import predictors
from workflows import ids, policies
from workflows.visibility import WORKSPACE_ID

WORKFLOW = "TrainPredictorWorkflow"
SHOWN = 20
WAITED_S = 5.0
AWAY = "The workflow service cannot be reached, so nothing was begun. Try again in a moment."
NOT_TRAINED = f"{BUILT_IN.name.capitalize()} serves: it comes with Greenlight, and nothing was learnt here yet."


async def read(services: Services, caller: Caller) -> PredictorView:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        rows = await predictors.listed(session, SHOWN)
        serving = await predictors.serving(session)
    return PredictorView(
        serves=f"model {serving.version}" if serving else BUILT_IN.name,
        since=serving.trained_at if serving else None,
        words=serving.words if serving else _why_built_in(rows),
        trainings=[TrainingView.of(row) for row in rows],
    )


def _why_built_in(rows: list[PredictorModel]) -> str:
    if not rows:
        return NOT_TRAINED
    return f"{BUILT_IN.name.capitalize()} serves. Model {rows[0].version}: {rows[0].words}"


async def train(services: Services, caller: Caller) -> TrainingStartedView:
    """Begin one, or join the one that runs, and wait a moment for it.

    Raises:
        ApiError: unavailable while Temporal is away; conflict where the training failed.
    """
    handle = await _start(services, caller)
    try:
        async with asyncio.timeout(WAITED_S):
            trained = await handle.result()
    except TimeoutError:
        return TrainingStartedView(training=None)
    except WorkflowFailureError as error:
        words = f"The training failed: {error.cause}. What served before goes on; try again."
        raise ApiError(ProblemType.CONFLICT, words) from error
    return TrainingStartedView(training=await one(services, caller, trained.model_id), repeated=trained.repeated)


async def _start(services: Services, caller: Caller) -> WorkflowHandle[object, PredictorTrained]:
    try:
        with reaching_temporal():
            return await services.temporal.start_workflow(
                WORKFLOW,
                TrainPredictor(workspace_id=caller.workspace_id),
                id=ids.train_workflow_id(caller.workspace_id),
                task_queue=policies.QUEUE_CAMPAIGNS,
                result_type=PredictorTrained,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary="Learn the score from the workspace's past",
                search_attributes=TypedSearchAttributes([SearchAttributePair(WORKSPACE_ID, str(caller.workspace_id))]),
                priority=policies.of_workspace(policies.BACKFILL, caller.workspace_id),
                rpc_timeout=temporal_calls.ANSWER_WITHIN,
            )
    except RPCError as error:
        raise ApiError(ProblemType.UNAVAILABLE, AWAY, headers={"Retry-After": "5"}) from error


async def one(services: Services, caller: Caller, model_id: UUID) -> TrainingView:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        row = await session.get(PredictorModel, model_id)
    if row is None:
        raise not_found("training")
    return TrainingView.of(row)


async def retire(services: Services, caller: Caller, model_id: UUID) -> TrainingView:
    """Raises ApiError where it does not serve."""
    entry = auditing.entry(caller, "retire_predictor", ("predictor_model", model_id))
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        retired = await predictors.retire(session, model_id, entry)
    view = await one(services, caller, model_id)
    if not retired:
        state = PredictorState(view.state).value
        words = f"Model {view.version} is {state}; only the one that serves can be retired."
        raise ApiError(ProblemType.NOT_ALLOWED, words, members={"state": state})
    return view
