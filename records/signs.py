"""What the learned parts say of ad sets, and what reporting or delivery does wrong: kept, ended, dismissed."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.contracts.base import Actor
from models.domain.states import AnomalyKind, Trend
from models.tables.ad_account import AdAccount
from models.tables.base import utc_now
from models.tables.ledger import PlatformObject
from models.tables.signals import Anomaly, OwnerSignal
from records import audit, changes
from records.audit import AuditEntry
from records.ledger import database_now
from records.paging import Place, newest_first

QUIET = timedelta(hours=48)
"""A fault that comes and goes is one: what was dismissed goes on where it is over for less, within a week in all."""
WEEK = timedelta(days=7)
Key = tuple[AnomalyKind, UUID | None, str | None]


class UnknownAnomaly(Exception):
    """No such anomaly in this workspace."""


class AnomalyRefused(Exception):
    """It is over, or somebody was quicker."""


@dataclass(frozen=True, slots=True)
class NewSignal:
    """Columns of `OwnerSignal`."""

    campaign_id: UUID
    object_id: UUID
    score: float | None = None
    score_low: float | None = None
    score_high: float | None = None
    scored_by: str | None = None
    trend: Trend = Trend.UNKNOWN
    trend_per_week: float | None = None
    trend_low: float | None = None
    trend_high: float | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that is wrong now. `since` is platform time."""

    kind: AnomalyKind
    since: datetime
    score: float
    freezes: bool
    words: str
    campaign_id: UUID | None = None
    external_id: str | None = None

    @property
    def key(self) -> Key:
        return self.kind, self.campaign_id, self.external_id


async def store_signals(
    session: AsyncSession, workspace_id: UUID, signals: Sequence[NewSignal], as_of: datetime
) -> None:
    """The newest word on each ad set; what was read before stays where a newer word is there."""
    if not signals:
        return
    rows = [
        {"id": uuid4(), "workspace_id": workspace_id, "as_of": as_of, **asdict(signal)}
        for signal in sorted(signals, key=lambda signal: signal.object_id)
    ]
    new = insert(OwnerSignal)
    taken = {name: new.excluded[name] for name in rows[0] if name not in ("id", "workspace_id", "object_id")}
    statement = new.on_conflict_do_update(
        index_elements=["workspace_id", "object_id"],
        set_=taken | {"updated_at": sa.func.now()},
        where=col(OwnerSignal.as_of) <= new.excluded["as_of"],
    )
    await session.execute(statement, rows)


async def signals_of(session: AsyncSession, campaign_ids: Collection[UUID]) -> dict[UUID, dict[UUID, OwnerSignal]]:
    """By campaign, by our object."""
    query = select(OwnerSignal).where(col(OwnerSignal.campaign_id).in_(campaign_ids))
    found: dict[UUID, dict[UUID, OwnerSignal]] = {}
    for row in await session.scalars(query):
        found.setdefault(row.campaign_id, {})[row.object_id] = row
    return found


async def named_signals(session: AsyncSession, campaign_id: UUID) -> list[tuple[OwnerSignal, str]]:
    """Of one campaign's ad sets that are still there, each with its name, in the order of names."""
    query = (
        sa.select(OwnerSignal, col(PlatformObject.name))
        .join(PlatformObject, col(PlatformObject.id) == col(OwnerSignal.object_id))
        .where(col(OwnerSignal.campaign_id) == campaign_id, col(PlatformObject.retired_at).is_(None))
        .order_by(col(PlatformObject.name), col(PlatformObject.id))
    )
    return [(signal, name) for signal, name in await session.execute(query)]


async def settle(
    session: AsyncSession,
    account: AdAccount,
    now: datetime,
    seen: Sequence[Seen],
    silent: Collection[UUID | None] = (),
) -> tuple[list[Anomaly], int]:
    """Opens what is new, follows what goes on, and ends what is over; answers with the new ones and how many ended.

    What somebody dismissed stays dismissed until it is surely over, and so does what is left of it in single
    campaigns. What freezes one of the `silent` campaigns, or with None among them the account, goes on: after days
    without any result nothing is usual any more, and that is no sign that they are counted again.
    Idempotency: repeating it opens nothing twice.
    """
    lock = sa.text("select pg_advisory_xact_lock(hashtextextended('anomalies ' || :ad_account_id, 0))")
    await session.execute(lock, {"ad_account_id": str(account.id)})
    running = {_key(row): row for row in await open_of(session, account.id)}
    lately = {_key(row): row for row in await _dismissed_lately(session, account.id, now)}
    dismissed = lately | {key: row for key, row in running.items() if row.dismissed_at is not None}
    new: list[Anomaly] = []
    changed: list[Anomaly] = []
    for each in seen:
        row = running.pop(each.key, None) or lately.get(each.key)
        if row is None:
            row = _opened(account, each, dismissed.get((each.kind, None, None)))
            session.add(row)
            (new if row.dismissed_at is None else changed).append(row)
            continue
        if row.until is not None:
            row.until = None
            changed.append(row)
        row.score, row.words = max(row.score, each.score), each.words
    over = [row for row in running.values() if not (row.freezes and row.campaign_id in silent)]
    for row in over:
        row.until = now
    await session.flush()
    for row in [*new, *changed, *over]:
        await changes.notify(session, account.workspace_id, "anomaly", row.id)
    return new, len(over)


