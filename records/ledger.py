"""The ledger in Postgres: intents, their attempts, and the one place that stores a step of `models.domain.ledger`.

Every function works inside the caller's transaction. Times are the database's, since workers' clocks differ.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.ledger import Write
from models.domain.markers import marker_for
from models.domain.states import LedgerState, PlatformKind, WriteClass, WriteOp
from models.tables.base import JsonObject
from models.tables.ledger import AttemptEvent, LedgerAttempt, LedgerIntent, PlatformObject
from records.platform_clock import platform_now


class UnknownIntent(Exception):
    """No such intent in this workspace."""


@dataclass(frozen=True, slots=True)
class NewIntent:
    """A write somebody wants. Repeating (object_id, op, version) changes nothing."""

    workspace_id: UUID
    campaign_id: UUID
    ad_account_id: UUID
    object_id: UUID
    kind: PlatformKind
    plan_key: str
    op: WriteOp
    write_class: WriteClass
    name: str
    marker: str
    request_hash: str
    version: int = 1
    parent_object_id: UUID | None = None
    publish_number: int | None = None
    stage: str | None = None
    position: int = 0
    payload: JsonObject = field(default_factory=dict)
    expected_before: JsonObject | None = None
    target: JsonObject | None = None
    platform_id: str | None = None
    expires_at: datetime | None = None
    gate_epoch: int | None = None

    @classmethod
    def on(cls, row: PlatformObject, op: WriteOp, write_class: WriteClass, request_hash: str) -> Self:
        """A write on an object of a campaign's tree that is on the platform; `replace` adds what it carries."""
        if row.campaign_id is None:
            raise ValueError("a picture belongs to no campaign and is not written to")
        return cls(
            workspace_id=row.workspace_id,
            campaign_id=row.campaign_id,
            ad_account_id=row.ad_account_id,
            object_id=row.id,
            kind=row.kind,
            plan_key=row.plan_key,
            op=op,
            write_class=write_class,
            name=row.name,
            marker=marker_for(row.id),
            request_hash=request_hash,
        )

    @classmethod
    def after(cls, row: LedgerIntent, op: WriteOp, write_class: WriteClass, request_hash: str) -> Self:
        """A write on the object of an earlier write; `replace` adds what it carries."""
        return cls(
            workspace_id=row.workspace_id,
            campaign_id=row.campaign_id,
            ad_account_id=row.ad_account_id,
            object_id=row.object_id,
            kind=row.object_kind,
            plan_key=row.plan_key,
            op=op,
            write_class=write_class,
            name=row.name,
            marker=row.marker,
            request_hash=request_hash,
        )


@dataclass(frozen=True, slots=True)
class Step:
    """An entry of an intent's history. `platform_id` is what the platform said, even if it was settled otherwise.

    `platform_at` is the platform's time of the reply that told it; None where a person's word did.
    """

    event: AttemptEvent
    token: UUID | None = None
    platform_id: str | None = None
    detail: JsonObject = field(default_factory=dict)
    platform_at: datetime | None = None


async def intend(session: AsyncSession, intents: Sequence[NewIntent]) -> None:
    """Insert the intents; those that are there already stay as they are.

    Idempotency: by (object_id, op, version).
    """
    if not intents:
        return
    rows = [_row(intent).model_dump(exclude={"created_at", "updated_at"}) for intent in intents]
    await session.execute(
        insert(LedgerIntent).values(rows).on_conflict_do_nothing(index_elements=["object_id", "op", "version"])
    )


