"""A person's word on a write that nobody could confirm, stored with its audit event."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.contracts.publishing import ResolveUnconfirmed, UnconfirmedVerdict
from models.domain import ledger as machine
from models.domain.ledger import Write
from models.domain.states import LedgerState, WriteOp
from models.tables.ledger import AttemptEvent, LedgerIntent
from records import audit, ledger, platform_objects, publish_runs
from records.ledger import Step, machine_view


class NotSettleable(Exception):
    """The word does not fit the write; the message says what to do instead."""


async def resolve(session: AsyncSession, word: ResolveUnconfirmed) -> None:
    """Settle the intent, or have it looked up again.

    Idempotency: by the word's command id.

    Raises:
        NotSettleable: somebody else was quicker, or the platform id is missing.
    """
    row = await ledger.load(session, word.intent_id, lock=True)
    if await audit.seen(session, word.workspace_id, word.command_id):
        return
    if row.state is not LedgerState.UNCONFIRMED:
        raise NotSettleable(f"{row.name} is {row.state.value} by now; there is nothing to settle.")
    write = _settled(row, word)
    step = Step(AttemptEvent.RESOLVED, row.token, word.platform_id, {"verdict": word.verdict.value})
    await ledger.store(session, row, write, step)
    row.next_look_at = None
    if row.publish_number is not None:
        await publish_runs.clear_waiting(session, row.campaign_id, row.publish_number)
    if write.state is LedgerState.CONFIRMED:
        await platform_objects.apply(session, row)
    await audit.record(
        session,
        audit.AuditEntry(
            workspace_id=word.workspace_id,
            actor_name=word.actor.name,
            actor_user_id=word.actor.user_id,
            channel=word.actor.channel,
            action="resolve_unconfirmed",
            object_kind="ledger_intent",
            object_id=row.id,
            command_id=word.command_id,
            before={"state": LedgerState.UNCONFIRMED.value},
            after={"state": write.state.value, "platform_id": write.platform_id},
        ),
    )


async def supersede(session: AsyncSession, object_ids: Iterable[UUID]) -> None:
    """A person's newer command takes the place of changes of these objects that nobody could confirm.

    Changes are absolute, and an unconfirmed one was looked at after its last attempt had ended: nothing of it is on
    its way any more, and left as it is it would keep everybody from pausing.
    """
    query = select(LedgerIntent).where(
        col(LedgerIntent.object_id).in_(list(object_ids)),
        col(LedgerIntent.op) != WriteOp.CREATE,
        col(LedgerIntent.state) == LedgerState.UNCONFIRMED,
    )
    for row in (await session.execute(query.with_for_update())).scalars().all():
        write = machine.drop(machine.absent_by_person(machine_view(row)), "A newer command took its place.")
        await ledger.store(session, row, write, Step(AttemptEvent.DROPPED, row.token))


def _settled(row: LedgerIntent, word: ResolveUnconfirmed) -> Write:
    write = machine_view(row)
    match word.verdict:
        case UnconfirmedVerdict.LOOK_AGAIN:
            return machine.look_again(write)
        case UnconfirmedVerdict.ABSENT:
            return machine.absent_by_person(write)
        case UnconfirmedVerdict.EXISTS:
            platform_id = word.platform_id or (row.platform_id if row.op is not WriteOp.CREATE else None)
            if platform_id is None:
                raise NotSettleable(f"Name the platform's id of {row.name}, as its own page shows it.")
            return machine.confirm_by_person(write, platform_id)
