"""What a training of the score takes and answers on its way through Temporal."""

from uuid import UUID

from models.contracts.base import Contract
from models.domain.states import PredictorState


class TrainPredictor(Contract):
    """Input of `TrainPredictorWorkflow` (`train-{workspace_id}`)."""

    workspace_id: UUID


class PredictorTrained(Contract):
    """`model_id` is the training's record; `repeated`: the history had been learnt from before, so nothing was done."""

    model_id: UUID
    version: int
    state: PredictorState
    words: str
    repeated: bool = False
