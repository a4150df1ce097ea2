"""One database for all of these tests, as the app role; each test makes workspaces of its own."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from models.tables.identity import UserAccount, Workspace
from records import identity
from records.database import Database
from records.passwords import HASHER, store_password_hash
from tests import servers

PASSWORD = "correct horse battery"
# Hashed once: it takes longer than all else that most of these tests do.
PASSWORD_HASH = HASHER.hash(PASSWORD)


@pytest_asyncio.fixture(scope="session")
async def db(shared_database: servers.Database) -> AsyncIterator[Database]:
    database = Database(shared_database.app_url)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def owner_url(shared_database: servers.Database) -> str:
    return shared_database.owner_url


async def make_user(db: Database, first_name: str = "Ana") -> UserAccount:
    user = UserAccount(email=f"{first_name.lower()}-{uuid4().hex}@example.com", first_name=first_name)
    async with db.user_transaction(user.id) as session:
        session.add(user)
        await session.flush()
        await store_password_hash(session, user.id, PASSWORD_HASH)
    return user


@pytest_asyncio.fixture
async def user(db: Database) -> UserAccount:
    return await make_user(db)


@pytest_asyncio.fixture
async def workspace(db: Database, user: UserAccount) -> Workspace:
    return await identity.create_workspace(db, "Agency One", user.id)


@pytest_asyncio.fixture
async def stranger(db: Database) -> Workspace:
    """Somebody else's workspace."""
    other = await make_user(db, "Omar")
    return await identity.create_workspace(db, "Agency Two", other.id)
