"""A campaign in Postgres alone, for what the page makes of it."""

from collections.abc import AsyncIterator

import pytest_asyncio

from records.database import Database
from tests import servers
from tests.office import open_office
from tests.records.campaigns.desk import Desk


@pytest_asyncio.fixture
async def desk(shared_database: servers.Database) -> AsyncIterator[Desk]:
    database = Database(shared_database.app_url, pool_size=2)
    yield Desk(await open_office(database))
    await database.close()
