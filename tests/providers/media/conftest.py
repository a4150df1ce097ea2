"""The adapters of all three vendors, at the simulator."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from providers.media.download import Downloader
from providers.media.registry import MediaProviders
from providers.media.transport import Access
from tests.providers.media.requests import World
from tests.servers import Simulator


@pytest.fixture
def access(simulator: Simulator) -> dict[str, Access]:
    return {
        "replicate": Access(f"{simulator.url}/replicate", "r8_test"),
        "runway": Access(f"{simulator.url}/runway", "key_test"),
        "fal": Access(f"{simulator.url}/fal", "id:test", f"{simulator.url}/fal/.well-known/jwks.json"),
    }


@pytest_asyncio.fixture
async def providers(access: dict[str, Access]) -> AsyncIterator[MediaProviders]:
    made = MediaProviders(access)
    yield made
    await made.close()


@pytest_asyncio.fixture
async def downloader(access: dict[str, Access]) -> AsyncIterator[Downloader]:
    made = Downloader(way_in.base_url for way_in in access.values())
    yield made
    await made.close()


@pytest.fixture
def world(simulator: Simulator) -> Iterator[World]:
    """Jobs wait until a test ends them; faults and pace are gone after it."""
    world = World(simulator.url, simulator.control)
    world.change(queue_s=600, render_s=600)
    yield world
    simulator.control.delete("/faults").raise_for_status()
    simulator.control.delete("/media").raise_for_status()
