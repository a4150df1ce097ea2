"""Transactions under row-level security. Every access to our tables goes through one of the four below."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from records.urls import libpq_url, sqlalchemy_url

# A dead host is noticed before a caller of the API gives up; a restarting one answers well within it.
CONNECT_TIMEOUT_S = 5
# No statement of ours is slow; one that waits longer hangs on a lock whose holder is stuck.
STATEMENT_TIMEOUT = "30s"

SET_LOCAL = sa.text("select set_config(:name, :value, true)")


class ForeignWorkspace(Exception):
    """The list names a workspace that the user is not a member of. Answer as if it did not exist."""


class Database:
    """One connection pool as the app role, for one process."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = libpq_url(url)
        self.engine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=pool_size,
            # A restarted Postgres leaves dead connections in the pool; the ping replaces them.
            pool_pre_ping=True,
            # Errors reach the logs; the values of a statement may be personal data.
            hide_parameters=True,
            connect_args={
                "connect_timeout": CONNECT_TIMEOUT_S,
                "options": f"-c statement_timeout={STATEMENT_TIMEOUT}",
                "application_name": "greenlight",
            },
        )

    async def close(self) -> None:
        await self.engine.dispose()

    @asynccontextmanager
    async def workspace_transaction(self, workspace_id: UUID) -> AsyncIterator[AsyncSession]:
        """Reads and writes in exactly one workspace; commits at the end, rolls back on any error."""
        async with self._transaction() as session:
            await session.execute(SET_LOCAL, {"name": "app.workspace_id", "value": str(workspace_id)})
            yield session

    @asynccontextmanager
    async def member_transaction(
        self, user_id: UUID, workspace_ids: Sequence[UUID] | None = None
    ) -> AsyncIterator[AsyncSession]:
        """Reads over several workspaces of one user, by default all of them; writing is refused by Postgres.

        Raises:
            ForeignWorkspace: the user is not a member of one of `workspace_ids`; nothing is read.
        """
        async with self._transaction() as session:
            await session.execute(sa.text("set transaction read only"))
            enter = sa.text("select enter_workspaces(:user_id, cast(:workspace_ids as uuid[]))")
            try:
                ids = None if workspace_ids is None else [str(i) for i in workspace_ids]
                await session.execute(enter, {"user_id": user_id, "workspace_ids": ids})
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) == "42501":
                    raise ForeignWorkspace(f"User {user_id} is not a member of every workspace asked for") from error
                raise
            yield session

    @asynccontextmanager
    async def user_transaction(self, user_id: UUID) -> AsyncIterator[AsyncSession]:
        """A user's own account, sessions and list of memberships, whatever the workspace."""
        async with self._transaction() as session:
            await session.execute(SET_LOCAL, {"name": "app.user_id", "value": str(user_id)})
            yield session

    @asynccontextmanager
    async def system_transaction(self) -> AsyncIterator[AsyncSession]:
        """Sees no row of any tenant table: only for the definer functions that find out who is calling."""
        async with self._transaction() as session:
            yield session

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            yield session
