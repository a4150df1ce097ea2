"""Every value that budgets ever had on the platform, by whoever set them. Append-only; times are platform time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.domain.budget_history import BudgetHistory, BudgetValue
from models.domain.states import BudgetSource
from models.tables.ad_account import AdAccount
from models.tables.platform_node import BudgetChange


@dataclass(frozen=True, slots=True)
class SeenBudget:
    """The budget of the platform's object was `amount_minor` at `at`. `intent_id`: a write of ours made it so."""

    platform_id: str
    daily: bool
    amount_minor: int
    at: datetime
    intent_id: UUID | None = None


async def note(session: AsyncSession, account: AdAccount, rows: Sequence[SeenBudget]) -> int:
    """Keep values that are new; answers with how many were. At most one row per object and call.

    What a reading saw counts where nothing as new is known of that budget and the value differs from the last one: a
    reading that overlaps with a write of ours must not undo it in the record. Writes of ours always count, once.
    """
    if not rows:
        return 0
    newest = await _newest(session, account.id, [row.platform_id for row in rows])
    new = [row for row in rows if row.intent_id is not None or _says_something(row, newest.get(row.platform_id))]
    if not new:
        return 0
    stored = await session.execute(
        _INSERT,
        {
            "workspace_id": account.workspace_id,
            "ad_account_id": account.id,
            **{name: [getattr(row, name) for row in new] for name in SeenBudget.__slots__},
        },
    )
    return len(stored.all())


# One statement whatever the number of rows: a list of values for each would take seconds to build for 10,000.
_INSERT = sa.text(
    """
    insert into budget_change
        (workspace_id, ad_account_id, platform_id, daily, amount_minor, at, intent_id, source)
    select :workspace_id, :ad_account_id, seen.*, case when seen.intent_id is null then 'observed' else 'ours' end
    from unnest(
        cast(:platform_id as text[]), cast(:daily as boolean[]), cast(:amount_minor as bigint[]),
        cast(:at as timestamptz[]), cast(:intent_id as uuid[])
    ) as seen (platform_id, daily, amount_minor, at, intent_id)
    on conflict (intent_id) do nothing
    returning id
    """
)


def _says_something(row: SeenBudget, newest: BudgetValue | None) -> bool:
    if newest is None:
        return True
    return row.at > newest.at and (row.daily, row.amount_minor) != (newest.daily, newest.amount_minor)


async def _newest(session: AsyncSession, ad_account_id: UUID, platform_ids: Sequence[str]) -> dict[str, BudgetValue]:
    found = await session.execute(_as_of(ad_account_id, platform_ids, None))
    return {row.platform_id: _value(row) for row in found}


async def history(
    session: AsyncSession, ad_account_id: UUID, platform_ids: Iterable[str], since: datetime
) -> dict[str, BudgetHistory]:
    """The values of each budget since then, and the one that held before: enough for `BudgetHistory.at(since)`.

    Two index scans for any number of objects. Objects of which nothing is known are missing.
    """
    ids = list(platform_ids)
    later = sa.select(*_COLUMNS).where(
        col(BudgetChange.ad_account_id) == ad_account_id,
        col(BudgetChange.platform_id) == sa.any_(_array(ids)),
        col(BudgetChange.at) > since,
    )
    rows = [*(await session.execute(_as_of(ad_account_id, ids, since))), *(await session.execute(later))]
    values: dict[str, list[BudgetValue]] = {}
    for row in sorted(rows, key=lambda row: (row.at, row.id)):
        values.setdefault(row.platform_id, []).append(_value(row))
    return {platform_id: BudgetHistory(tuple(known)) for platform_id, known in values.items()}


_COLUMNS = [col(getattr(BudgetChange, name)) for name in ("id", "platform_id", "at", "amount_minor", "daily", "source")]


def _as_of(ad_account_id: UUID, platform_ids: Sequence[str], moment: datetime | None) -> sa.Select[tuple[object, ...]]:
    """The newest value of each object, or the one that held at `moment`."""
    wanted = sa.func.unnest(_array(platform_ids)).table_valued("platform_id").render_derived("wanted")
    latest = (
        sa.select(*_COLUMNS)
        .where(
            col(BudgetChange.ad_account_id) == ad_account_id,
            col(BudgetChange.platform_id) == wanted.c.platform_id,
            *([] if moment is None else [col(BudgetChange.at) <= moment]),
        )
        .order_by(col(BudgetChange.at).desc(), col(BudgetChange.id).desc())
        .limit(1)
        .lateral("latest")
    )
    return sa.select(latest).select_from(wanted.join(latest, sa.true()))


def _array(platform_ids: Sequence[str]) -> sa.Cast[Sequence[str]]:
    return sa.cast(list(platform_ids), postgresql.ARRAY(sa.Text))


def _value(row: sa.Row[tuple[object, ...]]) -> BudgetValue:
    return BudgetValue(row.at, row.amount_minor, row.daily, ours=row.source is BudgetSource.OURS)
