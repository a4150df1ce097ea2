"""Turns the actions of a move set into intents, in the platform's units."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from activities.publish_intents import status_intent
from models.domain.states import MoveState, WriteOp
from models.tables.base import JsonObject
from models.tables.ledger import PlatformObject
from models.tables.optimization import MoveAction
from providers.ads.meta.currencies import to_platform
from providers.errors import Refused
from records import ledger, pools
from records.ledger import NewIntent
from records.optimizing import applying
from records.optimizing.applying import OpenMoves

_STATUS_OPS = {"pause": WriteOp.PAUSE, "activate": WriteOp.ACTIVATE}


async def intend(session: AsyncSession, moves: OpenMoves, actions: Sequence[MoveAction]) -> None:
    """Give each action its intent, once; what cannot be written at all ends here, with the reason.

    The caller holds the campaign's lock.
    """
    due = [action for action in actions if action.intent_id is None and action.state is MoveState.APPLYING]
    if not due:
        return
    schedule = await pools.approved_schedule(session, moves.campaign.id)
    rows = await _objects(session, due)
    wanted: list[tuple[MoveAction, NewIntent]] = []
    for action in due:
        row = rows.get(action.object_id)
        if row is None or schedule is None:
            moves.settle(action, MoveState.DROPPED, "It is not on the platform any more.")
            continue
        try:
            wanted.append((action, _intent(moves, action, row, pools.budget_field(schedule))))
        except Refused as refusal:
            moves.settle(action, MoveState.FAILED, refusal.message)
    ids = await ledger.intend_next(session, [intent for _, intent in wanted])
    for (action, _), intent_id in zip(wanted, ids, strict=True):
        action.intent_id = intent_id
    await session.flush()
    moves.intents |= await applying.intents_of(session, ids)


async def _objects(session: AsyncSession, actions: Sequence[MoveAction]) -> dict[UUID, PlatformObject]:
    query = select(PlatformObject).where(
        col(PlatformObject.id).in_([action.object_id for action in actions]),
        col(PlatformObject.retired_at).is_(None),
    )
    return {row.id: row for row in (await session.execute(query)).scalars()}


def _intent(moves: OpenMoves, action: MoveAction, row: PlatformObject, field: str) -> NewIntent:
    """Raises Refused where the platform cannot take the amount."""
    request_hash = f"move:{action.id}"
    if action.kind in _STATUS_OPS:
        base = status_intent(row, _STATUS_OPS[action.kind], moves.write_class, command_id=request_hash)
    else:
        target = _budget(field, action.after, moves.account.currency)
        base = replace(
            NewIntent.on(row, WriteOp.UPDATE, moves.write_class, request_hash),
            payload=target,
            expected_before=_budget(field, action.before, moves.account.currency),
            target=dict(target),
        )
    # A stop in between holds even if it was released before this is sent.
    return replace(base, expires_at=moves.row.expires_at, gate_epoch=moves.account.gate_epoch)


def _budget(field: str, stored: JsonObject, currency: str) -> JsonObject:
    amount = stored["amount_minor"]
    if not isinstance(amount, int):
        raise ValueError(f"{stored} is no amount in minor units")
    return {field: to_platform(amount, currency)}
