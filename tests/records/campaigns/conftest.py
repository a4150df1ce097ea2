"""A desk per test: a campaign in an office of its own."""

import pytest_asyncio

from records.database import Database
from tests.office import open_office
from tests.records.campaigns.desk import Desk


@pytest_asyncio.fixture
async def desk(db: Database) -> Desk:
    return Desk(await open_office(db))


@pytest_asyncio.fixture
async def approved(desk: Desk) -> Desk:
    await desk.approved()
    return desk
