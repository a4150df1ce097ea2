"""The API as a real server over HTTP, on real servers behind it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import httpx
import pytest_asyncio
import uvicorn

from api.app import create_app
from models.domain.roles import Role
from models.domain.states import Scope
from models.tables.identity import UserAccount
from records import access, identity
from records.database import Database
from settings import Settings
from stack.ports import free_port
from tests import servers

PASSWORD = "correct horse battery"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api_settings(shared_database: servers.Database, make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(shared_database, rate_limit_per_minute=100_000)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def serve() -> AsyncIterator[Callable[[Settings], Awaitable[str]]]:
    """Starts the API with the given settings and returns its address; all end with the run."""
    running: list[tuple[uvicorn.Server, asyncio.Task[None]]] = []

    async def start(settings: Settings) -> str:
        port = free_port()
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
async def api_url(api_settings: Settings, serve: Callable[[Settings], Awaitable[str]]) -> str:
    return await serve(api_settings)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def records(api_settings: Settings) -> AsyncIterator[Database]:
    database = Database(api_settings.database_url)
    yield database
    await database.close()


@dataclass(frozen=True)
class Member:
    """A person with an API key. `http` sends it with every request."""

    user_id: UUID
    workspace_id: UUID
    email: str
    key: str
    http: httpx.AsyncClient


Join = Callable[..., Awaitable[Member]]


@pytest_asyncio.fixture(loop_scope="session")
async def join(api_url: str, records: Database) -> AsyncIterator[Join]:
    """Makes a person: owner of a new workspace, or of the given role in an existing one."""
    clients: list[httpx.AsyncClient] = []

    async def make(role: Role = Role.OWNER, workspace_id: UUID | None = None) -> Member:
        email = f"{uuid4().hex}@example.com"
        user = await identity.create_user(records, UserAccount(email=email, first_name="Ana"), PASSWORD)
        if workspace_id is None:
            workspace_id = (await identity.create_workspace(records, "Tea shop", user.id)).id
        else:
            async with records.workspace_transaction(workspace_id) as session:
                await identity.add_member(session, workspace_id, user.id, role, tuple(Scope))
        async with records.workspace_transaction(workspace_id) as session:
            _, key = await access.create_api_key(session, workspace_id, user.id, "tests")
        http = httpx.AsyncClient(base_url=api_url, headers={"X-API-Key": key}, timeout=20)
        clients.append(http)
        return Member(user.id, workspace_id, email, key, http)

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
