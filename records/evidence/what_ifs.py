"""What-ifs: asked for by people, carried on run by run, ended once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.domain.states import WhatIfState
from models.tables.base import JsonObject, utc_now
from models.tables.evidence import WhatIf
from models.tables.optimization import OptimizerRun
from records import audit, changes, notifications
from records.audit import AuditEntry
from records.paging import Place, newest_first

MOST_RUNS = 300
"""The newest that have their inputs; of an account by the hour they reach back twelve days."""
FINISHED = {
    WhatIfState.DONE: "The comparison is done",
    WhatIfState.FAILED: "The comparison broke off",
    WhatIfState.CANCELLED: "The comparison was cancelled",
}


@dataclass(frozen=True, slots=True)
class RecordedRun:
    id: UUID
    inputs_sha256: str
    place: Place
    """By which the runs before it are found."""


async def begin(session: AsyncSession, row: WhatIf, by: AuditEntry) -> bool:
    """Stores the wish, once; False where it is there already."""
    values = row.model_dump(exclude={"created_at", "updated_at"})
    new = await session.scalar(
        insert(WhatIf).values(**values).on_conflict_do_nothing(index_elements=["id"]).returning(col(WhatIf.id))
    )
    if new is None:
        return False
    await audit.record(session, by)
    await changes.notify(session, row.workspace_id, "what_if", row.id)
    return True


async def page(session: AsyncSession, *, limit: int, after: Place | None = None) -> list[WhatIf]:
    return await newest_first(session, select(WhatIf), WhatIf, limit, after)


async def newest_done(session: AsyncSession, candidate: JsonObject, since: datetime) -> WhatIf | None:
    """The newest finished comparison with exactly this candidate."""
    query = (
        select(WhatIf)
        .where(
            col(WhatIf.candidate) == candidate,
            WhatIf.state == WhatIfState.DONE,
            col(WhatIf.finished_at) >= since,
        )
        .order_by(col(WhatIf.finished_at).desc())
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def count_runs(session: AsyncSession, row: WhatIf) -> int:
    """How many runs there are to replay; at most `MOST_RUNS`."""
    within = _recorded(row).limit(MOST_RUNS).subquery()
    return int(await session.scalar(sa.select(sa.func.count()).select_from(within)) or 0)


async def next_runs(session: AsyncSession, row: WhatIf, limit: int) -> list[RecordedRun]:
    """The newest of those that were not replayed yet."""
    query = _recorded(row)
    if place := _place_of(row):
        query = query.where(sa.tuple_(col(OptimizerRun.started_at), col(OptimizerRun.id)) < place)
    left = (row.runs_in_all or 0) - row.runs
    query = query.order_by(col(OptimizerRun.started_at).desc(), col(OptimizerRun.id).desc()).limit(min(limit, left))
    return [
        RecordedRun(run.id, run.inputs_sha256, (run.started_at, run.id))
        for run in (await session.execute(query)).scalars()
        if run.inputs_sha256 is not None
    ]


def _recorded(row: WhatIf) -> SelectOfScalar[OptimizerRun]:
    query = select(OptimizerRun).where(
        col(OptimizerRun.inputs_sha256).is_not(None),
        col(OptimizerRun.started_at) >= row.since,
        col(OptimizerRun.started_at) < row.until,
    )
    return query if row.ad_account_id is None else query.where(col(OptimizerRun.ad_account_id) == row.ad_account_id)


def _place_of(row: WhatIf) -> Place | None:
    reached = row.result.get("reached")
    if not isinstance(reached, list):
        return None
    at, run_id = reached
    return datetime.fromisoformat(str(at)), UUID(str(run_id))


async def advance(session: AsyncSession, row_id: UUID, reached: Sequence[RecordedRun], tally: JsonObject) -> WhatIf:
    """Keeps what so many more runs came to, together with where they ended. The caller holds the row's lock."""
    row = await session.get_one(WhatIf, row_id)
    at, run_id = reached[-1].place
    row.result = {"tally": tally, "reached": [at.isoformat(), str(run_id)]}
    row.runs += len(reached)
    await changes.notify(session, row.workspace_id, "what_if", row.id)
    return row


async def locked(session: AsyncSession, what_if_id: UUID) -> WhatIf:
    return await session.get_one(WhatIf, what_if_id, with_for_update=True, populate_existing=True)


async def end(session: AsyncSession, what_if_id: UUID, state: WhatIfState, error: str | None = None) -> WhatIf:
    """The first end stands; whoever asked for it is told."""
    row = await locked(session, what_if_id)
    if row.state is not WhatIfState.WORKING:
        return row
    row.state, row.error, row.finished_at = state, error, utc_now()
    body = error or f"{row.runs} runs were decided once more. Nothing was changed by it."
    notice: notifications.Notice = {
        "workspace_id": row.workspace_id,
        "kind": "what_if",
        "title": FINISHED[state],
        "body": f"{body} See it under “What if”.",
        "dedupe_key": f"what_if:{row.id}",
    }
    if row.requested_by is not None:
        notice["user_id"] = row.requested_by
    await notifications.add(session, **notice)
    await changes.notify(session, row.workspace_id, "what_if", row.id)
    return row
