"""A desk per test: an approved campaign in a workspace and on an ad account of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest
import pytest_asyncio
from pydantic import SecretStr

from models.tables.identity import UserAccount
from providers.ads.meta.reads import MetaReader
from providers.ads.meta.transport import MetaTransport
from providers.ads.meta.writes import MetaWriter
from providers.storage.s3 import S3Store
from records import identity
from records.database import Database
from tests import servers
from tests.activities.publishing_desk import Desk, furnish
from tests.providers.ads.meta.advertiser import Advertiser
from tests.providers.ads.meta.conftest import advertisers, fault, shop

__all__ = ["advertisers", "fault", "shop"]


@pytest_asyncio.fixture(scope="session")
async def db(shared_database: servers.Database) -> AsyncIterator[Database]:
    database = Database(shared_database.app_url, pool_size=20)
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
async def transport(simulator: servers.Simulator) -> AsyncIterator[MetaTransport]:
    secret = SecretStr(simulator.control.get("/meta/app").json()["app_secret"])
    async with MetaTransport(simulator.url, app_secret=secret) as meta:
        yield meta


@pytest_asyncio.fixture
async def desk(db: Database, store: S3Store, shop: Advertiser, transport: MetaTransport) -> Desk:
    return await _desk(db, store, shop, transport)


@pytest.fixture
def abroad(
    db: Database, store: S3Store, advertisers: Callable[..., Advertiser], transport: MetaTransport
) -> Callable[[str], Awaitable[Desk]]:
    """A desk on an ad account in another currency."""

    async def open_desk(currency: str) -> Desk:
        return await _desk(db, store, advertisers(name="Lamp shop", currency=currency, review_delay_s=0), transport)

    return open_desk


async def _desk(db: Database, store: S3Store, shop: Advertiser, transport: MetaTransport) -> Desk:
    user = UserAccount(email=f"ana-{uuid4().hex}@example.com", first_name="Ana")
    async with db.user_transaction(user.id) as session:
        session.add(user)
    workspace = await identity.create_workspace(db, "Agency One", user.id)
    desk = Desk(db, store, MetaReader(transport), MetaWriter(transport), shop, workspace.id)
    await furnish(desk)
    return desk