def _opened(account: AdAccount, seen: Seen, whole: Anomaly | None) -> Anomaly:
    """`whole`: the same fault of the whole account, where somebody dismissed that."""
    return Anomaly(
        workspace_id=account.workspace_id,
        ad_account_id=account.id,
        campaign_id=seen.campaign_id,
        external_id=seen.external_id,
        kind=seen.kind,
        since=seen.since,
        score=seen.score,
        freezes=seen.freezes,
        words=seen.words,
        dismissed_by=whole.dismissed_by if whole else None,
        dismissed_name=whole.dismissed_name if whole else None,
        dismissed_at=whole.dismissed_at if whole else None,
    )


async def _dismissed_lately(session: AsyncSession, ad_account_id: UUID, now: datetime) -> list[Anomaly]:
    query = select(Anomaly).where(
        col(Anomaly.ad_account_id) == ad_account_id,
        col(Anomaly.since) >= now - WEEK,
        col(Anomaly.until) >= now - QUIET,
        col(Anomaly.dismissed_at).is_not(None),
    )
    return list(await session.scalars(query.order_by(col(Anomaly.until))))


def _key(row: Anomaly) -> Key:
    return row.kind, row.campaign_id, row.external_id


async def open_of(session: AsyncSession, ad_account_id: UUID) -> list[Anomaly]:
    """Those of an account that are not over, dismissed ones among them; the oldest first."""
    query = select(Anomaly).where(col(Anomaly.ad_account_id) == ad_account_id, col(Anomaly.until).is_(None))
    return list(await session.scalars(query.order_by(col(Anomaly.since), col(Anomaly.id))))


async def open_count(session: AsyncSession) -> int:
    """Of the workspace, those that nobody dismissed."""
    query = sa.select(sa.func.count()).select_from(Anomaly)
    query = query.where(col(Anomaly.until).is_(None), col(Anomaly.dismissed_at).is_(None))
    return int(await session.scalar(query) or 0)


async def page_of_anomalies(
    session: AsyncSession,
    *,
    limit: int,
    after: Place | None = None,
    campaign_id: UUID | None = None,
    over: bool | None = None,
) -> list[Anomaly]:
    """Newest first. `campaign_id` asks for what concerns one campaign, which its account's anomalies do as well."""
    query = select(Anomaly)
    if campaign_id is not None:
        account = sa.text("(select ad_account_id from campaign where id = :campaign_id)")
        query = query.where(
            sa.or_(
                col(Anomaly.campaign_id) == campaign_id,
                sa.and_(col(Anomaly.campaign_id).is_(None), col(Anomaly.ad_account_id) == account),
            )
        ).params(campaign_id=campaign_id)
    if over is not None:
        query = query.where(col(Anomaly.until).is_not(None) if over else col(Anomaly.until).is_(None))
    return await newest_first(session, query, Anomaly, limit, after)


async def get(session: AsyncSession, anomaly_id: UUID, *, lock: bool = False) -> Anomaly:
    """Raises UnknownAnomaly."""
    query = select(Anomaly).where(col(Anomaly.id) == anomaly_id)
    row = (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if row is None:
        raise UnknownAnomaly(f"There is no anomaly {anomaly_id} in this workspace.")
    return row


async def dismiss(session: AsyncSession, anomaly_id: UUID, actor: Actor, command_id: str) -> Anomaly:
    """A person says that it is right so: it freezes nothing any more, and is told no more until it is surely over.

    Idempotency: the command id.

    Raises:
        UnknownAnomaly: there is no such anomaly.
        AnomalyRefused: it is over, or dismissed already.
    """
    row = await get(session, anomaly_id, lock=True)
    if await audit.seen(session, row.workspace_id, command_id):
        return row
    if row.dismissed_at is not None:
        raise AnomalyRefused(f"{row.dismissed_name} dismissed it already.")
    if row.until is not None:
        raise AnomalyRefused("It is over already; there is nothing left to dismiss.")
    row.dismissed_by, row.dismissed_name = actor.user_id, actor.name
    row.dismissed_at = await database_now(session)
    row.updated_at = utc_now()
    await audit.record(
        session,
        AuditEntry(
            workspace_id=row.workspace_id,
            actor_name=actor.name,
            actor_user_id=actor.user_id,
            channel=actor.channel,
            action="dismiss_anomaly",
            object_kind="campaign" if row.campaign_id else "ad_account",
            object_id=row.campaign_id or row.ad_account_id,
            command_id=command_id,
            before={"anomaly": str(row.id), "kind": row.kind.value, "words": row.words},
        ),
    )
    await session.flush()
    await changes.notify(session, row.workspace_id, "anomaly", row.id)
    return row
