from collections.abc import AsyncIterator, Iterator

import pytest

from providers.text.openai import OpenAIText
from tests.providers.text.factories import PRICES
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
async def writer(world: World) -> AsyncIterator[OpenAIText]:
    adapter = OpenAIText(api_key=KEY, base_url=world.openai_url, prices=PRICES)
    yield adapter
    await adapter.close()
