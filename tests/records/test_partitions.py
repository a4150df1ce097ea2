from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from models.tables.ad_account import AdAccount
from models.tables.identity import Workspace
from models.tables.metrics import MetricLevel, MetricReading
from records.database import Database
from records.partitions import MONTHS_AHEAD, ensure_partitions

FAR_MONTH = date(2031, 7, 15)


async def make_account(db: Database, workspace: Workspace) -> UUID:
    account = AdAccount(
        workspace_id=workspace.id,
        platform="meta",
        external_id=str(workspace.id),
        name="A",
        currency="SAR",
        timezone="Asia/Riyadh",
    )
    async with db.workspace_transaction(workspace.id) as session:
        session.add(account)
    return account.id


async def add_reading(db: Database, workspace: Workspace, account_id: UUID, day: date) -> None:
    async with db.workspace_transaction(workspace.id) as session:
        session.add(
            MetricReading(
                workspace_id=workspace.id,
                ad_account_id=account_id,
                external_id="23851",
                account_day=day,
                attribution="7d_click",
                read_at=datetime(2026, 11, 20, 12, tzinfo=UTC),
                level=MetricLevel.AD_SET,
                utc_offset_minutes=180,
                spend_minor=1_000,
                impressions=5_000,
                clicks=40,
            )
        )


async def partition_of(db: Database, workspace: Workspace, day: date) -> str | None:
    async with db.workspace_transaction(workspace.id) as session:
        found = sa.text("select tableoid::regclass::text from metric_reading where account_day = :day")
        return str(await session.scalar(found, {"day": day}))


async def make_partitions(db: Database, day: date) -> int:
    async with db.system_transaction() as session:
        return await ensure_partitions(session, day)


async def test_a_fresh_database_takes_readings_of_the_last_and_next_three_months(
    db: Database, workspace: Workspace
) -> None:
    account_id = await make_account(db, workspace)
    today = datetime.now(UTC).date()
    for day in (today - timedelta(days=85), today, (today.replace(day=1) + timedelta(days=31 * MONTHS_AHEAD - 1))):
        await add_reading(db, workspace, account_id, day)

        assert await partition_of(db, workspace, day) == f"metric_reading_{day:%Y%m}"


async def test_a_late_partition_takes_its_rows_out_of_the_default_one(db: Database, workspace: Workspace) -> None:
    account_id = await make_account(db, workspace)
    await add_reading(db, workspace, account_id, FAR_MONTH)
    assert await partition_of(db, workspace, FAR_MONTH) == "metric_reading_default"

    left_over = [await make_partitions(db, FAR_MONTH) for _ in range(2)]

    assert left_over == [0, 0]
    assert await partition_of(db, workspace, FAR_MONTH) == "metric_reading_203107"
    async with db.workspace_transaction(workspace.id) as session:
        [reading] = (await session.scalars(select(MetricReading))).all()
    assert reading.spend_minor == 1_000


async def test_readings_that_no_partition_was_made_for_are_reported(db: Database, workspace: Workspace) -> None:
    account_id = await make_account(db, workspace)
    await add_reading(db, workspace, account_id, date(2045, 1, 1))

    assert await make_partitions(db, datetime.now(UTC).date()) >= 1
    assert await make_partitions(db, date(2045, 1, 1)) == 0


async def test_a_partition_cannot_be_read_past_the_policies(db: Database, workspace: Workspace) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with db.workspace_transaction(workspace.id) as session:
            await session.execute(sa.text("select * from metric_reading_default"))


async def test_readings_of_others_are_invisible(db: Database, workspace: Workspace, stranger: Workspace) -> None:
    account_id = await make_account(db, stranger)
    await add_reading(db, stranger, account_id, datetime.now(UTC).date())

    async with db.workspace_transaction(workspace.id) as session:
        assert (await session.scalars(select(MetricReading))).all() == []