async def intend_next(session: AsyncSession, intents: Sequence[NewIntent]) -> list[UUID]:
    """Insert changes of objects that may have been changed before, each as the next version; answers with their ids.

    Idempotency: by (object_id, op, publish_number, request_hash); the caller holds a lock that keeps twins out.
    """
    objects = [intent.object_id for intent in intents]
    query = select(LedgerIntent).where(col(LedgerIntent.object_id).in_(objects))
    rows = list((await session.execute(query)).scalars())
    there = {(row.object_id, row.op, row.publish_number, row.request_hash): row.id for row in rows}
    newest: dict[tuple[UUID, WriteOp], int] = {}
    for row in rows:
        newest[row.object_id, row.op] = max(row.version, newest.get((row.object_id, row.op), 0))
    ids: list[UUID] = []
    for intent in intents:
        key = (intent.object_id, intent.op, intent.publish_number, intent.request_hash)
        if key not in there:
            version = newest[intent.object_id, intent.op] = newest.get((intent.object_id, intent.op), 0) + 1
            row = _row(replace(intent, version=version))
            session.add(row)
            there[key] = row.id
        ids.append(there[key])
    await session.flush()
    return ids


def _row(intent: NewIntent) -> LedgerIntent:
    values = {name: getattr(intent, name) for name in NewIntent.__slots__ if name != "kind"}
    return LedgerIntent(object_kind=intent.kind, **values)


async def load(session: AsyncSession, intent_id: UUID, *, lock: bool = False) -> LedgerIntent:
    """One intent, with `lock` for update until the transaction ends.

    Raises:
        UnknownIntent: it is not there, or belongs to another workspace.
    """
    query = select(LedgerIntent).where(col(LedgerIntent.id) == intent_id)
    if lock:
        query = query.with_for_update()
    row = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if row is None:
        raise UnknownIntent(f"There is no platform write {intent_id} in this workspace.")
    return row


async def of_stage(session: AsyncSession, campaign_id: UUID, number: int, stage: str) -> list[LedgerIntent]:
    """The intents of one step of a publish, in the order of the plan."""
    query = (
        select(LedgerIntent)
        .where(
            col(LedgerIntent.campaign_id) == campaign_id,
            col(LedgerIntent.publish_number) == number,
            col(LedgerIntent.stage) == stage,
        )
        .order_by(col(LedgerIntent.position), col(LedgerIntent.id))
    )
    return list((await session.execute(query)).scalars())


async def of_campaign(session: AsyncSession, campaign_id: UUID, *states: LedgerState) -> list[LedgerIntent]:
    query = select(LedgerIntent).where(col(LedgerIntent.campaign_id) == campaign_id)
    if states:
        query = query.where(col(LedgerIntent.state).in_(states))
    return list((await session.execute(query.order_by(col(LedgerIntent.created_at)))).scalars())


