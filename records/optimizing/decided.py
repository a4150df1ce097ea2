"""What one run decided, stored in one transaction and answered the same way however often it is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.contracts.optimizing import Decided, RunRef
from models.domain.rules import Evaluation
from models.domain.states import Gate, MoveState, RunOutcome
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.optimization import MoveAction, MoveSet, OptimizerRun
from records import changes, notifications
from records.optimizing import applying, moves, proposals, suggestions
from records.optimizing.moves import NewMoves
from records.optimizing.proposals import Proposal
from records.rules import looks

TOLD_ONE_BY_ONE = 10
"""More proposals of one run than these are told together."""


@dataclass(frozen=True, slots=True)
class RunDecisions:
    """Everything that a run decided, and what people's rules found. `platform_time` is when, `inputs_sha256` names
    what it rests on."""

    engine: str
    inputs_sha256: str
    platform_time: datetime
    moves: Sequence[NewMoves]
    proposals: Sequence[Proposal]
    evaluations: Sequence[Evaluation] = ()


async def of_run(session: AsyncSession, run: RunRef) -> Decided | None:
    """None while the run has not decided yet."""
    row = await session.get_one(OptimizerRun, run.run_id)
    return None if row.inputs_sha256 is None else await _answer(session, run)


async def store(session: AsyncSession, run: RunRef, decisions: RunDecisions) -> Decided:
    """The first decisions of a run stand. Proposals come first, for their move sets name them."""
    row = await session.get_one(OptimizerRun, run.run_id, with_for_update=True, populate_existing=True)
    if row.inputs_sha256 is None:
        row.engine, row.inputs_sha256 = decisions.engine, decisions.inputs_sha256
        row.platform_time = decisions.platform_time
        await session.flush()
        await suggestions.expire(session)
        new = set(await proposals.propose(session, decisions.proposals))
        await moves.store(session, decisions.moves)
        await _note_moved(session, decisions)
        await _tell(session, run, [proposal for proposal in decisions.proposals if proposal.id in new])
        await looks.store(session, run, decisions.platform_time, decisions.evaluations)
        await changes.notify(session, run.workspace_id, "optimizer_run", run.run_id)
    return await _answer(session, run)


async def _note_moved(session: AsyncSession, decisions: RunDecisions) -> None:
    moved = [new.campaign_id for new in decisions.moves if new.state is MoveState.APPLYING]
    if moved:
        note = sa.update(Campaign).where(col(Campaign.id).in_(moved))
        await session.execute(note.values(last_optimized_at=decisions.platform_time))


async def _tell(session: AsyncSession, run: RunRef, proposals: Sequence[Proposal]) -> None:
    if len(proposals) > TOLD_ONE_BY_ONE:
        await notifications.add(
            session,
            workspace_id=run.workspace_id,
            kind="suggestions",
            title=f"{len(proposals)} suggestions of the optimizer wait for a person",
            body="They hold for 24 hours; each says what it rests on.",
            dedupe_key=f"suggestions:{run.run_id}",
        )
        return
    for proposal in proposals:
        await notifications.add(
            session,
            workspace_id=run.workspace_id,
            campaign_id=proposal.campaign_id,
            kind="suggestion",
            title=proposal.title,
            body=f"{proposal.description} It holds for 24 hours.",
            dedupe_key=f"suggestion:{proposal.id}",
        )


async def _answer(session: AsyncSession, run: RunRef) -> Decided:
    query = (
        select(MoveSet.state, sa.func.count())
        .where(MoveSet.optimizer_run_id == run.run_id)
        .group_by(col(MoveSet.state))
    )
    counts = {MoveState(state): int(number) for state, number in (await session.execute(query)).all()}
    total = sum(counts.values())
    alone, proposed = counts.get(MoveState.NO_ACTION, 0), counts.get(MoveState.PROPOSED, 0)
    return Decided(
        outcome=await _outcome(session, run, total),
        campaigns=total,
        moved=total - alone - proposed,
        proposed=proposed,
        left_alone=alone,
        # What an earlier run was cut off from is ended by the pages of this one.
        actions=await _actions(session, run.run_id) + await applying.left_behind(session, run.ad_account_id),
    )


async def _outcome(session: AsyncSession, run: RunRef, campaigns: int) -> RunOutcome:
    if campaigns == 0:
        return RunOutcome.NOTHING_LIVE
    account = await session.get_one(AdAccount, run.ad_account_id)
    return RunOutcome.STOPPED if account.gate is Gate.STOPPED else RunOutcome.DECIDED


async def _actions(session: AsyncSession, run_id: UUID) -> int:
    """Those that are applied without asking."""
    query = (
        sa.select(sa.func.count())
        .select_from(MoveAction)
        .join(MoveSet, col(MoveSet.id) == col(MoveAction.move_set_id))
        .where(
            col(MoveSet.optimizer_run_id) == run_id,
            col(MoveSet.state).not_in([MoveState.NO_ACTION, MoveState.PROPOSED]),
        )
    )
    return int((await session.execute(query)).scalar_one())
