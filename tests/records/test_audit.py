import asyncio
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import Channel
from models.tables.audit import AuditEvent
from models.tables.brand import Brand
from models.tables.identity import Workspace
from records import audit
from records.database import Database


def entry(workspace_id: UUID, command_id: str | None = "c-1", object_id: UUID | None = None) -> audit.AuditEntry:
    return audit.AuditEntry(
        workspace_id=workspace_id,
        actor_name="Ana",
        channel=Channel.WEB,
        action="rename",
        object_kind="campaign",
        object_id=object_id or uuid4(),
        command_id=command_id,
        before={"name": "Eid"},
        after={"name": "Eid sale"},
    )


async def rename_once(session: AsyncSession, workspace: Workspace) -> bool:
    """A step as activities write it: do the work only when the event is new."""
    if not await audit.record(session, entry(workspace.id)):
        return False
    session.add(Brand(workspace_id=workspace.id, name="changed by the command"))
    return True


async def test_an_event_tells_who_did_what_with_before_and_after(db: Database, workspace: Workspace) -> None:
    written = entry(workspace.id)
    async with db.workspace_transaction(workspace.id) as session:
        await audit.record(session, written)

    async with db.workspace_transaction(workspace.id) as session:
        [event] = await audit.trail(session, written.object_id)

    assert (event.actor_name, event.action, event.channel) == ("Ana", "rename", Channel.WEB)
    assert (event.before, event.after) == ({"name": "Eid"}, {"name": "Eid sale"})


async def test_a_repeated_command_changes_nothing(db: Database, workspace: Workspace) -> None:
    done = []
    for _ in range(2):
        async with db.workspace_transaction(workspace.id) as session:
            done.append(await rename_once(session, workspace))

    async with db.workspace_transaction(workspace.id) as session:
        brands = (await session.scalars(select(Brand))).all()
        assert await audit.seen(session, workspace.id, "c-1")

    assert done == [True, False]
    assert len(brands) == 1


async def test_two_tries_at_the_same_time_change_it_once(db: Database, workspace: Workspace) -> None:
    async def attempt() -> bool:
        async with db.workspace_transaction(workspace.id) as session:
            return await rename_once(session, workspace)

    done = await asyncio.gather(*(attempt() for _ in range(4)))

    assert sorted(done) == [False, False, False, True]


async def test_a_try_that_failed_leaves_no_event_behind(db: Database, workspace: Workspace) -> None:
    async def crash_after_the_event() -> None:
        async with db.workspace_transaction(workspace.id) as session:
            await rename_once(session, workspace)
            raise RuntimeError("crash")

    with pytest.raises(RuntimeError):
        await crash_after_the_event()

    async with db.workspace_transaction(workspace.id) as session:
        assert not await audit.seen(session, workspace.id, "c-1")
        assert await rename_once(session, workspace)


async def test_another_workspace_may_use_the_same_command_id(
    db: Database, workspace: Workspace, stranger: Workspace
) -> None:
    for one in (workspace, stranger):
        async with db.workspace_transaction(one.id) as session:
            assert await audit.record(session, entry(one.id))


async def test_events_without_a_command_may_repeat(db: Database, workspace: Workspace) -> None:
    for _ in range(2):
        async with db.workspace_transaction(workspace.id) as session:
            assert await audit.record(session, entry(workspace.id, command_id=None))


@pytest.mark.parametrize("change", [sa.update(AuditEvent).values(action="nothing"), sa.delete(AuditEvent)])
async def test_history_cannot_be_rewritten(db: Database, workspace: Workspace, change: sa.Update | sa.Delete) -> None:
    async with db.workspace_transaction(workspace.id) as session:
        await audit.record(session, entry(workspace.id))

    with pytest.raises(DBAPIError, match="permission denied"):
        async with db.workspace_transaction(workspace.id) as session:
            await session.execute(change)


async def test_a_trail_is_paged_newest_first(db: Database, workspace: Workspace) -> None:
    object_id = uuid4()
    for number in range(5):
        async with db.workspace_transaction(workspace.id) as session:
            await audit.record(session, entry(workspace.id, f"c-{number}", object_id))

    async with db.workspace_transaction(workspace.id) as session:
        first = await audit.trail(session, object_id, limit=3)
        rest = await audit.trail(session, object_id, before=first[-1].at)
        in_order = await session.scalars(select(AuditEvent.command_id).order_by(col(AuditEvent.at).desc()))

    assert [event.command_id for event in [*first, *rest]] == list(in_order) == ["c-4", "c-3", "c-2", "c-1", "c-0"]
