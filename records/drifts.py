"""Differences between what was approved and applied and what the platform holds: found, settled, decided on.

Looking them up for pages is in `drift_lists`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.contracts.base import Actor
from models.domain.change_sets import ChangeSet
from models.domain.drift import BUDGETS, Adopting, Difference, DriftField, NotAdoptable, Value, adoption
from models.domain.schedule import BudgetLevel, BudgetPeriod
from models.domain.states import DriftState, PlatformKind
from models.tables.base import JsonObject
from models.tables.drift import Drift
from records import audit, changes, platform_nodes, platform_objects
from records.audit import AuditEntry
from records.campaigns import facts as campaign_facts
from records.campaigns.running import running_schedule
from records.ledger import database_now


class UnknownDrift(Exception):
    """No such difference in this workspace."""


class DriftRefused(Exception):
    """The difference cannot be decided on in this way; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class Checked:
    """An object of ours next to what the platform showed of it at `seen_at` (platform time).

    `expected` holds what is approved and applied, by field. `sure`: no write of ours is under way, or came after the
    platform was read, that would explain a difference.
    """

    workspace_id: UUID
    object_id: UUID
    campaign_id: UUID
    kind: PlatformKind
    name: str
    seen_at: datetime
    expected: Mapping[str, Value]
    differences: list[Difference]
    sure: bool = True


async def get(session: AsyncSession, drift_id: UUID, *, lock: bool = False) -> Drift:
    """Raises UnknownDrift."""
    query = select(Drift).where(col(Drift.id) == drift_id)
    if lock:
        query = query.with_for_update()
    row = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if row is None:
        raise UnknownDrift(f"There is no difference {drift_id} in this workspace.")
    return row


async def open_one(session: AsyncSession, drift_id: UUID) -> Drift:
    """The difference, locked, while it awaits a decision.

    Raises:
        UnknownDrift: there is no such difference.
        DriftRefused: somebody was quicker, or the platform holds again what was expected.
    """
    row = await get(session, drift_id, lock=True)
    words = {
        DriftState.SETTLED: "The platform holds again what was approved",
        DriftState.REVERTED: f"{row.decided_name} set it back",
        DriftState.ADOPTED: f"{row.decided_name} took it over",
        DriftState.IGNORED: f"{row.decided_name} chose to ignore it",
    }
    if row.state in words:
        raise DriftRefused(f"{words[row.state]}; there is nothing left to decide.")
    return row


async def ignore(session: AsyncSession, drift_id: UUID, actor: Actor, command_id: str) -> Drift:
    """A person lets it be; it is told again only once the platform shows yet another value.

    Idempotency: the command id. Raises as `open_one`.
    """
    return await decide(session, drift_id, DriftState.IGNORED, actor, command_id)


async def note_adopting(session: AsyncSession, drift_id: UUID, actor: Actor, command_id: str) -> Drift:
    """A person opened the change that takes it over. It stays open until that change is applied.

    Idempotency: the command id. Raises as `open_one`.
    """
    return await decide(session, drift_id, DriftState.OPEN, actor, command_id)


async def decide(session: AsyncSession, drift_id: UUID, state: DriftState, actor: Actor, command_id: str) -> Drift:
    """Write down who decided what; raises as `open_one`."""
    row = await get(session, drift_id, lock=True)
    if await audit.seen(session, row.workspace_id, command_id):
        return row
    row = await open_one(session, drift_id)
    row.state, row.decided_by, row.decided_name = state, actor.user_id, actor.name
    row.decided_at = await database_now(session)
    words = {DriftState.IGNORED: "ignore_drift", DriftState.REVERTED: "revert_drift", DriftState.OPEN: "adopt_drift"}
    await audit.record(
        session,
        AuditEntry(
            workspace_id=row.workspace_id,
            actor_name=actor.name,
            actor_user_id=actor.user_id,
            channel=actor.channel,
            action=words[state],
            object_kind="campaign",
            object_id=row.campaign_id,
            command_id=command_id,
            before={"drift": str(row.id), "name": row.name, "field": row.field, **row.expected},
            after=row.found,
        ),
    )
    await session.flush()
    await changes.notify(session, row.workspace_id, "campaign", row.campaign_id)
    return row


async def adopted(session: AsyncSession, drift_id: UUID) -> ChangeSet:
    """The change of the campaign that makes what the platform holds the approved state.

    The caller opens it like any other change (`open_change_set`), and says so by `note_adopting`. Once the change is
    applied, which writes nothing that the platform holds already, the difference settles.

    Raises:
        UnknownDrift: there is no such difference.
        DriftRefused: it is decided already, or no change can express it.
    """
    row = await open_one(session, drift_id)
    facts = await campaign_facts.load(session, row.campaign_id)
    schedule = await running_schedule(session, facts)
    if schedule is None:
        raise DriftRefused("Nothing of this campaign runs; there is nothing to change.")
    objects = await platform_objects.of_campaign(session, row.campaign_id)
    own = next((thing for thing in objects if thing.id == row.object_id), None)
    if own is None:
        raise DriftRefused(f"{row.name} belongs to no plan any more; ignore this.")
    level = PlatformKind.CAMPAIGN if schedule.budget_level is BudgetLevel.CAMPAIGN else PlatformKind.AD_SET
    owners = {thing.id: thing.plan_key for thing in objects if thing.kind is level}
    initial = {part.plan_key: part.initial_minor for part in schedule.split}
    try:
        return adoption(
            Adopting(
                kind=row.kind,
                plan_key=own.plan_key,
                name=row.name,
                field=DriftField(row.field),
                found=_value(row.found),
                budgets={**initial, **await _present_budgets(session, row.campaign_id, owners)},
                campaigns=sum(thing.kind is PlatformKind.CAMPAIGN for thing in objects),
                lifetime=schedule.budget_period is BudgetPeriod.LIFETIME,
            )
        )
    except NotAdoptable as error:
        raise DriftRefused(str(error)) from error


