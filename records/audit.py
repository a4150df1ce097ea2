"""The audit trail. An event is written in the transaction of what it tells of."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import Channel
from models.tables.ad_account import AdAccount
from models.tables.asset import Asset
from models.tables.audit import AuditEvent
from models.tables.base import JsonObject
from models.tables.brand import Brand
from models.tables.campaign import Campaign
from models.tables.metrics import MetricImport
from models.tables.rules import BudgetRule


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """`command_id` is None only for events that no command caused and that may repeat."""

    workspace_id: UUID
    actor_name: str
    channel: Channel
    action: str
    object_kind: str
    object_id: UUID
    command_id: str | None = None
    actor_user_id: UUID | None = None
    before: JsonObject | None = None
    after: JsonObject | None = None


async def record(session: AsyncSession, entry: AuditEntry) -> bool:
    """Stores the event; False when its command_id was there already, and then the caller does nothing.

    Idempotency: command_id within the workspace. A repeat that runs at the same time waits for the first to end.
    """
    statement = (
        insert(AuditEvent)
        .values(id=uuid4(), **asdict(entry))
        .on_conflict_do_nothing(index_elements=["workspace_id", "command_id"])
        .returning(col(AuditEvent.id))
    )
    return await session.scalar(statement) is not None


async def seen(session: AsyncSession, workspace_id: UUID, command_id: str) -> bool:
    """Whether the command was carried out. Lock the command's object first, or a twin may still be at it."""
    found = select(AuditEvent.id).where(AuditEvent.workspace_id == workspace_id, AuditEvent.command_id == command_id)
    return await session.scalar(found) is not None


async def find(session: AsyncSession, workspace_id: UUID, command_id: str) -> AuditEvent | None:
    """The event of a command that was carried out."""
    found = select(AuditEvent).where(AuditEvent.workspace_id == workspace_id, AuditEvent.command_id == command_id)
    return (await session.scalars(found)).one_or_none()


async def trail(
    session: AsyncSession, object_id: UUID, *, before: datetime | None = None, limit: int = 100
) -> list[AuditEvent]:
    """Events of one object, newest first; `before` pages on."""
    found = select(AuditEvent).where(AuditEvent.object_id == object_id)
    if before is not None:
        found = found.where(AuditEvent.at < before)
    return list(await session.scalars(found.order_by(col(AuditEvent.at).desc(), col(AuditEvent.id)).limit(limit)))


async def recent(session: AsyncSession, *, before: datetime | None = None, limit: int = 100) -> list[AuditEvent]:
    """Events of the whole workspace, newest first; `before` pages on."""
    found = select(AuditEvent)
    if before is not None:
        found = found.where(AuditEvent.at < before)
    return list(await session.scalars(found.order_by(col(AuditEvent.at).desc(), col(AuditEvent.id)).limit(limit)))


async def names_of(session: AsyncSession, events: Sequence[AuditEvent]) -> dict[UUID, str]:
    """Present names of what the events are about, by id: campaigns, accounts, assets, brands, reports, rules."""
    ids = {event.object_id for event in events}
    queries = (
        select(Campaign.id, Campaign.name).where(col(Campaign.id).in_(ids)),
        select(AdAccount.id, AdAccount.name).where(col(AdAccount.id).in_(ids)),
        select(Asset.id, Asset.filename).where(col(Asset.id).in_(ids)),
        select(Brand.id, Brand.name).where(col(Brand.id).in_(ids)),
        select(MetricImport.id, MetricImport.filename).where(col(MetricImport.id).in_(ids)),
        select(BudgetRule.id, BudgetRule.name).where(col(BudgetRule.id).in_(ids)),
    )
    return {UUID(str(row[0])): str(row[1]) for query in queries for row in (await session.execute(query)).all()}
