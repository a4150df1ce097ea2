from collections.abc import Iterator

import pytest

from tests.simulator.media.world import Listener, MediaWorld, listening, media_world


@pytest.fixture(scope="module")
def running_media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MediaWorld]:
    with media_world(tmp_path_factory.mktemp("media")) as world:
        yield world


@pytest.fixture
def media(running_media: MediaWorld) -> Iterator[MediaWorld]:
    """The running simulator at its default pace and without faults."""
    yield running_media
    running_media.calm()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as found:
        yield found
