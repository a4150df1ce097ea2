"""What an undo would set back now: read from the rows, judged by `models.domain.undo`. Writes nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.contracts.optimizing import UndoTarget
from models.domain import undo
from models.domain.account_days import account_day, day_start
from models.domain.schedule import BudgetPeriod
from models.domain.states import MoveState
from models.domain.undo import Amount, Folded, Moved, Now, Room, UndoPreview
from models.tables.ad_account import AdAccount
from models.tables.base import JsonObject
from models.tables.campaign import Campaign
from models.tables.ledger import ObjectStatus, PlatformObject
from models.tables.optimization import MoveAction, MoveSet
from models.tables.platform_node import PlatformNode
from records import pools
from records.optimizing.applying import blocked
from records.platform_clock import platform_now
from records.pools import MinorUnits, PoolView

_DONE = (MoveState.APPLIED, MoveState.UNDONE)


class NotUndoable(Exception):
    """There is nothing of that kind to undo; the message says why."""


async def preview(session: AsyncSession, target: UndoTarget, to_minor: MinorUnits) -> UndoPreview:
    """Everything that the undo would do if it were wished for now, and what it would not do, with the reasons.

    Raises:
        NotUndoable: the target is not there, was never applied, or was taken back already.
    """
    campaign_id, moves = await _targeted(session, target)
    campaign = await session.get_one(Campaign, campaign_id)
    account = await session.get_one(AdAccount, campaign.ad_account_id)
    now = await platform_now(session, account.id)
    pool = await pools.load(session, account, campaign_id, now, to_minor)
    folded = undo.fold(moves)
    if not folded:
        raise NotUndoable("These moves have been taken back already.")
    if pool is None:
        raise NotUndoable("Nothing of this campaign is approved, so nothing of it can be moved.")
    present = await _present(session, account, pool, folded, now)
    return undo.preview(campaign_id, folded, present, _room(account, pool), blocked(campaign, account))


async def _targeted(session: AsyncSession, target: UndoTarget) -> tuple[UUID, list[Moved]]:
    query = select(MoveAction, MoveSet.campaign_id).join(MoveSet, col(MoveSet.id) == col(MoveAction.move_set_id))
    if target.action_id is not None:
        query = query.where(col(MoveAction.id) == target.action_id)
    elif target.move_set_id is not None:
        query = query.where(col(MoveSet.id) == target.move_set_id)
    else:
        query = query.where(
            col(MoveSet.campaign_id) == target.campaign_id,
            col(MoveAction.performed_at) >= target.since,
            col(MoveAction.state).in_(_DONE),
        )
    rows = (await session.execute(query.order_by(col(MoveAction.performed_at), col(MoveAction.created_at)))).all()
    if not rows:
        raise NotUndoable("There is no such move in this workspace, or nothing was moved since then.")
    moves = [_moved(action) for action, _ in rows if action.state in _DONE]
    if not moves:
        raise NotUndoable("It was never applied, so there is nothing to undo.")
    return rows[0][1], moves


def _moved(row: MoveAction) -> Moved:
    if row.performed_at is None:
        raise ValueError(f"the applied action {row.id} does not say when")
    return Moved(
        id=row.id,
        object_id=row.object_id,
        kind=row.object_kind,
        external_id=row.external_id,
        name=row.name,
        at=row.performed_at,
        before=_amount(row.before),
        after=_amount(row.after),
        standing=row.state is MoveState.APPLIED,
        undoes=frozenset(UUID(undone) for undone in row.undoes),
    )


def _amount(stored: JsonObject) -> Amount:
    value = stored.get("amount_minor", stored.get("status"))
    if isinstance(value, int | str):
        return value
    raise ValueError(f"{stored} is neither an amount nor a status")


async def _present(
    session: AsyncSession, account: AdAccount, pool: PoolView, folded: Sequence[Folded], now: datetime
) -> dict[UUID, Now]:
    ids = [one.last.object_id for one in folded]
    query = select(PlatformObject).where(col(PlatformObject.id).in_(ids), col(PlatformObject.retired_at).is_(None))
    rows = {row.id: row for row in (await session.execute(query)).scalars()}
    gone = await _gone(session, ids)
    later = await _moved_later(session, account, folded)
    day = day_start(account_day(now, account.timezone), account.timezone)
    found: dict[UUID, Now] = {}
    for one in folded:
        object_id = one.last.object_id
        if object_id not in rows or object_id in gone:
            continue
        history = pool.histories.get(object_id)
        found[object_id] = Now(
            value=pool.held(object_id) if isinstance(one.last.after, int) else _status(rows[object_id]),
            changed=later.get(object_id) or _changed(account, pool, one),
            allowed=pool.allowed(object_id, now),
            highest_today_minor=history.highest_since(day) if history else None,
        )
    return found


def _status(row: PlatformObject) -> str:
    return "ACTIVE" if row.status is ObjectStatus.ACTIVE else "PAUSED"


async def _gone(session: AsyncSession, ids: Iterable[UUID]) -> set[UUID]:
    """Archived or deleted on the platform by somebody."""
    query = select(PlatformNode.object_id).where(
        col(PlatformNode.object_id).in_(list(ids)), col(PlatformNode.gone_at).is_not(None)
    )
    return {object_id for object_id in (await session.execute(query)).scalars() if object_id is not None}


async def _moved_later(session: AsyncSession, account: AdAccount, folded: Sequence[Folded]) -> dict[UUID, str]:
    last = {one.last.object_id: one.last for one in folded}
    query = (
        select(MoveAction)
        .where(col(MoveAction.object_id).in_(list(last)), col(MoveAction.state) == MoveState.APPLIED)
        .order_by(col(MoveAction.performed_at))
    )
    found: dict[UUID, str] = {}
    for row in (await session.execute(query)).scalars():
        earlier = last[row.object_id]
        if row.performed_at is not None and row.performed_at >= earlier.at and row.id != earlier.id:
            found[row.object_id] = f"It was moved again {_when(row.performed_at, account)}; undo that as well."
    return found


def _changed(account: AdAccount, pool: PoolView, one: Folded) -> str | None:
    history = pool.histories.get(one.last.object_id)
    newest = history.values[-1] if history else None
    if newest is None or newest.at < one.last.at:
        return None
    by = "by a change of the campaign" if newest.ours else "on the platform by somebody else"
    return f"It was changed {by} {_when(newest.at, account)}."


def _when(at: datetime, account: AdAccount) -> str:
    return f"on {at.astimezone(ZoneInfo(account.timezone)):%d %B at %H:%M} ({account.timezone})"


def _room(account: AdAccount, pool: PoolView) -> Room:
    amounts = [pool.requested(object_id) for object_id in {*pool.owners, *pool.under_way}]
    known = [amount for amount in amounts if amount is not None]
    return Room(
        currency=account.currency,
        approved_minor=pool.schedule.pool_minor,
        requested_minor=sum(known) if len(known) == len(amounts) else None,
        daily=pool.schedule.budget_period is BudgetPeriod.DAILY,
    )
