"""Move sets: what was decided, or wished, for one campaign at one moment. Looking them up is in `lists`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID, uuid4, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import MoveOrigin, MoveState, PlatformKind
from models.tables.base import JsonObject
from models.tables.optimization import MoveAction, MoveSet

T = TypeVar("T")

CHUNK = 1_000
"""Rows of a statement, so that ten thousand actions are not all in memory at once."""
MOVED_STATES = (MoveState.APPLYING, MoveState.APPLIED, MoveState.PARTLY_APPLIED, MoveState.UNDONE)


@dataclass(frozen=True, slots=True)
class NewAction:
    """One change of one budget owner. `before` and `after` hold `amount_minor` or `status`."""

    object_id: UUID
    object_kind: PlatformKind
    external_id: str
    name: str
    before: JsonObject
    after: JsonObject
    reason: str
    kind: str = "budget"
    gain: float = 0.0
    confidence_bp: int | None = None
    undoes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NewMoves:
    """A move set and its actions, in any order. Storing the same `id` again changes nothing."""

    workspace_id: UUID
    campaign_id: UUID
    state: MoveState
    reason: str
    decided_at: datetime
    actions: Sequence[NewAction] = ()
    origin: MoveOrigin = MoveOrigin.OPTIMIZER
    id: UUID = field(default_factory=uuid4)
    optimizer_run_id: UUID | None = None
    undo_of_id: UUID | None = None
    suggestion_id: UUID | None = None
    expires_at: datetime | None = None
    confidence_bp: int | None = None
    expected_gain_bp: int | None = None
    requested_by: UUID | None = None
    requested_name: str | None = None


def run_move_id(run_id: UUID, campaign_id: UUID) -> UUID:
    """A run stores one move set per campaign, however often its activity is tried."""
    return uuid5(run_id, campaign_id.hex)


async def store(session: AsyncSession, sets: Iterable[NewMoves]) -> list[UUID]:
    """Insert them with their actions, decreases first; answers with the ids of those that were not there yet.

    Actions take the state of their move set.

    Idempotency: by the move set's id, and by (run, campaign).
    """
    stored: list[UUID] = []
    for part in _chunks(sets):
        statement = insert(MoveSet).on_conflict_do_nothing().returning(col(MoveSet.id))
        new_ids = set((await session.execute(statement, [_set_row(new) for new in part])).scalars())
        actions = (row for new in part if new.id in new_ids for row in _action_rows(new))
        for action_part in _chunks(actions):
            await session.execute(insert(MoveAction), action_part)
        stored += [new.id for new in part if new.id in new_ids]
    return stored


async def get(session: AsyncSession, move_set_id: UUID, *, lock: bool = False) -> MoveSet | None:
    query = select(MoveSet).where(col(MoveSet.id) == move_set_id)
    if lock:
        query = query.with_for_update()
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def of_run(session: AsyncSession, run_id: UUID) -> list[MoveSet]:
    """In the order of their campaigns, so that pages and locks always come the same way."""
    query = select(MoveSet).where(col(MoveSet.optimizer_run_id) == run_id).order_by(col(MoveSet.campaign_id))
    return list((await session.execute(query)).scalars())


async def last_moved(session: AsyncSession, campaign_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When money of each campaign was last moved, by whoever; platform time. Campaigns without a move are missing."""
    query = (
        sa.select(col(MoveSet.campaign_id), sa.func.max(col(MoveSet.decided_at)))
        .where(col(MoveSet.campaign_id).in_(campaign_ids), col(MoveSet.state).in_(MOVED_STATES))
        .group_by(col(MoveSet.campaign_id))
    )
    return {UUID(str(campaign_id)): at for campaign_id, at in (await session.execute(query)).all()}


def decreases_first(actions: Sequence[NewAction]) -> list[NewAction]:
    """Pauses and cuts free the money that raises need. What changes most in value comes first among its like."""
    return sorted(actions, key=lambda action: (_frees(action), -action.gain, str(action.object_id)))


def _frees(action: NewAction) -> int:
    if action.kind != "budget":
        return 0 if action.kind == "pause" else 3
    before, after = action.before.get("amount_minor"), action.after.get("amount_minor")
    return 1 if isinstance(before, int) and isinstance(after, int) and after < before else 2


def _set_row(new: NewMoves) -> dict[str, object]:
    return {name: getattr(new, name) for name in NewMoves.__slots__ if name != "actions"}


def _action_rows(new: NewMoves) -> list[dict[str, object]]:
    return [
        {
            "workspace_id": new.workspace_id,
            "move_set_id": new.id,
            "position": position,
            "state": new.state,
            **{name: getattr(action, name) for name in NewAction.__slots__},
        }
        for position, action in enumerate(decreases_first(new.actions))
    ]


def _chunks(rows: Iterable[T]) -> Iterator[list[T]]:
    whole = iter(rows)
    while part := list(islice(whole, CHUNK)):
        yield part
