"""Which engine decides in a workspace, and switching to another one: after a look at what it would have decided."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from activities.engine_choice import engine_in
from api import auditing
from api.problems import ApiError, ProblemType
from api.schemas.evidence import EngineBody, EngineView
from api.services import Services
from api.what_if_desk import require_engine
from api.what_if_words import tally_of
from models.tables.base import JsonObject, utc_now
from models.tables.evidence import WhatIf
from models.tables.identity import Workspace
from optimizer.engines import DEFAULT_ENGINE, ENGINES
from records.access import Caller
from records.evidence import settings, what_ifs

HOLDS = timedelta(days=7)
"""How old a comparison may be on which a switch rests."""


async def engine(services: Services, caller: Caller) -> EngineView:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return await _view(session, await session.get_one(Workspace, caller.workspace_id))


async def choose(services: Services, caller: Caller, wanted: EngineBody) -> EngineView:
    """Holds from the next run on.

    Raises:
        ApiError: no such engine; or another one than now, without a finished comparison and without a reason.
    """
    if wanted.engine is not None:
        require_engine(wanted.engine)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        workspace = await session.get_one(Workspace, caller.workspace_id)
        now, then = engine_in(workspace), wanted.engine or DEFAULT_ENGINE
        compared = await _compared(session, then)
        if now != then and compared is None and wanted.reason is None:
            raise ApiError(
                ProblemType.NOT_ALLOWED,
                f"See first what {then} would have decided in the last days: ask “What if”, or give a reason for "
                "switching without.",
            )
        after: JsonObject = {
            "engine": wanted.engine,
            "reason": wanted.reason,
            "what_if": str(compared.id) if compared and now != then else None,
        }
        about = ("workspace", workspace.id)
        entry = auditing.entry(caller, "set_workspace_engine", about, before={"engine": now}, after=after)
        await settings.choose_engine(session, wanted.engine, entry)
        return await _view(session, await session.get_one(Workspace, workspace.id, populate_existing=True))


async def _view(session: AsyncSession, workspace: Workspace) -> EngineView:
    return EngineView(
        engine=engine_in(workspace),
        chosen=settings.chosen_engine(workspace),
        default=DEFAULT_ENGINE,
        engines=list(ENGINES),
        compared=[name for name in ENGINES if await _compared(session, name)],
    )


async def _compared(session: AsyncSession, name: str) -> WhatIf | None:
    """A finished comparison of the last days that looked at something and did not break off."""
    row = await what_ifs.newest_done(session, {"engine": name}, utc_now() - HOLDS)
    if row is None:
        return None
    tally = tally_of(row)
    return row if tally.runs and not tally.failed else None
