"""What is kept of figures and objects that a platform showed: what changed, and no older word over a newer one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.metrics import Counts, MetricLevel
from models.domain.platform_tree import NodeSeen
from models.domain.states import PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.identity import Workspace
from models.tables.metrics import MetricReading
from models.tables.platform_node import PlatformNode
from records import platform_nodes, readings
from records.database import Database
from records.ledger import database_now
from records.platform_clock import note_clock, platform_now
from records.readings import NewReading, Span
from tests.records.test_partitions import make_account

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AD_SET = NodeSeen(PlatformKind.AD_SET, "7", "1", "Set", "ACTIVE", "ACTIVE", detail={"counted_as": "lead"})


class Books:
    def __init__(self, db: Database, workspace: Workspace, account: AdAccount) -> None:
        self.db, self.workspace, self.account = db, workspace, account

    async def tell(
        self, spend: int, at: datetime, day: date = DAY, source: str = "platform", setting: str = "7d"
    ) -> int:
        row = NewReading("7", MetricLevel.AD_SET, day, setting, Counts(spend, 100, 5))
        async with self.db.workspace_transaction(self.workspace.id) as session:
            return await readings.store(session, self.account, [row, row], at, source=source)

    async def show(self, node: NodeSeen, at: datetime) -> int:
        async with self.db.workspace_transaction(self.workspace.id) as session:
            return await platform_nodes.store(session, self.account, [node], at)

    async def unlisted(self, at: datetime) -> int:
        async with self.db.workspace_transaction(self.workspace.id) as session:
            return await platform_nodes.note_unlisted(session, self.account.id, at)

    async def node(self) -> PlatformNode:
        async with self.db.workspace_transaction(self.workspace.id) as session:
            return (await session.scalars(select(PlatformNode))).one()

    async def rows(self) -> list[tuple[int, int]]:
        """Spend and hour of every reading, oldest first."""
        async with self.db.workspace_transaction(self.workspace.id) as session:
            found = await session.scalars(select(MetricReading).order_by(col(MetricReading.read_at)))
            return [(row.spend_minor, row.read_at.hour) for row in found]

    async def latest(self, *sources: str) -> list[int]:
        async with self.db.workspace_transaction(self.workspace.id) as session:
            span = Span(DAY - timedelta(days=1), DAY, sources or ("platform",))
            return [
                day.counts.spend_minor for day in (await readings.days(session, self.account.id, span)).get("7", [])
            ]


@pytest_asyncio.fixture
async def books(db: Database, workspace: Workspace) -> Books:
    account_id = await make_account(db, workspace)
    async with db.workspace_transaction(workspace.id) as session:
        account = await session.get_one(AdAccount, account_id)
    books = Books(db, workspace, account)
    await books.show(AD_SET, NOON)
    return books


async def test_a_reading_is_kept_only_where_it_says_something_new(books: Books) -> None:
    told = [await books.tell(spend, NOON + timedelta(hours=hour)) for hour, spend in enumerate((100, 100, 250))]

    assert told == [1, 0, 1]
    assert await books.rows() == [(100, 12), (250, 14)]
    assert (await books.node()).spent_minor == 250


async def test_what_was_read_earlier_and_arrives_later_changes_nothing(books: Books) -> None:
    await books.tell(250, NOON + timedelta(hours=2))

    assert await books.tell(100, NOON) == 0
    assert await books.latest() == [250]
    assert (await books.node()).spent_minor == 250


async def test_a_day_that_is_corrected_downwards_takes_back_what_was_spent(books: Books) -> None:
    await books.tell(250, NOON, DAY - timedelta(days=1))
    await books.tell(100, NOON)
    await books.tell(240, NOON + timedelta(hours=1), DAY - timedelta(days=1))

    assert await books.latest() == [240, 100]
    assert (await books.node()).spent_minor == 340


async def test_another_attribution_setting_is_another_word_on_the_same_money(books: Books) -> None:
    await books.tell(100, NOON)

    assert await books.tell(100, NOON + timedelta(hours=1), setting="1d") == 1
    assert await books.latest() == [100]
    assert (await books.node()).spent_minor == 100


async def test_figures_of_other_sources_stand_beside_the_platforms_and_spend_nothing(books: Books) -> None:
    await books.tell(900, NOON + timedelta(hours=1), source="csv")
    await books.tell(100, NOON)

    assert await books.latest() == [100]
    assert await books.latest("csv") == [900]
    assert await books.latest("platform", "csv") == [100]
    assert (await books.node()).spent_minor == 100


async def test_an_object_that_is_listed_no_more_is_gone_until_it_comes_back(books: Books) -> None:
    hour = timedelta(hours=1)

    assert await books.unlisted(NOON) == 0
    assert await books.unlisted(NOON + hour) == 1
    assert (await books.node()).gone_at == NOON + hour
    await books.show(replace(AD_SET, status="ARCHIVED"), NOON + 2 * hour)
    assert (await books.node()).gone_at == NOON + hour
    await books.show(AD_SET, NOON + 3 * hour)
    assert (await books.node()).gone_at is None


async def test_an_older_listing_changes_nothing_and_a_shorter_one_forgets_no_details(books: Books) -> None:
    await books.show(replace(AD_SET, name="Newer", detail={"goal": "VALUE"}), NOON + timedelta(hours=1))

    assert await books.show(AD_SET, NOON) == 0
    node = await books.node()
    assert (node.name, node.detail) == ("Newer", {"counted_as": "lead", "goal": "VALUE"})


async def test_the_platforms_clock_is_learnt_and_what_replies_round_off_is_not_written(books: Books) -> None:
    async def ahead(session: AsyncSession, by: timedelta) -> float:
        await note_clock(session, books.account.id, await database_now(session) + by)
        return (await session.get_one(AdAccount, books.account.id, populate_existing=True)).clock_ahead_s

    async with books.db.workspace_transaction(books.workspace.id) as session:
        learnt = await ahead(session, timedelta(hours=5))
        assert round(learnt / 3600) == 5
        assert await ahead(session, timedelta(seconds=learnt - 1)) == learnt
        assert await platform_now(session, books.account.id) - await database_now(session) > timedelta(hours=4)
