"""Lists that people page through: newest first, each page after the last row of the one before."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from sqlmodel.sql.expression import SelectOfScalar

from models.tables.base import Row

Listed = TypeVar("Listed", bound=Row)
Place = tuple[datetime, UUID]
"""Creation time and id of a row."""


async def newest_first(
    session: AsyncSession, query: SelectOfScalar[Listed], table: type[Listed], limit: int, after: Place | None
) -> list[Listed]:
    """Up to `limit` rows of the query that come after the row `after`."""
    if after is not None:
        query = query.where(tuple_(col(table.created_at), col(table.id)) < after)
    query = query.order_by(col(table.created_at).desc(), col(table.id).desc()).limit(limit)
    return list((await session.execute(query)).scalars())
