import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio

from models.tables.identity import Workspace
from records import changes
from records.changes import Change, Listening
from records.database import Database

PATIENCE_S = 15


class Feed:
    def __init__(self, events: AsyncGenerator[Change | Listening, None]) -> None:
        self.events = events

    async def next(self) -> Change | Listening:
        return await asyncio.wait_for(anext(self.events), PATIENCE_S)

    async def until(self, wanted: Change) -> list[Change | Listening]:
        """Everything up to and with the wanted change; other tests share the channel's database."""
        heard = [await self.next()]
        while heard[-1] != wanted:
            heard.append(await self.next())
        return heard


@pytest_asyncio.fixture
async def feed(db: Database) -> AsyncIterator[Feed]:
    async with aclosing(changes.listen(db.url)) as events:
        feed = Feed(events)
        assert await feed.next() == Listening()
        yield feed


async def test_a_committed_change_is_heard_with_its_kind_id_and_version(
    db: Database, workspace: Workspace, feed: Feed
) -> None:
    change = Change(workspace.id, "campaign", uuid4(), 7)

    async with db.workspace_transaction(workspace.id) as session:
        await changes.notify(session, workspace.id, change.kind, change.id, change.version)

    assert await feed.until(change)


async def test_a_change_that_was_rolled_back_is_never_heard(db: Database, workspace: Workspace, feed: Feed) -> None:
    never, later = (Change(workspace.id, "campaign", uuid4()) for _ in range(2))

    async def notify_and_fail() -> None:
        async with db.workspace_transaction(workspace.id) as session:
            await changes.notify(session, workspace.id, never.kind, never.id)
            raise RuntimeError("crash")

    with pytest.raises(RuntimeError):
        await notify_and_fail()
    async with db.workspace_transaction(workspace.id) as session:
        await changes.notify(session, workspace.id, later.kind, later.id)

    assert never not in await feed.until(later)


async def test_a_lost_connection_heals_and_says_that_news_may_be_missing(
    db: Database, owner_url: str, workspace: Workspace, feed: Feed
) -> None:
    async def keep_listening() -> Change | Listening:
        return await feed.next()

    waiting = asyncio.create_task(keep_listening())
    async with await psycopg.AsyncConnection.connect(db.url, autocommit=True) as connection:
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'greenlight listen' and datname = current_database()"
        )
    change = Change(workspace.id, "campaign", uuid4())

    assert await waiting == Listening()
    async with db.workspace_transaction(workspace.id) as session:
        await changes.notify(session, workspace.id, change.kind, change.id)
    assert await feed.until(change)
