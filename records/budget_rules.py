"""What the gate asks of budgets: of those who move money by themselves, the optimizer and undo, most of all.

Their rules are asked while the campaign's lock is held alone, so that two raises at once cannot exceed what is
approved.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.budget_history import DAY, BudgetHistory
from models.domain.budget_limits import objection
from models.domain.ledger import OPEN_STATES
from models.domain.money import in_words
from models.domain.schedule import EnvelopeAction
from models.domain.states import ApprovalState, ChangeSetState, OptimizerMode, PlatformKind, Scope, WriteClass, WriteOp
from models.tables.ad_account import AdAccount
from models.tables.approval import Approval
from models.tables.ledger import LedgerIntent, ObjectStatus, PlatformObject
from models.tables.plan import ChangeSet
from records import budgets, pools
from records.pools import MinorUnits, PoolView

BUDGET_EDITS_PER_HOUR = 4
"""Meta's own limit per ad set (613/1487632); one more blocks the ad set for an hour."""
HOUR = timedelta(hours=1)
MOVING = (WriteClass.OPTIMIZER, WriteClass.UNDO)
REVERT = "revert:"
"""Begins the request hash of a write that sets back what somebody changed on the platform."""
_OPS = (WriteOp.UPDATE, WriteOp.PAUSE, WriteOp.ACTIVATE)


def moves_money(intent: LedgerIntent) -> bool:
    """Whether the campaign's lock must be held alone.

    Two budgets raised at once could exceed what is approved, and two pauses at once leave nothing that runs.
    """
    if intent.op is WriteOp.PAUSE:
        return intent.write_class is WriteClass.OPTIMIZER
    return intent.op is WriteOp.UPDATE and (intent.write_class in MOVING or _sets_back(intent))


def _sets_back(intent: LedgerIntent) -> bool:
    """A person's word too, and unlike a change no new approval: others may have the money by now."""
    return intent.request_hash.startswith(REVERT) and pools.touches_budget(intent.payload)


async def objection_to(
    session: AsyncSession, account: AdAccount, intent: LedgerIntent, now: datetime, to_minor: MinorUnits
) -> str | None:
    """Why the write may not be sent, in words; None where it may. `now` is platform time."""
    if intent.write_class not in MOVING and not _sets_back(intent):
        return await _edited_too_often(session, intent, now)
    pool = await pools.load(session, account, intent.campaign_id, now, to_minor)
    if pool is None:
        return "Nothing is approved that says how far this budget may go."
    if intent.write_class not in MOVING:
        history = pool.histories.get(intent.object_id, BudgetHistory())
        return _too_often(history, now) or _beyond_the_pool(account, pool, intent, to_minor)
    words = _not_its_own(pool, intent) or await _not_allowed(session, pool, intent)
    words = words or await _change_goes_first(session, intent)
    if words is None and intent.op is WriteOp.UPDATE:
        history = pool.histories.get(intent.object_id, BudgetHistory())
        words = _too_often(history, now) or _budget_objection(account, pool, intent, now, to_minor)
    return words


async def _edited_too_often(session: AsyncSession, intent: LedgerIntent, now: datetime) -> str | None:
    """The platform's own limit holds for people too."""
    if intent.op is not WriteOp.UPDATE or not pools.touches_budget(intent.payload):
        return None
    query = sa.select(col(PlatformObject.platform_id)).where(col(PlatformObject.id) == intent.object_id)
    platform_id = (await session.execute(query)).scalar_one_or_none()
    if platform_id is None:
        return None
    known = await budgets.history(session, intent.ad_account_id, [platform_id], now - HOUR)
    return _too_often(known.get(platform_id, BudgetHistory()), now)


def _too_often(history: BudgetHistory, now: datetime) -> str | None:
    """Counts every change of that budget within the last hour, whoever made it and wherever."""
    if history.edits_since(now - HOUR) < BUDGET_EDITS_PER_HOUR:
        return None
    return "This budget was changed four times within an hour; the platform takes no more."


def _not_its_own(pool: PoolView, intent: LedgerIntent) -> str | None:
    """Each field has one owner: budgets and the status of what holds them are all that these classes may write."""
    budget_only = intent.op is not WriteOp.UPDATE or set(intent.payload) == {pool.field}
    of_ad_set = intent.op is WriteOp.UPDATE or intent.object_kind is PlatformKind.AD_SET
    if intent.op in _OPS and intent.object_id in pool.owners and budget_only and of_ad_set:
        return None
    return f"Only budgets inside the approved pool may be moved by {intent.write_class.value}, not this."


