"""What a stop covers on the platform, what of it is under way, and how far the sweeps are."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import CampaignStatus, LedgerState, PlatformKind, StopScope, StopState, WriteClass, WriteOp
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.ledger import LedgerIntent, ObjectStatus, PlatformObject
from models.tables.stop import StopOrder
from records import changes, notifications, stops
from records.ledger import database_now
from records.notifications import Notice
from records.stops import StopReport

_SENT = (LedgerState.SENDING, LedgerState.UNKNOWN)
_NAMED = 5
_TOLD = (CampaignStatus.PUBLISHING, CampaignStatus.SCHEDULED, CampaignStatus.LIVE)


@dataclass(frozen=True, slots=True)
class Covered:
    """One ad account's part of a stop: the platform campaigns of ours in it, those that left a plan included."""

    account: AdAccount
    campaigns: list[PlatformObject]


async def covered(session: AsyncSession, order: StopOrder) -> list[Covered]:
    """Nothing for accounts in which the stop covers nothing that is on the platform."""
    query = select(PlatformObject).where(
        col(PlatformObject.kind) == PlatformKind.CAMPAIGN, col(PlatformObject.status) != ObjectStatus.DELETED
    )
    if order.scope is StopScope.CAMPAIGN:
        query = query.where(col(PlatformObject.campaign_id) == order.campaign_id)
    elif order.scope is StopScope.ACCOUNT:
        query = query.where(col(PlatformObject.ad_account_id) == order.ad_account_id)
    by_account: dict[UUID, list[PlatformObject]] = {}
    for row in (await session.execute(query.order_by(col(PlatformObject.confirmed_at)))).scalars():
        by_account.setdefault(row.ad_account_id, []).append(row)
    accounts = select(AdAccount).where(col(AdAccount.id).in_(by_account)).order_by(col(AdAccount.name))
    return [Covered(account, by_account[account.id]) for account in (await session.execute(accounts)).scalars()]


async def open_pauses(session: AsyncSession, object_ids: Collection[UUID], prefix: str) -> dict[UUID, UUID]:
    """Object id → a pause of this stop that was intended before and has not ended; `prefix` begins its hash."""
    query = select(LedgerIntent.object_id, LedgerIntent.id).where(
        col(LedgerIntent.object_id).in_(object_ids),
        col(LedgerIntent.op) == WriteOp.PAUSE,
        col(LedgerIntent.write_class) == WriteClass.STOP,
        col(LedgerIntent.request_hash).startswith(prefix),
        col(LedgerIntent.state).in_([LedgerState.INTENDED, *_SENT]),
    )
    return {row.object_id: row.id for row in await session.execute(query)}


async def paused_by(session: AsyncSession, object_ids: Collection[UUID], prefix: str) -> int:
    """How many of these the stop paused; `prefix` begins the hashes of its pauses."""
    query = sa.select(sa.func.count(sa.distinct(col(LedgerIntent.object_id)))).where(
        col(LedgerIntent.object_id).in_(object_ids),
        col(LedgerIntent.op) == WriteOp.PAUSE,
        col(LedgerIntent.request_hash).startswith(prefix),
        col(LedgerIntent.state) == LedgerState.CONFIRMED,
    )
    return int((await session.execute(query)).scalar_one())


async def to_tell(session: AsyncSession, campaign_ids: Collection[UUID]) -> list[UUID]:
    """Those whose pages still say that they run, will run, or are just going live."""
    query = select(Campaign.id).where(
        col(Campaign.id).in_(campaign_ids),
        sa.or_(col(Campaign.status).in_(_TOLD), col(Campaign.work)["platform_status"].astext == "resume"),
    )
    return list((await session.execute(query.order_by(col(Campaign.id)))).scalars())


async def note_sweep(session: AsyncSession, stop_id: UUID, report: StopReport) -> None:
    """Keep what a sweep found; people are told once that something did not stop at the first try."""
    row = await stops.get(session, stop_id, lock=True)
    row.report, row.swept_at = report.model_dump(mode="json"), await database_now(session)
    await _changed(session, row)
    if not report.not_stopped or row.state is not StopState.STOPPING:
        return
    left, rest = report.not_stopped[:_NAMED], len(report.not_stopped) - _NAMED
    shown = [f"{one.name} ({one.account}): {one.why}" for one in left] + ([f"And {rest} more."] if rest > 0 else [])
    words = " ".join([*shown, "Greenlight keeps trying until all of it stands still."])
    await _notify(session, row, "stop_incomplete", f"{len(report.not_stopped)} could not be stopped yet", words)


async def finish(session: AsyncSession, stop_id: UUID) -> None:
    """The platform showed twice that nothing runs. Idempotency: a repeat, or a release meanwhile, changes nothing."""
    row = await stops.get(session, stop_id, lock=True)
    if row.state is not StopState.STOPPING:
        return
    row.state, row.stopped_at = StopState.STOPPED, await database_now(session)
    await _changed(session, row)
    paused = stops.report_of(row).paused
    words = (
        f"{paused} {'campaign was' if paused == 1 else 'campaigns were'} paused on the platform, and nothing of it "
        "runs. Nothing is sent until somebody releases the stop; then each campaign is resumed by a person."
    )
    await _notify(session, row, "stopped", f"{await stops.name_of(session, row)} is stopped", words)


async def _changed(session: AsyncSession, row: StopOrder) -> None:
    await session.flush()
    await changes.notify(session, row.workspace_id, "stop", row.id)


async def _notify(session: AsyncSession, row: StopOrder, kind: str, title: str, body: str) -> None:
    notice: Notice = {
        "workspace_id": row.workspace_id,
        "kind": kind,
        "title": title,
        "body": body,
        "dedupe_key": f"{kind}:{row.id}",
    }
    if row.campaign_id is not None:
        notice["campaign_id"] = row.campaign_id
    await notifications.add(session, **notice)
