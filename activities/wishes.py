"""People's wishes as move sets: what is undone, and a suggestion that was approved."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.contracts.optimizing import MoveRequest, MovesIntended, UndoTarget
from models.domain.budget_moves import BudgetMoves
from models.domain.states import MoveOrigin, MoveState, SuggestionState
from models.domain.undo import UndoPreview, UndoStep
from models.tables.campaign import Campaign
from models.tables.optimization import MoveAction, Suggestion
from providers.ads.meta.currencies import to_minor
from records import platform_objects
from records.optimizing import moves, suggestions, undoing
from records.optimizing.moves import NewAction, NewMoves
from records.optimizing.undoing import NotUndoable
from records.platform_clock import platform_now

HOLDS_FOR = timedelta(minutes=30)
"""As long as the optimizer's own actions: later the reasons for it may be gone."""
_KINDS = {"PAUSED": "pause", "ACTIVE": "activate"}


async def intend(session: AsyncSession, wish: MoveRequest) -> MovesIntended:
    """See `Moving.intend_moves`."""
    move_set_id = uuid5(wish.request_id, "moves")
    if await moves.get(session, move_set_id) is not None:
        return MovesIntended(move_set_ids=[move_set_id])
    match wish.kind:
        case "undo" if wish.target is not None:
            return await _undo(session, wish, wish.target, move_set_id)
        case "suggestion" if wish.suggestion_id is not None:
            return await _apply_suggestion(session, wish, wish.suggestion_id, move_set_id)
        case _:
            raise ValueError(f"a wish of kind {wish.kind} names nothing to move")


async def _undo(session: AsyncSession, wish: MoveRequest, target: UndoTarget, move_set_id: UUID) -> MovesIntended:
    try:
        seen = await undoing.preview(session, target, to_minor)
    except NotUndoable as error:
        return MovesIntended(refused=[str(error)])
    refused = [f"{step.name}: {step.words}" for step in seen.steps if not step.possible]
    if seen.blocked is not None:
        return MovesIntended(refused=[seen.blocked])
    if not seen.possible:
        return MovesIntended(refused=refused)
    words = " ".join(["Undo of what was moved.", *(f"Not set back: {one}" for one in refused)])
    made = NewMoves(
        id=move_set_id,
        workspace_id=wish.workspace_id,
        campaign_id=seen.campaign_id,
        origin=MoveOrigin.UNDO,
        state=MoveState.APPLYING,
        reason=words,
        decided_at=await _now(session, seen.campaign_id),
        actions=[_back(step) for step in seen.possible],
        undo_of_id=await _only_set(session, seen),
    )
    await _store(session, wish, made)
    return MovesIntended(move_set_ids=[move_set_id], refused=refused)


def _back(step: UndoStep) -> NewAction:
    status = step.after.get("status")
    return NewAction(
        object_id=step.object_id,
        object_kind=step.object_kind,
        external_id=step.external_id,
        name=step.name,
        before=dict(step.now),
        after=dict(step.after),
        reason="Set back to what it was before.",
        kind=_KINDS[status] if isinstance(status, str) else "budget",
        undoes=[str(action_id) for action_id in step.undoes],
    )


async def _only_set(session: AsyncSession, seen: UndoPreview) -> UUID | None:
    """The move set that is undone; None where it takes back moves of several."""
    undone = [action_id for step in seen.possible for action_id in step.undoes]
    query = select(MoveAction.move_set_id).where(col(MoveAction.id).in_(undone)).distinct()
    sets = (await session.execute(query)).scalars().all()
    return sets[0] if len(sets) == 1 else None


async def _apply_suggestion(
    session: AsyncSession, wish: MoveRequest, suggestion_id: UUID, move_set_id: UUID
) -> MovesIntended:
    row = await session.get(Suggestion, suggestion_id, with_for_update=True)
    if row is None:
        return MovesIntended(refused=["There is no such suggestion in this workspace."])
    if row.status is not SuggestionState.APPROVED or row.kind != suggestions.MOVE_BUDGET:
        return MovesIntended(refused=[f"This suggestion is {row.status.value}; only an approved one is applied."])
    budgets = BudgetMoves.model_validate(row.action).budgets
    rows = {thing.id: thing for thing in await platform_objects.of_campaign(session, row.campaign_id)}
    if gone := [move.name for move in budgets if move.object_id not in rows]:
        reason = f"Not on the platform any more: {', '.join(gone)}."
        await suggestions.settle(session, row.id, SuggestionState.FAILED, reason)
        return MovesIntended(refused=[reason])
    actions = [
        NewAction(
            object_id=move.object_id,
            object_kind=rows[move.object_id].kind,
            external_id=rows[move.object_id].platform_id,
            name=move.name,
            before={"status": "ACTIVE"} if move.pause else {"amount_minor": move.before_minor},
            after={"status": "PAUSED"} if move.pause else {"amount_minor": move.after_minor},
            kind="pause" if move.pause else "budget",
            reason=row.title,
        )
        for move in budgets
        if move.changes
    ]
    made = NewMoves(
        id=move_set_id,
        workspace_id=wish.workspace_id,
        campaign_id=row.campaign_id,
        origin=MoveOrigin.SUGGESTION,
        state=MoveState.APPLYING,
        reason=row.title,
        decided_at=await _now(session, row.campaign_id),
        actions=actions,
        suggestion_id=row.id,
    )
    await _store(session, wish, made)
    return MovesIntended(move_set_ids=[move_set_id])


async def _now(session: AsyncSession, campaign_id: UUID) -> datetime:
    campaign = await session.get_one(Campaign, campaign_id)
    if campaign.ad_account_id is None:
        raise ValueError(f"the campaign {campaign_id} has moves and no ad account")
    return await platform_now(session, campaign.ad_account_id)


async def _store(session: AsyncSession, wish: MoveRequest, made: NewMoves) -> None:
    whole = replace(
        made,
        expires_at=made.decided_at + HOLDS_FOR,
        requested_by=wish.actor.user_id,
        requested_name=wish.actor.name,
    )
    await moves.store(session, [whole])
