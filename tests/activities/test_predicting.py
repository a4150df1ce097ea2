"""What a workspace learns from its past, what of it serves, and what becomes of it when people or stores intervene."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pytest_asyncio
from sqlmodel import col, select
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.errors import ErrorType
from activities.histories import read
from activities.predicting import Predicting, serving_model
from bench.panels import FAMILIES, Market, simulate
from models.contracts.learning import PredictorTrained, TrainPredictor
from models.contracts.optimizing import Swept, UpkeepRun
from models.domain.states import Channel, PredictorState
from models.tables.base import utc_now
from models.tables.metrics import MetricReading
from models.tables.signals import PredictorModel
from optimizer.scoring.arms import CLICKS, WINDOW
from optimizer.scoring.model import BUILT_IN
from providers.storage.keys import model_key, training_key
from providers.storage.s3 import S3Store
from records.audit import AuditEntry
from records.database import Database
from records.learning import predictors
from tests import servers
from tests.activities.history_desk import played
from tests.office import Office, open_office


@dataclass
class Past:
    """A workspace with an ad account whose history is a simulated market."""

    office: Office
    store: S3Store
    owner_url: str

    async def of(self, market: Market) -> None:
        await played(self.office.db, self.owner_url, self.office.workspace_id, self.office.account_id, market)

    async def train(self) -> PredictorTrained:
        asked = TrainPredictor(workspace_id=self.office.workspace_id)
        trained: PredictorTrained = await ActivityEnvironment().run(Predicting(self.office.db, self.store).train, asked)
        return trained

    async def rows(self) -> list[PredictorModel]:
        async with self.office.db.workspace_transaction(self.office.workspace_id) as session:
            return await predictors.listed(session, 10)

    async def serving(self) -> str:
        async with self.office.db.workspace_transaction(self.office.workspace_id) as session:
            return (await serving_model(session, self.store, self.office.workspace_id)).name


@pytest_asyncio.fixture
async def past(db: Database, store: S3Store, shared_database: servers.Database) -> Past:
    return Past(await open_office(db), store, shared_database.owner_url)


def market(campaigns: int, days: int) -> Market:
    """In which clicks say nothing of conversions, which the built-in model does not expect."""
    family = replace(next(one for one in FAMILIES if one.name == "mixed"), arms=(6, 10))
    found = simulate(family, campaigns, days, seed=5)
    clicks = np.random.default_rng(3).integers(1, 400, found.final.shape[:3])
    found.final[..., CLICKS] = np.where(found.final[..., CLICKS] > 0, clicks, 0)
    return found


async def test_what_is_surely_better_serves_until_a_person_retires_it(past: Past) -> None:
    await past.of(market(80, 100))

    trained = await past.train()

    row = (await past.rows())[0]
    assert trained.state is PredictorState.SERVING, trained.words
    assert await past.serving() == "model 1"
    for split in ("unseen", "later"):
        told = row.metrics[split]
        assert isinstance(told, dict)
        assert told["model"]["auc"] > told["baseline"]["auc"]  # type: ignore[index, call-overload, operator]
        assert told["model"]["brier"] < told["baseline"]["brier"]  # type: ignore[index, call-overload, operator]
    assert row.model_sha256 is not None
    assert await past.store.get(model_key(past.office.workspace_id, row.model_sha256))
    assert await past.store.get(training_key(past.office.workspace_id, row.training_sha256))
    assert row.reliability["bins"]

    again = await past.train()
    assert (again.repeated, again.model_id, len(await past.rows())) == (True, trained.model_id, 1)

    by = AuditEntry(
        past.office.workspace_id, "Ana", Channel.WEB, "retire_predictor", "predictor_model", trained.model_id
    )
    async with past.office.db.workspace_transaction(past.office.workspace_id) as session:
        assert await predictors.retire(session, trained.model_id, by)
        assert not await predictors.retire(session, trained.model_id, by)
    assert await past.serving() == BUILT_IN.name
    assert "Retired by Ana" in (await past.rows())[0].words


async def test_too_little_past_is_an_answer(past: Past) -> None:
    nothing = await past.train()
    await past.of(market(4, 60))
    little = await past.train()

    assert nothing.state is little.state is PredictorState.REJECTED
    assert "0 campaigns with several ad sets" in nothing.words
    assert "it takes 9 and 3" in little.words
    assert (await past.rows())[0].model_sha256 is None
    assert await past.serving() == BUILT_IN.name


async def test_features_know_only_what_had_been_read_by_then(past: Past) -> None:
    """A conversion that is reported days later belongs to the outcome, not to what was known before it."""
    await past.of(market(2, 60))
    before = await read(past.office.db, past.office.workspace_id)
    async with past.office.db.workspace_transaction(past.office.workspace_id) as session:
        query = select(MetricReading).where(col(MetricReading.ad_account_id) == past.office.account_id)
        told = list((await session.scalars(query)).all())
        session.add_all(
            MetricReading(**{**row.model_dump(), "read_at": row.read_at + timedelta(days=30), "conversions": 10_000})
            for row in told
        )

    after = await read(past.office.db, past.office.workspace_id)

    assert len(after.examples.day) == len(before.examples.day) > 0
    assert (after.examples.panel.counts == before.examples.panel.counts).all()
    assert not np.array_equal(after.examples.outcome, before.examples.outcome)
    assert after.examples.panel.counts.shape[1] == WINDOW
    assert after.packed()[1] != before.packed()[1]


async def test_a_model_that_is_lost_leaves_the_built_in_one(past: Past) -> None:
    row = PredictorModel(
        workspace_id=past.office.workspace_id,
        version=1,
        state=PredictorState.SERVING,
        kind="",
        trained_at=utc_now(),
        model_sha256="0" * 64,
        training_sha256="0" * 64,
        rows=0,
        campaigns=0,
        words="",
    )
    async with past.office.db.workspace_transaction(past.office.workspace_id) as session:
        await predictors.store(session, row)

    assert await past.serving() == BUILT_IN.name


async def test_a_second_training_leaves_its_place_to_hourly_decisions(past: Past) -> None:
    predicting = Predicting(past.office.db, past.store)
    asked = TrainPredictor(workspace_id=past.office.workspace_id)

    first, second = await asyncio.gather(
        *(ActivityEnvironment().run(predicting.train, asked) for _ in range(2)), return_exceptions=True
    )

    assert isinstance(first, PredictorTrained)
    assert isinstance(second, ApplicationError)
    assert (second.type, second.non_retryable) == (ErrorType.WAITING, False)
    assert (await ActivityEnvironment().run(predicting.train, asked)).repeated


async def test_every_workspace_learns_once_a_week(database: servers.Database, store: S3Store) -> None:
    db = Database(database.app_url)
    for _ in range(2):
        await open_office(db)
    predicting = Predicting(db, store)

    first: Swept = await ActivityEnvironment().run(predicting.train_where_due, UpkeepRun())
    second: Swept = await ActivityEnvironment().run(predicting.train_where_due, UpkeepRun())

    assert (first.done, first.problems) == (2, [])
    assert (second.done, second.problems) == (0, [])
    await db.close()
