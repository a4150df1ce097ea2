"""Advice of a language model: whether it may be asked, what it said, one a day for each campaign."""

from uuid import UUID, uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.tables.identity import Workspace
from models.tables.optimization import Suggestion
from records import audit, changes, notifications
from records.audit import AuditEntry

SETTING = "language_model_advice"


def is_on(workspace: Workspace) -> bool:
    """Off unless somebody switched it on."""
    return workspace.settings.get(SETTING) is True


async def switch(session: AsyncSession, on: bool, by: AuditEntry) -> None:
    workspace = await session.get_one(Workspace, by.workspace_id, with_for_update=True)
    if is_on(workspace) is on or not await audit.record(session, by):
        return
    workspace.settings = {**workspace.settings, SETTING: on}
    await changes.notify(session, workspace.id, "workspace", workspace.id)


def advice_id(campaign_id: UUID, day: str) -> UUID:
    """`day` is a UTC date."""
    return uuid5(campaign_id, f"advice:{day}")


async def of_day(session: AsyncSession, campaign_id: UUID, day: str) -> Suggestion | None:
    return await session.get(Suggestion, advice_id(campaign_id, day))


async def store(session: AsyncSession, row: Suggestion) -> None:
    """Idempotency: by the row's id; the first advice of a day stands."""
    values = row.model_dump(exclude={"created_at", "updated_at"})
    statement = insert(Suggestion).values(values).on_conflict_do_nothing(index_elements=["id"])
    if await session.scalar(statement.returning(col(Suggestion.id))) is None:
        return
    await changes.notify(session, row.workspace_id, "suggestion", row.id)
    await notifications.add(
        session,
        workspace_id=row.workspace_id,
        campaign_id=row.campaign_id,
        kind="suggestion",
        title=row.title,
        body="A language model looked at the figures. What it proposes is done only if somebody approves it.",
        dedupe_key=f"suggestion:{row.id}",
    )
