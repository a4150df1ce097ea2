"""Trains the score on a workspace's own past, and lets the result serve where it is better than what serves without.

Model and training data lie in the object store under their hashes. A model is a file of coefficients: reading one runs
no code. The same past is learnt from once.
"""

import asyncio
import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import numpy as np
import structlog
from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from activities.errors import waiting
from activities.heartbeats import heartbeating
from activities.histories import History, read
from activities.workspaces import in_each_workspace
from models.contracts.learning import PredictorTrained, TrainPredictor
from models.contracts.optimizing import Swept, UpkeepRun
from models.domain.states import PredictorState
from models.tables.base import utc_now
from models.tables.signals import PredictorModel
from optimizer.scoring.model import BUILT_IN, Model, UnknownModel
from optimizer.scoring.trial import Trial, attempt
from providers.storage.keys import model_key, training_key
from providers.storage.protocol import ObjectMissing, ObjectStore
from records.database import Database
from records.learning import predictors

TRAINED_EVERY = timedelta(days=7)
NEXT_TRY = timedelta(seconds=30)
KIND = "logistic regression pulled to the built-in one"

log = structlog.get_logger()
_loaded: dict[str, Model] = {}


@dataclass(frozen=True, slots=True)
class Predicting:
    database: Database
    storage: ObjectStore
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """A process trains one workspace at a time: hourly decisions share its few places and cannot wait for minutes."""

    @activity.defn
    async def train(self, asked: TrainPredictor) -> PredictorTrained:
        """Idempotency: the history's hash.

        Raises:
            ApplicationError: another training is under way here; the place is left to others, and it is tried again.
        """
        if self.turn.locked():
            raise waiting("Another training is under way.", NEXT_TRY)
        async with heartbeating(), self.turn:
            return await self._train(asked.workspace_id)

    @activity.defn
    async def train_where_due(self, _: UpkeepRun) -> Swept:
        """In workspaces that learnt nothing for a week; `done` counts trainings on a past that had changed."""
        return await in_each_workspace(self.database, self._train_if_due)

    async def _train_if_due(self, workspace_id: UUID) -> int:
        async with self.database.workspace_transaction(workspace_id) as session:
            last = await predictors.last_trained_at(session)
        if last is not None and utc_now() - last < TRAINED_EVERY:
            return 0
        async with self.turn:
            return 0 if (await self._train(workspace_id)).repeated else 1

    async def _train(self, workspace_id: UUID) -> PredictorTrained:
        history = await read(self.database, workspace_id)
        packed, sha256 = await asyncio.to_thread(history.packed)
        async with self.database.workspace_transaction(workspace_id) as session:
            before = await predictors.by_training(session, sha256)
        if before is not None:
            return _told(before, repeated=True)
        await self.storage.put_if_absent(training_key(workspace_id, sha256), packed, "application/gzip")
        trial = await asyncio.to_thread(attempt, history.examples, history.held_out, KIND)
        model_sha256 = await self._store_model(workspace_id, trial.model) if trial.model else None
        return await self._record(workspace_id, _row(workspace_id, (history, sha256), trial, model_sha256))

    async def _store_model(self, workspace_id: UUID, model: Model) -> str:
        content = model.dumped()
        sha256 = hashlib.sha256(content).hexdigest()
        await self.storage.put_if_absent(model_key(workspace_id, sha256), content, "application/json")
        return sha256

    async def _record(self, workspace_id: UUID, row: PredictorModel) -> PredictorTrained:
        async with self.database.workspace_transaction(workspace_id) as session:
            row.version = await predictors.next_version(session, workspace_id)
            if before := await predictors.by_training(session, row.training_sha256):
                return _told(before, repeated=True)
            await predictors.store(session, row)
            return _told(row, repeated=False)


def _row(workspace_id: UUID, learnt: tuple[History, str], trial: Trial, model_sha256: str | None) -> PredictorModel:
    history, sha256 = learnt
    compared: dict[str, JsonValue] = {
        split: {
            "model": dict(found.model.told()),
            "built_in": dict(found.built_in.told()),
            "baseline": dict(found.baseline.told()),
        }
        for split, found in trial.compared.items()
    }
    bins: list[JsonValue] = [dict(part) for part in trial.bins]
    return PredictorModel(
        id=uuid4(),
        workspace_id=workspace_id,
        version=0,
        state=PredictorState.SERVING if trial.better else PredictorState.REJECTED,
        kind=KIND if trial.model else "none",
        trained_at=utc_now(),
        model_sha256=model_sha256,
        training_sha256=sha256,
        rows=len(history.examples.day),
        campaigns=len(np.unique(history.examples.campaign)),
        metrics=compared,
        reliability={"bins": bins} if bins else {},
        words=trial.words,
    )


def _told(row: PredictorModel, *, repeated: bool) -> PredictorTrained:
    return PredictorTrained(model_id=row.id, version=row.version, state=row.state, words=row.words, repeated=repeated)


async def serving_model(session: AsyncSession, storage: ObjectStore, workspace_id: UUID) -> Model:
    """By which the workspace's ad sets are scored now: its own model, or the built-in one.

    Where its own one is lost or of a later version, the built-in one serves and says so in the log.
    """
    row = await predictors.serving(session)
    if row is None or row.model_sha256 is None:
        return BUILT_IN
    key = model_key(workspace_id, row.model_sha256)
    if key not in _loaded:
        try:
            _loaded[key] = Model.loaded(await storage.get(key), f"model {row.version}")
        except (ObjectMissing, UnknownModel) as error:
            log.error("model of the score cannot be read", workspace_id=str(workspace_id), problem=str(error))
            return BUILT_IN
    return _loaded[key]