async def _change_goes_first(session: AsyncSession, intent: LedgerIntent) -> str | None:
    """What people approved is written step by step, and taken back where it is refused: room in between is not free."""
    query = select(ChangeSet.number).where(
        col(ChangeSet.campaign_id) == intent.campaign_id, col(ChangeSet.state) == ChangeSetState.APPROVED
    )
    number = (await session.execute(query.limit(1))).scalar_one_or_none()
    return None if number is None else f"Change {number} of the campaign is being applied, which goes first."


async def _not_allowed(session: AsyncSession, pool: PoolView, intent: LedgerIntent) -> str | None:
    """The approved envelope is what lets the optimizer act at all."""
    if intent.write_class is not WriteClass.OPTIMIZER:
        return None
    query = select(Approval.state).where(
        col(Approval.campaign_id) == intent.campaign_id, col(Approval.scope) == Scope.SCHEDULE
    )
    if (await session.execute(query)).scalar_one_or_none() is not ApprovalState.APPROVED:
        return "The schedule is not approved any more. Have it approved first."
    envelope = pool.schedule.envelope
    if envelope.mode_max is OptimizerMode.OFF:
        return "What is approved does not let the optimizer act."
    if intent.op is WriteOp.ACTIVATE:
        return "The optimizer starts nothing by itself."
    return await _not_pausable(session, pool, intent) if intent.op is WriteOp.PAUSE else None


async def _not_pausable(session: AsyncSession, pool: PoolView, intent: LedgerIntent) -> str | None:
    """Another pause that is on its way may have taken effect."""
    if EnvelopeAction.PAUSE_AD_SET not in pool.schedule.envelope.actions:
        return "What is approved does not let the optimizer pause ad sets."
    query = sa.select(col(LedgerIntent.object_id)).where(
        col(LedgerIntent.campaign_id) == intent.campaign_id,
        col(LedgerIntent.op) == WriteOp.PAUSE,
        col(LedgerIntent.state).in_(OPEN_STATES),
    )
    stopping = {*(await session.execute(query)).scalars(), intent.object_id}
    if any(row.status is ObjectStatus.ACTIVE for row in pool.owners.values() if row.id not in stopping):
        return None
    return "It is the last ad set of the campaign that runs."


def _budget_objection(
    account: AdAccount, pool: PoolView, intent: LedgerIntent, now: datetime, to_minor: MinorUnits
) -> str | None:
    budget, held = pools.budget_in(intent.payload), pool.held(intent.object_id)
    allowed = pool.allowed(intent.object_id, now)
    if budget is None or held is None or allowed is None:
        return "What this budget was is not known yet; it is read within the hour."
    wanted, before = to_minor(budget[1], account.currency), pools.budget_in(intent.expected_before or {})
    if before is not None and to_minor(before[1], account.currency) != held:
        # The node was looked at before this lock was taken.
        return f"It was changed in the meantime: it is {in_words(held, account.currency)} now."
    return (
        _unlike_approved(pool, intent, raises=wanted > held, now=now)
        or objection(wanted, allowed, account.currency)
        or (_over_the_pool(account, pool, intent, wanted) if wanted > held else None)
    )


def _unlike_approved(pool: PoolView, intent: LedgerIntent, *, raises: bool, now: datetime) -> str | None:
    if intent.write_class is not WriteClass.OPTIMIZER:
        return None
    needed = EnvelopeAction.RAISE if raises else EnvelopeAction.CUT
    if needed not in pool.schedule.envelope.actions:
        return f"What is approved does not let the optimizer {needed.value} budgets."
    edited_at = pool.histories[intent.object_id].edited_at
    if edited_at is not None and edited_at > now - DAY:
        return "This budget was changed within the last 24 hours; it is moved once a day."
    return None


def _beyond_the_pool(account: AdAccount, pool: PoolView, intent: LedgerIntent, to_minor: MinorUnits) -> str | None:
    budget = pools.budget_in(intent.payload)
    if budget is None or intent.object_id not in pool.owners:
        return None
    wanted = to_minor(budget[1], account.currency)
    return _over_the_pool(account, pool, intent, wanted) if wanted > (pool.held(intent.object_id) or 0) else None


def _over_the_pool(account: AdAccount, pool: PoolView, intent: LedgerIntent, wanted: int) -> str | None:
    others, approved = pool.others(intent.object_id), pool.schedule.pool_minor
    if others is None:
        return "What the other budgets of the pool are is not known yet; they are read within the hour."
    if others + wanted <= approved:
        return None
    together = in_words(others + wanted, account.currency)
    return (
        f"Together with the other budgets it would be {together}; {in_words(approved, account.currency)} is approved."
    )
