"""Bodies of commands. The command carries only the id, so that long texts stay out of Temporal's history."""

import hashlib
from uuid import UUID, uuid4

import rfc8785
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from models.tables.base import JsonObject
from models.tables.command_input import CommandInput


async def store_input(
    session: AsyncSession, workspace_id: UUID, body: JsonObject, created_by: UUID | None = None
) -> UUID:
    """Idempotency: the same body in the same workspace keeps its first row and id."""
    digest = hashlib.sha256(rfc8785.dumps(body)).hexdigest()
    values = {"workspace_id": workspace_id, "sha256": digest, "body": body, "created_by": created_by}
    await session.execute(
        insert(CommandInput)
        .values(id=uuid4(), **values)
        .on_conflict_do_nothing(index_elements=["workspace_id", "sha256"])
    )
    found = select(CommandInput.id).where(CommandInput.workspace_id == workspace_id, CommandInput.sha256 == digest)
    return (await session.scalars(found)).one()


async def read_input(session: AsyncSession, input_id: UUID) -> JsonObject | None:
    row = await session.get(CommandInput, input_id)
    return row.body if row else None
