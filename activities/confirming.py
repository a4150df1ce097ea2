"""What is kept of the platform's answer to a write, in the transaction that stores it: the object, and budgets."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.domain.states import LedgerState, WriteOp
from models.tables.ad_account import AdAccount
from models.tables.ledger import LedgerIntent
from providers.ads.meta.currencies import to_minor
from providers.ads.results import NodeState
from records import budgets, platform_objects, pools
from records.budgets import SeenBudget


async def follow(session: AsyncSession, row: LedgerIntent) -> None:
    """Nothing where the write is not confirmed. Idempotency: repeating changes nothing."""
    if row.state is not LedgerState.CONFIRMED:
        return
    await platform_objects.apply(session, row)
    await note_budget(session, row)


async def note_budget(session: AsyncSession, row: LedgerIntent) -> None:
    """Keep the value that a confirmed write gave a budget, once."""
    budget = pools.budget_in(row.payload) if row.op in (WriteOp.CREATE, WriteOp.UPDATE) else None
    if row.state is not LedgerState.CONFIRMED or budget is None or row.platform_id is None or row.platform_at is None:
        return
    account = await session.get_one(AdAccount, row.ad_account_id)
    await budgets.note(session, account, [_seen(account, row.platform_id, budget, row.platform_at, row.id)])


async def note_seen(session: AsyncSession, account: AdAccount, node: NodeState) -> None:
    """Keep a budget that somebody else set, as it was just read."""
    budget = pools.budget_in({name: getattr(node, name) for name in pools.BUDGET_FIELDS})
    if budget is not None:
        await budgets.note(session, account, [_seen(account, node.id, budget, node.platform_time)])


def _seen(
    account: AdAccount, platform_id: str, budget: tuple[str, int], at: datetime, intent_id: UUID | None = None
) -> SeenBudget:
    name, amount = budget
    amount_minor = to_minor(amount, account.currency)
    return SeenBudget(platform_id, daily=name == "daily_budget", amount_minor=amount_minor, at=at, intent_id=intent_id)
