from collections.abc import AsyncIterator, Iterator

import pytest
from openai import AsyncOpenAI

from tests.simulator.openai.world import KEY, World, simulated_world


@pytest.fixture(scope="module")
def running_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with simulated_world(tmp_path_factory.mktemp("simulator")) as world:
        yield world


@pytest.fixture
def world(running_world: World) -> Iterator[World]:
    """The running simulator without faults."""
    yield running_world
    running_world.clear_faults()


@pytest.fixture
async def client(world: World) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(api_key=KEY, base_url=world.openai_url, max_retries=0) as client:
        yield client
