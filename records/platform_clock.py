"""Platform time of an ad account: the database's clock, shifted by what the platform's replies told."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.tables.ad_account import AdAccount

# Replies tell whole seconds, and each would tell another fraction.
TOLERANCE_S = 2.0


async def platform_now(session: AsyncSession, ad_account_id: UUID) -> datetime:
    """The platform's time now, as far as its last reply to this account told it.

    Raises NoResultFound for an account of nobody or somebody else.
    """
    ahead = sa.func.make_interval(0, 0, 0, 0, 0, 0, col(AdAccount.clock_ahead_s))
    query = sa.select(sa.func.clock_timestamp() + ahead).where(col(AdAccount.id) == ad_account_id)
    now = (await session.execute(query)).scalar_one()
    if not isinstance(now, datetime):
        raise TypeError(f"clock_timestamp() gave {now!r}")
    return now


async def note_clock(session: AsyncSession, ad_account_id: UUID, platform_time: datetime) -> None:
    """Keep the account's clock as a reply, just received, told it. Leaves the row alone while the clock agrees."""
    ahead = sa.func.extract("epoch", sa.literal(platform_time) - sa.func.clock_timestamp())
    changed = sa.func.abs(ahead - col(AdAccount.clock_ahead_s)) > TOLERANCE_S
    note = sa.update(AdAccount).where(col(AdAccount.id) == ad_account_id, changed).values(clock_ahead_s=ahead)
    await session.execute(note)