async def move_epoch(session: AsyncSession, campaign_id: UUID, number: int, epoch: int) -> None:
    """A person accepted what happened in between: the activations of that publish hold under the new epoch."""
    await session.execute(
        sa.update(LedgerIntent)
        .where(
            col(LedgerIntent.campaign_id) == campaign_id,
            col(LedgerIntent.publish_number) == number,
            col(LedgerIntent.gate_epoch).is_not(None),
        )
        .values(gate_epoch=epoch)
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """What an object was given: its create, and every confirmed update on top; `request_hash` is the latest one's."""

    payload: JsonObject
    request_hash: str


async def sent(session: AsyncSession, object_id: UUID, *, before_publish: int | None = None) -> Sent:
    """With `before_publish`, only what was sent before that try."""
    query = (
        select(LedgerIntent)
        .where(
            col(LedgerIntent.object_id) == object_id,
            col(LedgerIntent.op).in_([WriteOp.CREATE, WriteOp.UPDATE]),
            col(LedgerIntent.state) == LedgerState.CONFIRMED,
        )
        .order_by(col(LedgerIntent.confirmed_at))
    )
    payload: JsonObject = {}
    request_hash = ""
    for row in (await session.execute(query)).scalars():
        if before_publish is None or row.publish_number != before_publish:
            payload |= row.payload
            request_hash = row.request_hash
    return Sent(payload, request_hash)


async def ran_before(session: AsyncSession, campaign_id: UUID, number: int) -> bool:
    """Whether an earlier publish activated one of the platform's campaigns."""
    query = select(LedgerIntent.id).where(
        col(LedgerIntent.campaign_id) == campaign_id,
        col(LedgerIntent.publish_number) != number,
        col(LedgerIntent.object_kind) == PlatformKind.CAMPAIGN,
        col(LedgerIntent.op) == WriteOp.ACTIVATE,
        col(LedgerIntent.state) == LedgerState.CONFIRMED,
    )
    return (await session.execute(query.limit(1))).first() is not None


async def with_marker(session: AsyncSession, ad_account_id: UUID, marker: str) -> LedgerIntent | None:
    """The create that the marker belongs to."""
    query = select(LedgerIntent).where(
        col(LedgerIntent.ad_account_id) == ad_account_id,
        col(LedgerIntent.marker) == marker,
        col(LedgerIntent.op) == WriteOp.CREATE,
    )
    return (await session.execute(query)).scalars().first()


async def object_is_busy(session: AsyncSession, intent: LedgerIntent) -> LedgerIntent | None:
    """Another write to the same object that is under way or in doubt."""
    query = select(LedgerIntent).where(
        col(LedgerIntent.object_id) == intent.object_id,
        col(LedgerIntent.id) != intent.id,
        col(LedgerIntent.state).in_([LedgerState.SENDING, LedgerState.UNKNOWN, LedgerState.UNCONFIRMED]),
    )
    return (await session.execute(query)).scalars().first()


async def in_doubt(session: AsyncSession, object_ids: Collection[UUID]) -> list[LedgerIntent]:
    """Writes to these objects that were sent, or may have been, and of which nobody knows the outcome yet."""
    query = select(LedgerIntent).where(
        col(LedgerIntent.object_id).in_(object_ids),
        col(LedgerIntent.state).in_([LedgerState.SENDING, LedgerState.UNKNOWN]),
    )
    return list((await session.execute(query.order_by(col(LedgerIntent.created_at)))).scalars())


async def database_now(session: AsyncSession) -> datetime:
    """The wall clock of the database, not the start of the transaction."""
    now = (await session.execute(select(sa.func.clock_timestamp()))).scalar_one()
    if not isinstance(now, datetime):
        raise TypeError(f"clock_timestamp() gave {now!r}")
    return now


def machine_view(row: LedgerIntent) -> Write:
    return Write(
        op=row.op,
        kind=row.object_kind,
        state=row.state,
        token=row.token,
        send_deadline=row.send_deadline,
        platform_id=row.platform_id,
        reason=row.reason,
        lookups=row.lookups,
        empties=row.empties,
        absents=row.absents,
    )


async def store(session: AsyncSession, row: LedgerIntent, write: Write, step: Step) -> None:
    """Write one step of the machine to the locked `row`, and to its history."""
    if write.state is LedgerState.CONFIRMED and row.state is not LedgerState.CONFIRMED:
        row.confirmed_at = await database_now(session)
        row.platform_at = step.platform_at or await platform_now(session, row.ad_account_id)
    for name in ("state", "token", "send_deadline", "platform_id", "reason", "lookups", "empties", "absents"):
        setattr(row, name, getattr(write, name))
    session.add(
        LedgerAttempt(
            workspace_id=row.workspace_id,
            intent_id=row.id,
            event=step.event,
            token=step.token,
            send_deadline=write.send_deadline,
            platform_id=step.platform_id,
            detail={"state": write.state.value, **step.detail},
        )
    )
    await session.flush()


async def history(session: AsyncSession, intent_id: UUID) -> list[LedgerAttempt]:
    """What happened to an intent, oldest first."""
    query = select(LedgerAttempt).where(col(LedgerAttempt.intent_id) == intent_id).order_by(col(LedgerAttempt.at))
    return list((await session.execute(query)).scalars())


async def find(session: AsyncSession, intent: NewIntent) -> LedgerIntent:
    """The stored row of an intent."""
    query = select(LedgerIntent).where(
        col(LedgerIntent.object_id) == intent.object_id,
        col(LedgerIntent.op) == intent.op,
        col(LedgerIntent.version) == intent.version,
    )
    return (await session.execute(query)).scalar_one()
