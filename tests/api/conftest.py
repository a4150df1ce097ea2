"""The API as a real server over HTTP, on real servers behind it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
import uvicorn

from activities.wiring import build
from api.app import create_app
from models.domain.roles import Role
from models.domain.states import Scope
from models.tables.identity import UserAccount
from records import access, identity
from records.database import Database
from records.passwords import hash_password, store_password_hash
from settings import Settings
from stack.ports import free_port
from stack.service import Child
from stack.temporal import temporal
from tests import servers
from tests.api.campaigns import Campaign, create
from tests.api.people import PASSWORD, Join, Member
from worker import workers
from workflows import policies
from workflows.temporal_client import connect

Serve = Callable[..., Awaitable[str]]

# A namespace in which nobody works.
IDLE = "idle"


@pytest.fixture(scope="session")
def own_temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Workers of other tests poll the same queues; on a server of our own they cannot take our work."""
    folder, port = tmp_path_factory.mktemp("temporal"), free_port()
    service = temporal(folder, port, ui_port=0)
    child = Child(replace(service, argv=(*service.argv, "--namespace", IDLE)), folder)
    child.start()
    child.wait_ready()
    yield f"127.0.0.1:{port}"
    child.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api_settings(
    shared_database: servers.Database, make_settings: Callable[..., Settings], own_temporal: str
) -> Settings:
    """With the address that the API really has, since simulated providers call it back."""
    return make_settings(
        shared_database,
        rate_limit_per_minute=100_000,
        temporal_address=own_temporal,
        s3_public_url="",
        public_url=f"http://127.0.0.1:{free_port()}",
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def serve() -> AsyncIterator[Serve]:
    """Starts the API with the given settings and returns its address; all end with the run."""
    running: list[tuple[uvicorn.Server, asyncio.Task[None]]] = []

    async def start(settings: Settings, port: int = 0) -> str:
        port = port or free_port()
        server = uvicorn.Server(
            uvicorn.Config(create_app(settings), host="127.0.0.1", port=port, log_level="warning", ws="none")
        )
        task = asyncio.create_task(server.serve())
        running.append((server, task))
        while not server.started:
            if task.done():
                task.result()
            await asyncio.sleep(0.01)
        return f"http://127.0.0.1:{port}"

    yield start
    for server, task in running:
        server.should_exit = True
        await task


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api_url(api_settings: Settings, serve: Serve) -> str:
    return await serve(api_settings, httpx.URL(api_settings.public_url).port or 0)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def working(api_settings: Settings) -> AsyncIterator[None]:
    """A worker on all queues."""
    async with AsyncExitStack() as closing:
        client = await connect(api_settings.temporal_address, api_settings.temporal_namespace)
        for one in workers(client, await build(api_settings, closing), policies.QUEUES):
            await closing.enter_async_context(one)
        yield


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def records(api_settings: Settings) -> AsyncIterator[Database]:
    database = Database(api_settings.database_url)
    yield database
    await database.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def join(api_url: str, records: Database) -> AsyncIterator[Join]:
    """Makes a person: owner of a new workspace, or of the given role in an existing one."""
    clients: list[httpx.AsyncClient] = []
    # Hashed once: it takes longer than all else that most of these tests do.
    hashed = await hash_password(PASSWORD)

    async def make(role: Role = Role.OWNER, workspace_id: UUID | None = None) -> Member:
        user = UserAccount(email=f"{uuid4().hex}@example.com", first_name="Ana")
        async with records.user_transaction(user.id) as session:
            session.add(user)
            await session.flush()
            await store_password_hash(session, user.id, hashed)
        if workspace_id is None:
            workspace_id = (await identity.create_workspace(records, "Tea shop", user.id)).id
        else:
            async with records.workspace_transaction(workspace_id) as session:
                await identity.add_member(session, workspace_id, user.id, role, tuple(Scope))
        async with records.workspace_transaction(workspace_id) as session:
            _, key = await access.create_api_key(session, workspace_id, user.id, "tests")
        http = httpx.AsyncClient(base_url=api_url, headers={"X-API-Key": key}, timeout=20)
        clients.append(http)
        return Member(user.id, workspace_id, user.email, key, http)

    yield make
    for client in clients:
        await client.aclose()


@pytest_asyncio.fixture(loop_scope="session")
async def owner(join: Join) -> Member:
    return await join()


@pytest_asyncio.fixture(loop_scope="session")
async def anonymous(api_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=api_url, timeout=20) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def campaign(owner: Member, working: None) -> Campaign:
    """A campaign of its own for a test that changes it."""
    return await _new_campaign(owner)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def untouched(join: Join, working: None) -> Campaign:
    """One campaign for all tests that change nothing."""
    return await _new_campaign(await join())


async def _new_campaign(member: Member) -> Campaign:
    reply = await create(member)
    assert reply.status_code == 201, reply.text
    return Campaign(member, reply.json()["id"])
