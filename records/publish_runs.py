"""Publish tries as people see them: the phase, why it waits, how it ended."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.tables.base import JsonObject
from models.tables.ledger import PublishRun, PublishRunState
from records import changes
from records.ledger import database_now

OPEN_STATES = (PublishRunState.RUNNING, PublishRunState.WAITING, PublishRunState.NEEDS_PERSON)


class UnknownPublish(Exception):
    """No such publish try in this workspace."""


async def begin(session: AsyncSession, run: PublishRun) -> PublishRun:
    """Insert the try, or return the one that is there already: a repeat must keep its first epoch and hashes."""
    statement = insert(PublishRun).values(**run.model_dump())
    await session.execute(statement.on_conflict_do_nothing(index_elements=["campaign_id", "number"]))
    return await get(session, run.campaign_id, run.number)


async def get(session: AsyncSession, campaign_id: UUID, number: int, *, lock: bool = False) -> PublishRun:
    """Raises UnknownPublish."""
    query = select(PublishRun).where(col(PublishRun.campaign_id) == campaign_id, col(PublishRun.number) == number)
    if lock:
        query = query.with_for_update()
    row = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if row is None:
        raise UnknownPublish(f"Campaign {campaign_id} has no publish try {number}.")
    return row


async def latest(session: AsyncSession, campaign_id: UUID, *, lock: bool = False) -> PublishRun | None:
    query = select(PublishRun).where(col(PublishRun.campaign_id) == campaign_id)
    query = query.order_by(col(PublishRun.number).desc()).limit(1)
    if lock:
        query = query.with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def enter_phase(session: AsyncSession, campaign_id: UUID, number: int, phase: str) -> None:
    """The try goes on with `phase`. Repeating it keeps what the phase waits for."""
    run = await get(session, campaign_id, number, lock=True)
    if run.state not in OPEN_STATES or run.phase == phase:
        return
    run.state, run.phase = PublishRunState.RUNNING, phase
    run.waiting_reason = run.waiting_since = None
    await _tell(session, run)


async def wait(session: AsyncSession, campaign_id: UUID, number: int, reason: str, *, for_person: bool = False) -> None:
    """The try waits; the page shows the reason and since when. Repeating the same reason keeps the time."""
    run = await get(session, campaign_id, number, lock=True)
    if run.state not in OPEN_STATES or run.waiting_reason == reason:
        return
    run.state = PublishRunState.NEEDS_PERSON if for_person else PublishRunState.WAITING
    run.waiting_reason = reason
    run.waiting_since = run.waiting_since or await database_now(session)
    await _tell(session, run)


async def finish(
    session: AsyncSession,
    run: PublishRun,
    state: PublishRunState,
    *,
    problem: JsonObject | None = None,
    leftovers: list[JsonObject] | None = None,
) -> None:
    run.state, run.problem, run.leftovers = state, problem, leftovers or []
    run.waiting_reason = run.waiting_since = None
    run.finished_at = await database_now(session)
    await _tell(session, run)


async def clear_waiting(session: AsyncSession, campaign_id: UUID, number: int) -> None:
    await session.execute(
        sa.update(PublishRun)
        .where(
            col(PublishRun.campaign_id) == campaign_id,
            col(PublishRun.number) == number,
            col(PublishRun.state).in_([PublishRunState.WAITING, PublishRunState.NEEDS_PERSON]),
        )
        .values(state=PublishRunState.RUNNING, waiting_reason=None, waiting_since=None)
    )


async def _tell(session: AsyncSession, run: PublishRun) -> None:
    await session.flush()
    await changes.notify(session, run.workspace_id, "campaign", run.campaign_id)