async def _present_budgets(session: AsyncSession, campaign_id: UUID, owners: Mapping[UUID, str]) -> dict[str, int]:
    """Each owner's budget by our books, by plan key: what the platform shows, unless that differs itself."""
    found: dict[str, int] = {}
    for node in await platform_nodes.of_campaign(session, campaign_id):
        amount = node.daily_budget_minor or node.lifetime_budget_minor
        if node.object_id is not None and node.object_id in owners and amount:
            found[owners[node.object_id]] = amount
    for other in await _open_of(session, [campaign_id]):
        expected = _value(other.expected)
        if other.object_id in owners and other.field in BUDGETS and isinstance(expected, int):
            found[owners[other.object_id]] = expected
    return found


async def store(session: AsyncSession, campaign_ids: Collection[UUID], checked: Sequence[Checked]) -> list[Drift]:
    """Open what is new, follow what is still there, settle what is gone; answers with the new ones.

    `checked` holds every object of these campaigns that the platform showed. Idempotency: at most one row is open for
    each object and field.
    """
    rows = {(row.object_id, row.field): row for row in await _open_of(session, campaign_ids, lock=True)}
    ignored = await _ignored(session, campaign_ids)
    fresh: list[Drift] = []
    for thing in checked:
        for difference in thing.differences:
            key = (thing.object_id, difference.field.value)
            if (row := rows.pop(key, None)) is not None:
                row.expected, row.found = {"value": difference.expected}, {"value": difference.found}
                row.last_seen_at = max(row.last_seen_at, thing.seen_at)
            elif thing.sure and ignored.get(key, _NEVER) != difference.found:
                fresh.append(_opened(thing, difference))
    agreed = {thing.object_id: thing for thing in checked}
    for row in rows.values():
        thing_now = agreed.get(row.object_id)
        # The value that differed is the approved one now: somebody took it over.
        took_over = thing_now is not None and thing_now.expected.get(row.field, _NEVER) == row.found.get("value")
        row.state = DriftState.ADOPTED if took_over else DriftState.SETTLED
    new = await _insert(session, fresh)
    for told in {row.campaign_id: row for row in (*new, *rows.values())}.values():
        await changes.notify(session, told.workspace_id, "campaign", told.campaign_id)
    return new


# Equal to no value that a platform shows.
_NEVER = object()


def _opened(thing: Checked, difference: Difference) -> Drift:
    return Drift(
        workspace_id=thing.workspace_id,
        campaign_id=thing.campaign_id,
        object_id=thing.object_id,
        kind=thing.kind,
        name=thing.name,
        field=difference.field.value,
        expected={"value": difference.expected},
        found={"value": difference.found},
        first_seen_at=thing.seen_at,
        last_seen_at=thing.seen_at,
    )


async def _insert(session: AsyncSession, rows: Sequence[Drift]) -> list[Drift]:
    """Those that no twin opened first."""
    new: list[Drift] = []
    for row in rows:
        statement = (
            insert(Drift)
            .values(**row.model_dump())
            .on_conflict_do_nothing(index_elements=["object_id", "field"], index_where=sa.text("state = 'open'"))
            .returning(col(Drift.id))
        )
        if await session.scalar(statement) is not None:
            new.append(row)
    return new


async def _open_of(session: AsyncSession, campaign_ids: Collection[UUID], *, lock: bool = False) -> list[Drift]:
    query = select(Drift).where(col(Drift.campaign_id).in_(campaign_ids), col(Drift.state) == DriftState.OPEN)
    if lock:
        query = query.order_by(col(Drift.id)).with_for_update()
    return list((await session.execute(query.execution_options(populate_existing=lock))).scalars())


async def _ignored(session: AsyncSession, campaign_ids: Collection[UUID]) -> dict[tuple[UUID, str], Value]:
    """The value of each object and field that a person last chose to ignore."""
    query = (
        select(Drift)
        .where(col(Drift.campaign_id).in_(campaign_ids), col(Drift.state) == DriftState.IGNORED)
        .order_by(col(Drift.decided_at))
    )
    return {(row.object_id, row.field): _value(row.found) for row in (await session.execute(query)).scalars()}


def _value(stored: JsonObject) -> Value:
    value = stored.get("value")
    return value if isinstance(value, str | int) else None
