"""One worker with all real activities for these tests, on a Temporal server of their own; a shop for each test."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
from temporalio.client import Client

from providers.storage.s3 import S3Store
from records.database import Database
from settings import Settings
from stack.ports import free_port
from stack.service import Child
from stack.temporal import temporal
from tests import servers
from tests.workflows.campaign_desk import Shop, open_shop, working
from workflows.temporal_client import connect


@pytest_asyncio.fixture(scope="session")
async def db(shared_database: servers.Database) -> AsyncIterator[Database]:
    database = Database(shared_database.app_url)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def store(s3: servers.ObjectStore) -> S3Store:
    return S3Store(
        endpoint=s3.endpoint,
        region="auto",
        bucket=s3.bucket,
        access_key_id=s3.access_key_id,
        secret_access_key=s3.secret_access_key,
    )


@pytest_asyncio.fixture(scope="session")
async def campaigns_client(temporal_client: Client, settings: Settings) -> AsyncIterator[Client]:
    """A client of the server on which the shared worker works."""
    async with working(temporal_client, settings):
        yield temporal_client


@pytest.fixture(scope="session")
def second_temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on which nobody works until a test does, and where histories are long after 40 events already."""
    folder, port = tmp_path_factory.mktemp("temporal"), free_port()
    child = Child(
        temporal(folder, port, ui_port=0, dynamic_config=("limit.historyCount.suggestContinueAsNew=40",)), folder
    )
    child.start()
    child.wait_ready()
    yield f"127.0.0.1:{port}"
    child.stop()


@pytest_asyncio.fixture(scope="session")
async def second_client(second_temporal: str) -> Client:
    return await connect(second_temporal)


@pytest_asyncio.fixture
async def working_second(second_client: Client, settings: Settings) -> AsyncIterator[None]:
    async with working(second_client, settings):
        yield


@pytest_asyncio.fixture
async def second_shop(second_client: Client, db: Database, simulator: servers.Simulator, store: S3Store) -> Shop:
    return await open_shop(second_client, db, simulator, store)


@pytest.fixture(scope="session")
def settings(make_settings: Callable[..., Settings], shared_database: servers.Database) -> Settings:
    return make_settings(shared_database)


@pytest_asyncio.fixture
async def shop(campaigns_client: Client, db: Database, simulator: servers.Simulator, store: S3Store) -> Shop:
    return await open_shop(campaigns_client, db, simulator, store)
