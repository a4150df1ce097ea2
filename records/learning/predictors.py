"""Trainings of the score: storing one once, letting it serve, retiring it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import PredictorState
from models.tables.identity import Workspace
from models.tables.signals import PredictorModel
from records import audit, changes
from records.audit import AuditEntry

RETIRED_WORDS = "Retired by {}; the built-in model serves."


async def by_training(session: AsyncSession, training_sha256: str) -> PredictorModel | None:
    """The training that learnt from exactly this history. Works in the current workspace, as all below."""
    return await session.scalar(select(PredictorModel).where(PredictorModel.training_sha256 == training_sha256))


async def serving(session: AsyncSession) -> PredictorModel | None:
    return await session.scalar(select(PredictorModel).where(PredictorModel.state == PredictorState.SERVING))


async def last_trained_at(session: AsyncSession) -> datetime | None:
    return await session.scalar(select(sa.func.max(col(PredictorModel.trained_at))))


async def listed(session: AsyncSession, limit: int) -> list[PredictorModel]:
    """Newest first."""
    query = select(PredictorModel).order_by(col(PredictorModel.version).desc()).limit(limit)
    return list((await session.scalars(query)).all())


async def next_version(session: AsyncSession, workspace_id: UUID) -> int:
    """One training of a workspace at a time gets past here until its transaction ends."""
    await session.get_one(Workspace, workspace_id, with_for_update=True)
    return int(await session.scalar(select(sa.func.max(col(PredictorModel.version)))) or 0) + 1


async def store(session: AsyncSession, row: PredictorModel) -> None:
    """A training that is to serve retires the one that does. Get its version first: that keeps others out."""
    if row.state is PredictorState.SERVING:
        await _retire(session)
    session.add(row)
    await session.flush()
    await changes.notify(session, row.workspace_id, "predictor_model", row.id)


async def retire(session: AsyncSession, model_id: UUID, by: AuditEntry) -> bool:
    """A person's wish that the built-in model serves again. False where that model does not serve (any more)."""
    await session.get_one(Workspace, by.workspace_id, with_for_update=True)
    row = await session.get(PredictorModel, model_id, with_for_update=True)
    if row is None or row.state is not PredictorState.SERVING:
        return False
    row.state = PredictorState.RETIRED
    row.words = f"{row.words} {RETIRED_WORDS.format(by.actor_name)}"
    await audit.record(session, by)
    await changes.notify(session, by.workspace_id, "predictor_model", row.id)
    return True


async def _retire(session: AsyncSession) -> None:
    """Flushed before the next one serves: at most one may at any moment."""
    retire = sa.update(PredictorModel).where(col(PredictorModel.state) == PredictorState.SERVING)
    await session.execute(retire.values(state=PredictorState.RETIRED))
