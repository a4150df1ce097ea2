"""Monthly partitions of metric readings."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

MONTHS_AHEAD = 3


async def ensure_partitions(session: AsyncSession, today: date, months_ahead: int = MONTHS_AHEAD) -> int:
    """Makes the partitions of this month and the next ones; works in a system transaction.

    Returns the number of readings that lie in the default partition nonetheless; above 0, alert: they are of a month
    that nobody made a partition for, and call `ensure_partitions` with a day of that month.
    """
    made = sa.text("select ensure_metric_partitions(:first, :months)")
    return int(await session.scalar(made, {"first": today, "months": months_ahead + 1}) or 0)
