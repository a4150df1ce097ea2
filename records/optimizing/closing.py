"""How a move set ends: its state, the audit, what people are told, and what was taken back by it."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.money import in_words
from models.domain.states import Channel, MoveOrigin, MoveState, SuggestionState
from models.tables.base import JsonObject
from models.tables.optimization import MoveAction, MoveSet
from records import audit, changes, ledger, notifications
from records.audit import AuditEntry
from records.optimizing import suggestions
from records.optimizing.applying import OpenMoves, by_minor

ACTIONS = {
    MoveOrigin.OPTIMIZER: "move_budgets",
    MoveOrigin.SUGGESTION: "apply_suggestion",
    MoveOrigin.UNDO: "undo_moves",
    MoveOrigin.REVERT: "revert_drift",
}


async def close(session: AsyncSession, ended: OpenMoves) -> None:
    """Everything has ended: write down how, with what was before and after, in the transaction that saw it."""
    row = ended.row
    row.state = end_state(ended.actions)
    row.finished_at = await ledger.database_now(session)
    applied = [action for action in ended.actions if action.state is MoveState.APPLIED]
    if applied and row.origin in (MoveOrigin.OPTIMIZER, MoveOrigin.SUGGESTION):
        ended.campaign.last_optimized_at = ended.now
    await session.flush()
    if applied:
        await _take_back(session, [UUID(undone) for action in applied for undone in action.undoes])
    if row.suggestion_id is not None:
        await _settle_suggestion(session, row, ended.actions)
    await _audit(session, ended, applied)
    await _tell(session, ended)


def end_state(actions: Sequence[MoveAction]) -> MoveState:
    states = {action.state for action in actions}
    if MoveState.APPLIED in states:
        return MoveState.APPLIED if states == {MoveState.APPLIED} else MoveState.PARTLY_APPLIED
    return MoveState.FAILED if MoveState.FAILED in states else MoveState.DROPPED


async def _take_back(session: AsyncSession, undone: Sequence[UUID]) -> None:
    """What was undone says so; what an undone undo had taken back stands again."""
    query = select(MoveAction).where(col(MoveAction.id).in_(undone))
    rows = list((await session.execute(query)).scalars())
    again = [UUID(one) for row in rows for one in row.undoes]
    await _set_state(session, undone, MoveState.APPLIED, MoveState.UNDONE)
    await _set_state(session, again, MoveState.UNDONE, MoveState.APPLIED)
    touched = select(MoveAction.move_set_id).where(col(MoveAction.id).in_([*undone, *again]))
    for move_set_id in set((await session.execute(touched)).scalars()):
        actions = select(MoveAction).where(col(MoveAction.move_set_id) == move_set_id)
        found = list((await session.execute(actions.execution_options(populate_existing=True))).scalars())
        standing = [action for action in found if action.state is MoveState.APPLIED]
        earlier = await session.get_one(MoveSet, move_set_id)
        earlier.state = end_state(found) if standing else MoveState.UNDONE
    await session.flush()


async def _set_state(session: AsyncSession, ids: Sequence[UUID], old: MoveState, new: MoveState) -> None:
    if ids:
        mine = sa.and_(col(MoveAction.id).in_(ids), col(MoveAction.state) == old)
        statement = sa.update(MoveAction).where(mine).values(state=new)
        await session.execute(statement.execution_options(synchronize_session=False))


async def _settle_suggestion(session: AsyncSession, row: MoveSet, actions: Sequence[MoveAction]) -> None:
    if row.suggestion_id is None:
        return
    reasons = "; ".join(f"{action.name}: {action.error}" for action in actions if action.error) or None
    done = row.state in (MoveState.APPLIED, MoveState.PARTLY_APPLIED)
    state = SuggestionState.APPLIED if done else SuggestionState.FAILED
    await suggestions.settle(session, row.suggestion_id, state, reasons)


async def _audit(session: AsyncSession, ended: OpenMoves, applied: Sequence[MoveAction]) -> None:
    row = ended.row
    before: JsonObject = {action.name: action.before for action in applied}
    after: JsonObject = {action.name: action.after for action in applied}
    await audit.record(
        session,
        AuditEntry(
            workspace_id=row.workspace_id,
            actor_name=row.requested_name or "Optimizer",
            actor_user_id=row.requested_by,
            channel=Channel.SYSTEM,
            action=ACTIONS[row.origin],
            object_kind="campaign",
            object_id=row.campaign_id,
            command_id=f"move:{row.id}",
            before={"move_set": str(row.id), "values": before},
            after={"state": row.state.value, "values": after},
        ),
    )


async def _tell(session: AsyncSession, ended: OpenMoves) -> None:
    row = ended.row
    failed = [action for action in ended.actions if action.state is MoveState.FAILED]
    if failed:
        await notifications.add(
            session,
            workspace_id=row.workspace_id,
            campaign_id=row.campaign_id,
            kind="moves_failed",
            title=f"A budget of {ended.campaign.name} could not be changed",
            body=" ".join(f"{action.name}: {action.error}" for action in failed),
            dedupe_key=f"moves_failed:{row.id}",
        )
    await _tell_what_is_missing(session, ended)
    await changes.notify(session, row.workspace_id, "move_set", row.id)
    await changes.notify(session, row.workspace_id, "campaign", row.campaign_id)


async def _tell_what_is_missing(session: AsyncSession, ended: OpenMoves) -> None:
    """Cuts that were made for raises that were not: no later run gives that money out again by itself."""
    kept_back = [action for action in ended.actions if by_minor(action) > 0 and action.state is not MoveState.APPLIED]
    freed = -sum(by_minor(action) for action in ended.actions if action.state is MoveState.APPLIED)
    missing = min(freed, sum(by_minor(action) for action in kept_back))
    if missing <= 0:
        return
    amount = in_words(missing, ended.account.currency)
    reasons = " ".join(f"{action.name}: {action.error}" for action in kept_back)
    await notifications.add(
        session,
        workspace_id=ended.row.workspace_id,
        campaign_id=ended.row.campaign_id,
        kind="moves_partly_applied",
        title=f"The budgets of {ended.campaign.name} add up to {amount} less than before",
        body=f"It was cut from some and could not be given to others. {reasons} Undo the move to set the cuts back.",
        dedupe_key=f"moves_partly_applied:{ended.row.id}",
    )
