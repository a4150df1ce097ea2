"""A training of the score as the records hold it, with figures that a test may look for."""

from uuid import UUID, uuid4

from models.domain.states import PredictorState
from models.tables.base import JsonObject, utc_now
from models.tables.signals import PredictorModel
from records.database import Database
from records.learning import predictors

QUALITY: JsonObject = {
    "rows": 300,
    "auc": 0.781,
    "brier": 0.171,
    "log_loss": 0.512,
    "rank": 0.47,
    "accuracy": 0.73,
    "majority": 0.61,
}
COMPARED: JsonObject = {"model": QUALITY, "built_in": {**QUALITY, "auc": 0.77}, "baseline": {**QUALITY, "auc": 0.74}}
BINS: JsonObject = {
    "bins": [
        {"predicted": 0.1, "observed": 0.12, "count": 100},
        {"predicted": 0.5, "observed": 0.48, "count": 100},
        {"predicted": 0.9, "observed": 0.87, "count": 100},
    ]
}


async def trained(db: Database, workspace_id: UUID, state: PredictorState = PredictorState.SERVING) -> UUID:
    async with db.workspace_transaction(workspace_id) as session:
        row = PredictorModel(
            workspace_id=workspace_id,
            version=await predictors.next_version(session, workspace_id),
            state=state,
            kind="logistic regression",
            trained_at=utc_now(),
            model_sha256=uuid4().hex * 2,
            training_sha256=uuid4().hex * 2,
            rows=1234,
            campaigns=17,
            metrics={"unseen": COMPARED, "later": COMPARED},
            reliability=BINS,
            words="It beats the smoothed ratio.",
        )
        await predictors.store(session, row)
        return row.id
