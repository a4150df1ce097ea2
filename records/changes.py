"""Live changes: a NOTIFY in the transaction that changes something, and the one connection per process that hears it.

Row-level security does not cover NOTIFY, so the payload holds only a kind, an id, a version and the workspace, by which
the API filters. A change is a hint to fetch again, never the news itself.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Self
from uuid import UUID

import psycopg
import structlog
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from records.urls import libpq_url

CHANNEL = "greenlight_changes"
CONNECT_TIMEOUT_S = 5
# Short at first, for a restart takes half a second; long in the end, so as not to hammer a server that is down.
RETRY_DELAYS_S = (0.2, 0.5, 1.0, 2.0, 5.0)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Change:
    workspace_id: UUID
    kind: str
    id: UUID
    version: int | None = None

    @classmethod
    def parsed(cls, payload: str) -> Self:
        fields = json.loads(payload)
        return cls(UUID(fields["workspace_id"]), fields["kind"], UUID(fields["id"]), fields["version"])


@dataclass(frozen=True, slots=True)
class Listening:
    """The connection stands (again): changes before this moment may have been missed, so fetch everything again."""


async def notify(
    session: AsyncSession, workspace_id: UUID, kind: str, object_id: UUID, version: int | None = None
) -> None:
    """Heard when, and only when, the transaction commits. Bulk writes tell once, not per row."""
    fields = {"workspace_id": str(workspace_id), "kind": kind, "id": str(object_id), "version": version}
    await session.execute(select(func.pg_notify(CHANNEL, json.dumps(fields))))


async def listen(url: str) -> AsyncGenerator[Change | Listening, None]:
    """All changes of all workspaces, for as long as the caller iterates; connects again after a loss."""
    # A listener only waits, so a network that died silently is noticed by these probes or never.
    address = make_conninfo(libpq_url(url), keepalives_idle=30, keepalives_interval=10, keepalives_count=3)
    failures = 0
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                address, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S, application_name="greenlight listen"
            ) as connection:
                await connection.execute(sql.SQL("listen {}").format(sql.Identifier(CHANNEL)))
                failures = 0
                yield Listening()
                async for notification in connection.notifies():
                    yield Change.parsed(notification.payload)
        except psycopg.OperationalError as error:
            delay = RETRY_DELAYS_S[min(failures, len(RETRY_DELAYS_S) - 1)]
            failures += 1
            log.warning("change feed lost, connecting again", delay_s=delay, error=type(error).__name__)
            await asyncio.sleep(delay)
