"""What the upkeep looks for in all workspaces, by definer functions, and what it clears away in each of them."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.contracts.optimizing import AccountRef, StopRef
from models.domain.states import AdAccountState, RunOutcome
from models.tables.ad_account import AdAccount
from models.tables.notification import Notification
from models.tables.optimization import OptimizerRun

NIL = UUID(int=0)


async def connected_accounts(session: AsyncSession, *, after: UUID | None, limit: int) -> list[AccountRef]:
    """Of all workspaces, in the order of their ids; works in a system transaction."""
    query = sa.text(
        "select workspace_id, ad_account_id from connected_ad_accounts() "
        "where ad_account_id > :after order by ad_account_id limit :limit"
    )
    found = await session.execute(query, {"after": after or NIL, "limit": limit})
    return [AccountRef(workspace_id=workspace_id, ad_account_id=account_id) for workspace_id, account_id in found]


async def open_stops(session: AsyncSession) -> list[StopRef]:
    """Of all workspaces; works in a system transaction."""
    found = await session.execute(sa.text("select workspace_id, stop_order_id from open_stop_orders()"))
    return [StopRef(workspace_id=workspace_id, stop_id=stop_id) for workspace_id, stop_id in found]


async def workspaces(session: AsyncSession) -> list[UUID]:
    """All of them; works in a system transaction."""
    return list(await session.scalars(sa.text("select * from all_workspaces()")))


async def drop_metrics(session: AsyncSession, before: date) -> int:
    """Drops the partitions of months that were over by then; works in a system transaction. Returns how many."""
    drop = sa.text("select drop_metric_partitions(:before)")
    return int(await session.scalar(drop, {"before": before}) or 0)


async def drop_read_notices(session: AsyncSession, before: datetime) -> int:
    """Of the current workspace: those that somebody read before that time."""
    gone = sa.delete(Notification).where(col(Notification.read_at) < before).returning(col(Notification.id))
    return len((await session.execute(gone)).all())


async def drop_empty_runs(session: AsyncSession, before: datetime) -> int:
    """Of the current workspace: runs that found nothing to look at. What decided or failed is kept."""
    empty = sa.and_(
        col(OptimizerRun.outcome) == RunOutcome.NOTHING_LIVE,
        col(OptimizerRun.started_at) < before,
    )
    gone = sa.delete(OptimizerRun).where(empty).returning(col(OptimizerRun.id))
    return len((await session.execute(gone)).all())


async def forget_inputs(session: AsyncSession, before: datetime, limit: int) -> list[str]:
    """Hashes of inputs of old runs of the current workspace, which no run names any more from here on."""
    old = (
        select(OptimizerRun.id)
        .where(col(OptimizerRun.inputs_sha256).is_not(None), OptimizerRun.started_at < before)
        .order_by(col(OptimizerRun.started_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    runs = list((await session.scalars(select(OptimizerRun).where(col(OptimizerRun.id).in_(old)))).all())
    hashes = [run.inputs_sha256 for run in runs if run.inputs_sha256 is not None]
    for run in runs:
        run.inputs_sha256 = None
    return hashes


async def accounts_with_token(session: AsyncSession) -> list[AdAccount]:
    """Of the current workspace: those that would stop working when their token does."""
    query = select(AdAccount).where(
        AdAccount.state != AdAccountState.DISCONNECTED,
        AdAccount.state != AdAccountState.NEEDS_RECONNECT,
        col(AdAccount.token_ciphertext).is_not(None),
    )
    return list(await session.scalars(query.order_by(col(AdAccount.id))))
