"""The pages as people meet them: a real Chromium, the API as a server of its own, a worker, and a simulated Meta."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack

import httpx
import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, BrowserContext, ConsoleMessage

from activities.wiring import build
from api.app import create_app
from demo.pictures import product_photo
from records.database import Database
from records.passwords import hash_password
from settings import Settings
from stack.ports import free_port
from stack.service import Child
from stack.temporal import temporal
from tests import servers
from tests.pages.people import PASSWORD, People, Person, Visit, Visits
from worker import workers
from workflows import policies
from workflows.temporal_client import connect


@pytest.fixture(scope="session")
def own_temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Workers of other tests poll the same queues; on a server of our own they cannot take our work."""
    folder, port = tmp_path_factory.mktemp("temporal"), free_port()
    child = Child(temporal(folder, port, ui_port=0), folder)
    child.start()
    child.wait_ready()
    yield f"127.0.0.1:{port}"
    child.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site_settings(
    shared_database: servers.Database, make_settings: Callable[..., Settings], own_temporal: str
) -> Settings:
    """With the address that browsers really use, since the consent dialog sends them back to it."""
    return make_settings(
        shared_database,
        rate_limit_per_minute=100_000,
        temporal_address=own_temporal,
        public_url=f"http://127.0.0.1:{free_port()}",
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(site_settings: Settings) -> AsyncIterator[str]:
    """The address of a running API with its pages, and a worker behind it."""
    port = httpx.URL(site_settings.public_url).port or 0
    config = uvicorn.Config(create_app(site_settings), host="127.0.0.1", port=port, log_level="warning", ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with AsyncExitStack() as closing:
        client = await connect(site_settings.temporal_address, site_settings.temporal_namespace)
        for one in workers(client, await build(site_settings, closing), policies.QUEUES):
            await closing.enter_async_context(one)
        while not server.started:
            if serving.done():
                serving.result()
            await asyncio.sleep(0.01)
        yield site_settings.public_url
        server.should_exit = True
        await serving


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def people(site_settings: Settings) -> AsyncIterator[People]:
    database = Database(site_settings.database_url)
    yield People(database, await hash_password(PASSWORD))
    await database.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visits(browser: Browser, site: str) -> AsyncIterator[Visits]:
    """Opens browsers of the size of a phone, each with cookies of its own."""
    contexts: list[BrowserContext] = []

    async def begin() -> Visit:
        context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="en")
        context.set_default_timeout(15_000)
        contexts.append(context)
        visit = Visit(await context.new_page(), site)

        def note(message: ConsoleMessage) -> None:
            # A page that is refused on purpose is no complaint; a blocked style or a missing file is.
            if message.type in ("error", "warning") and "the server responded with a status of 4" not in message.text:
                visit.complaints.append(f"{visit.page.url}: {message.text}")

        visit.page.on("console", note)
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        return visit

    yield begin
    for context in contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def owner(people: People) -> Person:
    return await people.join("Dana")


@pytest_asyncio.fixture(loop_scope="session")
async def visit(visits: Visits, owner: Person) -> Visit:
    """The owner of a new workspace, logged in."""
    visit = await visits()
    await visit.log_in(owner)
    return visit


@pytest.fixture(scope="session")
def photo() -> bytes:
    """A JPEG of 1440 × 1440 pixels."""
    return product_photo("dallah", "#b08d3c", "#6d4c1e", "#efe6d5")
