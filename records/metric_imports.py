"""Uploaded reports, and the readings that come of them. These rows belong to the API, not to a workflow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.account_days import account_day
from models.domain.ad_reports.matching import Directory, Known
from models.domain.ad_reports.preview import Look
from models.domain.ad_reports.report import ReportRow
from models.domain.metrics import Counts, MetricLevel
from models.domain.platform_tree import TREE_KINDS
from models.domain.states import PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.metrics import ImportState, MetricImport, MetricReading
from models.tables.platform_node import PlatformNode
from records import readings
from records.platform_clock import platform_now
from records.readings import COUNTS, NewReading

CSV = "csv"
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Objects:
    """Rows of an account's objects; `directory` turns them into what rows of a report are looked up in."""

    rows: Sequence[sa.Row[PlatformKind, str, str, str | None, UUID | None]]

    def directory(self) -> Directory:
        """Seconds of work where there are many: do it in a thread."""
        return Directory.of(
            Known(MetricLevel(row.kind.value), row.platform_id, row.name, row.parent_platform_id, row.campaign_id)
            for row in self.rows
        )


async def objects(session: AsyncSession, ad_account_id: UUID) -> Objects:
    """Every campaign, ad set and ad of the account that was ever seen; those that are gone have figures too."""
    node = PlatformNode
    query = sa.select(
        col(node.kind), col(node.platform_id), col(node.name), col(node.parent_platform_id), col(node.campaign_id)
    ).where(col(node.ad_account_id) == ad_account_id, col(node.kind).in_(TREE_KINDS))
    return Objects((await session.execute(query)).all())


async def add(session: AsyncSession, made: MetricImport, look: Look) -> MetricImport:
    show(made, look)
    session.add(made)
    await session.flush()
    return made


def show(row: MetricImport, look: Look) -> None:
    """Keeps what a look at the file showed."""
    row.columns = look.columns
    row.mapping = look.mapping.model_dump(mode="json")
    row.rows, row.good_rows = look.rows, look.good_rows
    found = look.preview.model_dump(mode="json")
    row.problems = found.pop("problems")
    row.found = found


async def read(session: AsyncSession, import_id: UUID, *, lock: bool = False) -> MetricImport | None:
    return await session.get(MetricImport, import_id, with_for_update=lock or None, populate_existing=True)


async def of_account(session: AsyncSession, ad_account_id: UUID, *, limit: int = 50) -> list[MetricImport]:
    """The newest first."""
    query = select(MetricImport).where(col(MetricImport.ad_account_id) == ad_account_id)
    newest = query.order_by(col(MetricImport.created_at).desc(), col(MetricImport.id).desc()).limit(limit)
    return list(await session.scalars(newest))


async def apply(session: AsyncSession, row: MetricImport, account: AdAccount, rows: Sequence[ReportRow]) -> int:
    """Stores the good rows as readings of source `csv`; returns how many differ from what was imported before."""
    at = await platform_now(session, account.id)
    row.state, row.applied_at = ImportState.APPLIED, at
    told = [
        NewReading(found.known.platform_id, found.known.level, found.day, found.attribution, found.counts)
        for found in rows
    ]
    return await _store(session, account, told, at)


async def take_back(session: AsyncSession, row: MetricImport, account: AdAccount) -> int:
    """Discards an import. Readings are only ever added to: each that it brought, and that no later import replaced,
    is followed by what stood there before, or by zeros. Returns how many.
    """
    told = await _brought(session, row) if row.applied_at is not None else []
    row.state = ImportState.DISCARDED
    return await _store(session, account, told, await platform_now(session, account.id)) if told else 0


async def _brought(session: AsyncSession, row: MetricImport) -> list[NewReading]:
    """What each reading of the import replaced."""
    mine = orm.aliased(MetricReading)
    other = orm.aliased(MetricReading)
    same = sa.and_(
        col(other.ad_account_id) == mine.ad_account_id,
        col(other.external_id) == mine.external_id,
        col(other.account_day) == mine.account_day,
        col(other.source) == CSV,
    )
    replaced = sa.exists().where(same, col(other.read_at) > mine.read_at)
    before = sa.select(other).where(same, col(other.read_at) < mine.read_at).order_by(col(other.read_at).desc())
    last = before.limit(1).lateral("last")
    query = (
        sa.select(
            col(mine.external_id),
            col(mine.level),
            col(mine.account_day),
            sa.func.coalesce(last.c.attribution, mine.attribution),
            *[last.c[name] for name in COUNTS],
        )
        .outerjoin(last, sa.true())
        .where(
            col(mine.ad_account_id) == row.ad_account_id,
            col(mine.source) == CSV,
            col(mine.read_at) == row.applied_at,
            ~replaced,
        )
    )
    return [
        NewReading(external_id, level, day, attribution, _counts(figures))
        for external_id, level, day, attribution, *figures in await session.execute(query)
    ]


def _counts(figures: Sequence[int | None]) -> Counts:
    stated = dict(zip(COUNTS, figures, strict=True))
    return Counts() if stated["spend_minor"] is None else Counts(**stated)  # type: ignore[arg-type]


async def _store(session: AsyncSession, account: AdAccount, told: Sequence[NewReading], at: datetime) -> int:
    stored = 0
    for start in range(0, len(told), AT_ONCE):
        stored += await readings.store(session, account, told[start : start + AT_ONCE], at, source=CSV)
    return stored


async def today_of(session: AsyncSession, account: AdAccount) -> date:
    """The account's present day, by the platform's clock."""
    return account_day(await platform_now(session, account.id), account.timezone)
