"""Runs over ad accounts: begun, ended, and what they would look at."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.contracts.optimizing import BeginRun, EndRun
from models.domain.account_days import RESTATED_DAYS
from models.domain.states import AdAccountState, CampaignStatus, RunOutcome
from models.tables.ad_account import AdAccount
from models.tables.base import utc_now
from models.tables.campaign import Campaign
from models.tables.optimization import OptimizerRun
from records import changes
from records.platform_clock import platform_now

# A run is over within its hour; one that says nothing for longer was terminated, or lost the database for good.
SILENT_AFTER = timedelta(hours=2)
RUNNING = (CampaignStatus.PUBLISHING, CampaignStatus.SCHEDULED, CampaignStatus.LIVE, CampaignStatus.PAUSED)


async def begin(session: AsyncSession, run: BeginRun) -> None:
    """Records the run, once, however often it is told."""
    values: dict[str, object] = {
        "id": run.run_id,
        "workspace_id": run.workspace_id,
        "ad_account_id": run.ad_account_id,
        "trigger": run.trigger,
        "logical_hour": run.logical_hour,
        "engine": "",
        "platform_time": await platform_now(session, run.ad_account_id),
        "started_at": utc_now(),
        "counts": {},
    }
    await session.execute(insert(OptimizerRun).values(**values).on_conflict_do_nothing(index_elements=["id"]))
    await changes.notify(session, run.workspace_id, "optimizer_run", run.run_id)


async def end(session: AsyncSession, ended: EndRun) -> OptimizerRun:
    """The first end that is told stands; a repeat changes nothing."""
    run = await session.get_one(OptimizerRun, ended.run_id, with_for_update=True)
    if run.finished_at is None:
        run.outcome, run.error = ended.outcome, ended.error
        run.counts = {**run.counts, **ended.counts}
        run.finished_at = utc_now()
        await changes.notify(session, ended.workspace_id, "optimizer_run", run.id)
    return run


async def close_silent(session: AsyncSession, ad_account_id: UUID) -> int:
    """Ends the account's earlier runs that nobody will end any more. Returns how many."""
    silent = (
        sa.update(OptimizerRun)
        .where(
            col(OptimizerRun.ad_account_id) == ad_account_id,
            col(OptimizerRun.finished_at).is_(None),
            col(OptimizerRun.started_at) < utc_now() - SILENT_AFTER,
        )
        .values(
            outcome=RunOutcome.FAILED,
            error="The run ended without a word: it was terminated, or the database was away for too long.",
            finished_at=utc_now(),
        )
        .returning(col(OptimizerRun.id))
    )
    return len((await session.execute(silent)).all())


async def has_something_to_measure(session: AsyncSession, account: AdAccount) -> bool:
    """Ads of ours that may run, or ran until the platform stops restating; or what was imported."""
    if account.state is AdAccountState.DISCONNECTED:
        return False
    ended_lately = sa.and_(
        col(Campaign.status) == CampaignStatus.ENDED,
        col(Campaign.ended_at) > await platform_now(session, account.id) - timedelta(days=RESTATED_DAYS),
    )
    found = select(Campaign.id).where(
        Campaign.ad_account_id == account.id, sa.or_(col(Campaign.status).in_(RUNNING), ended_lately)
    )
    return account.imported_at is not None or await session.scalar(found.limit(1)) is not None
