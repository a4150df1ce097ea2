"""How far the import of an ad account is, written by one run at a time. `platform_nodes.py` keeps what it found."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.contracts.importing import ImportOutcome, ImportProgress
from models.domain.states import PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.base import utc_now
from models.tables.platform_node import PlatformNode
from records import changes

COUNTED = {PlatformKind.CAMPAIGN: "campaigns", PlatformKind.AD_SET: "ad_sets", PlatformKind.AD: "ads"}


def progress_of(account: AdAccount) -> ImportProgress | None:
    return None if account.import_progress is None else ImportProgress.model_validate(account.import_progress)


async def begin(session: AsyncSession, ad_account_id: UUID) -> ImportProgress:
    progress = ImportProgress(state=ImportOutcome.RUNNING, started_at=utc_now())
    return await _keep(session, await _locked(session, ad_account_id), progress)


async def announce(session: AsyncSession, ad_account_id: UUID, asked_at: datetime) -> None:
    """Shows at once that an import was asked for; one that has begun meanwhile, or has even ended, is left alone."""
    account = await _locked(session, ad_account_id)
    known = progress_of(account)
    if known is None or (known.state is not ImportOutcome.RUNNING and known.started_at < asked_at):
        progress = ImportProgress(state=ImportOutcome.RUNNING, started_at=asked_at)
        await _keep(session, account, progress)


async def advance(session: AsyncSession, ad_account_id: UUID, **what: object) -> ImportProgress:
    """Changes what is named; whoever gets on waits no more."""
    account = await _locked(session, ad_account_id)
    before = progress_of(account)
    if before is None:
        raise ValueError(f"no import of the ad account {ad_account_id} has begun")
    return await _keep(session, account, before.model_copy(update={"waiting": None, **what}))


async def finish(session: AsyncSession, ad_account_id: UUID) -> ImportProgress:
    """From here on the hourly reading covers the whole account."""
    counted = {name: await count(session, ad_account_id, kind) for kind, name in COUNTED.items()}
    end = {"state": ImportOutcome.DONE, "step": "done", "after": None, "finished_at": utc_now()}
    progress = await advance(session, ad_account_id, **end, **counted)
    (await _locked(session, ad_account_id)).imported_at = progress.finished_at
    return progress


async def count(session: AsyncSession, ad_account_id: UUID, kind: PlatformKind) -> int:
    """Objects of that kind that are there still."""
    node = PlatformNode
    query = sa.select(sa.func.count()).where(
        col(node.ad_account_id) == ad_account_id, col(node.kind) == kind, col(node.gone_at).is_(None)
    )
    return int(await session.scalar(query) or 0)


async def counted_as(session: AsyncSession, ad_account_id: UUID) -> dict[str, str]:
    """Which of the platform's figures is a conversion, by the ad set's number; without those where none is."""
    counted = col(PlatformNode.detail)["counted_as"].astext
    query = sa.select(col(PlatformNode.platform_id), counted).where(
        col(PlatformNode.ad_account_id) == ad_account_id,
        col(PlatformNode.kind) == PlatformKind.AD_SET,
        counted.is_not(None),
    )
    return {str(number): str(name) for number, name in await session.execute(query)}


async def _locked(session: AsyncSession, ad_account_id: UUID) -> AdAccount:
    # Claims of platform writes wait for this lock, so it is taken last in a transaction.
    return await session.get_one(AdAccount, ad_account_id, with_for_update={"key_share": True}, populate_existing=True)


async def _keep(session: AsyncSession, account: AdAccount, progress: ImportProgress) -> ImportProgress:
    account.import_progress = progress.model_dump(mode="json")
    await session.flush()
    await changes.notify(session, account.workspace_id, "ad_account", account.id)
    return progress
