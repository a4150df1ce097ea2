"""Verdicts on move sets: which of them wait for one, what else was done to their campaigns, and storing them once."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import ChangeSetState, MoveOrigin, MoveState, MoveVerdictKind
from models.domain.verdict_windows import Cut
from models.tables.campaign import Campaign
from models.tables.drift import Drift
from models.tables.evidence import MoveVerdict
from models.tables.optimization import MoveAction, MoveSet
from models.tables.plan import ChangeSet
from records import changes

JUDGED = (MoveOrigin.OPTIMIZER, MoveOrigin.SUGGESTION)
TOOK_EFFECT = (MoveState.APPLIED, MoveState.PARTLY_APPLIED, MoveState.UNDONE)
_DONE = (MoveState.APPLIED, MoveState.UNDONE)


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A move set that took effect. Times are platform time, of the first and the last of its changes."""

    move_set_id: UUID
    campaign_id: UUID
    state: MoveState
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was done to a campaign's budgets. `move_set_id` is None for a change that people made."""

    at: datetime
    what: Cut
    move_set_id: UUID | None


async def unjudged(session: AsyncSession, ad_account_id: UUID, since: datetime) -> list[Unjudged]:
    """Of one ad account, oldest first: what the optimizer or a suggestion moved and nobody has judged yet."""
    first, last = sa.func.min(col(MoveAction.performed_at)), sa.func.max(col(MoveAction.performed_at))
    query = (
        sa.select(col(MoveSet.id), col(MoveSet.campaign_id), col(MoveSet.state), first, last)
        .join(MoveAction, col(MoveAction.move_set_id) == col(MoveSet.id))
        .join(Campaign, col(Campaign.id) == col(MoveSet.campaign_id))
        .outerjoin(MoveVerdict, col(MoveVerdict.move_set_id) == col(MoveSet.id))
        .where(
            col(Campaign.ad_account_id) == ad_account_id,
            col(MoveSet.origin).in_(JUDGED),
            col(MoveSet.state).in_(TOOK_EFFECT),
            col(MoveAction.state).in_(_DONE),
            col(MoveAction.performed_at) >= since,
            col(MoveVerdict.id).is_(None),
        )
        .group_by(col(MoveSet.id), col(MoveSet.campaign_id), col(MoveSet.state))
        .order_by(last)
    )
    return [
        Unjudged(move_set_id, campaign_id, state, began, ended)
        for move_set_id, campaign_id, state, began, ended in await session.execute(query)
        if began is not None and ended is not None
    ]


async def done_to(session: AsyncSession, ad_account_id: UUID, since: datetime) -> dict[UUID, list[Done]]:
    """By campaign: every move that took effect, undos too, and what people changed, with us or on the platform."""
    of_account = select(Campaign.id).where(Campaign.ad_account_id == ad_account_id)
    moves = (
        sa.select(
            col(MoveSet.campaign_id), sa.func.min(col(MoveAction.performed_at)), col(MoveSet.origin), col(MoveSet.id)
        )
        .join(MoveAction, col(MoveAction.move_set_id) == col(MoveSet.id))
        .where(
            col(MoveSet.campaign_id).in_(of_account),
            col(MoveAction.state).in_(_DONE),
            col(MoveAction.performed_at) >= since,
        )
        .group_by(col(MoveSet.campaign_id), col(MoveSet.origin), col(MoveSet.id))
    )
    edits = select(ChangeSet.campaign_id, ChangeSet.applied_at).where(
        col(ChangeSet.campaign_id).in_(of_account),
        ChangeSet.state == ChangeSetState.APPLIED,
        col(ChangeSet.applied_at) >= since,
    )
    found: dict[UUID, list[Done]] = defaultdict(list)
    for campaign_id, at, origin, move_set_id in await session.execute(moves):
        if at is None:
            continue
        what = Cut.TAKEN_BACK if origin is MoveOrigin.UNDO else Cut.MOVED_AGAIN
        found[campaign_id].append(Done(at, what, move_set_id))
    abroad = select(Drift.campaign_id, Drift.first_seen_at).where(
        col(Drift.campaign_id).in_(of_account), col(Drift.first_seen_at) >= since
    )
    for changed in (edits, abroad):
        for campaign_id, at in await session.execute(changed):
            if at is not None:
                found[campaign_id].append(Done(at, Cut.CHANGED, None))
    return dict(found)


async def store(session: AsyncSession, verdicts: Sequence[MoveVerdict]) -> int:
    """Each move set is judged once; returns how many were new."""
    new = 0
    for verdict in verdicts:
        values = verdict.model_dump(exclude={"created_at", "updated_at"})
        statement = (
            insert(MoveVerdict)
            .values(**values)
            .on_conflict_do_nothing(index_elements=["workspace_id", "move_set_id"])
            .returning(col(MoveVerdict.id))
        )
        if await session.scalar(statement) is not None:
            new += 1
            await changes.notify(session, verdict.workspace_id, "move_set", verdict.move_set_id)
    return new


async def of_moves(session: AsyncSession, move_set_ids: Collection[UUID]) -> dict[UUID, MoveVerdict]:
    query = select(MoveVerdict).where(col(MoveVerdict.move_set_id).in_(move_set_ids))
    return {row.move_set_id: row for row in (await session.execute(query)).scalars()}


@dataclass(frozen=True, slots=True)
class Counted:
    """How verdicts fell. `not_judged` are those of which nothing could be measured."""

    improved: int
    worse: int
    inconclusive: int
    not_judged: int

    @property
    def in_all(self) -> int:
        return self.improved + self.worse + self.inconclusive + self.not_judged


async def counts(session: AsyncSession, since: datetime) -> Counted:
    measured = col(MoveVerdict.effect_bp).is_not(None)
    query = (
        sa.select(col(MoveVerdict.verdict), measured, sa.func.count())
        .where(col(MoveVerdict.judged_at) >= since)
        .group_by(col(MoveVerdict.verdict), measured)
    )
    found = {(kind, known): number for kind, known, number in await session.execute(query)}
    return Counted(
        improved=found.get((MoveVerdictKind.IMPROVED, True), 0),
        worse=found.get((MoveVerdictKind.WORSE, True), 0),
        inconclusive=found.get((MoveVerdictKind.INCONCLUSIVE, True), 0),
        not_judged=sum(number for (_, known), number in found.items() if not known),
    )


async def newest(session: AsyncSession, campaign_id: UUID) -> MoveVerdict | None:
    """The last word on a move of the campaign."""
    query = select(MoveVerdict).where(MoveVerdict.campaign_id == campaign_id)
    return (await session.scalars(query.order_by(col(MoveVerdict.judged_at).desc()).limit(1))).one_or_none()
