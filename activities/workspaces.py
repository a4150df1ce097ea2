"""The same work in every workspace, one after the other."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog
from sqlalchemy.exc import OperationalError

from activities.heartbeats import heartbeating
from models.contracts.optimizing import Swept
from records import upkeep
from records.database import Database

TOLD = 20

log = structlog.get_logger()


async def in_each_workspace(database: Database, work: Callable[[UUID], Awaitable[int]]) -> Swept:
    """One workspace's trouble is told and keeps no other from its turn; without a database nobody gets any."""
    async with database.system_transaction() as session:
        workspaces = await upkeep.workspaces(session)
    done = 0
    problems: list[str] = []
    async with heartbeating():
        for workspace_id in workspaces:
            try:
                done += await work(workspace_id)
            except OperationalError:
                raise
            except Exception as error:  # whatever it is, it is told
                log.exception("upkeep of a workspace failed", workspace_id=str(workspace_id))
                problems.append(f"workspace {workspace_id}: {error}")
    return Swept(done=done, problems=problems[:TOLD])
