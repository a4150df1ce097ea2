"""A simulated advertiser per test, and the adapter that talks to it over HTTP."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
from pydantic import SecretStr

from providers.ads.meta.reads import MetaReader
from providers.ads.meta.transport import MetaTransport
from providers.ads.meta.writes import MetaWriter
from tests.providers.ads.meta.advertiser import Advertiser
from tests.providers.ads.meta.publishing import Publisher
from tests.servers import Simulator


@pytest.fixture
def advertisers(simulator: Simulator) -> Callable[..., Advertiser]:
    def create(**spec: object) -> Advertiser:
        made = simulator.control.post("/meta/accounts", json=spec)
        made.raise_for_status()
        return Advertiser(made.json(), simulator.control)

    return create


@pytest.fixture
def shop(advertisers: Callable[..., Advertiser]) -> Advertiser:
    return advertisers(name="Lamp shop", currency="USD", review_delay_s=0)


@pytest.fixture
def fault(simulator: Simulator) -> Iterator[Callable[..., None]]:
    """Sets a fault of the simulated Meta; all are cleared after the test."""

    def strike(name: str, path: str, **more: object) -> None:
        spec = {"service": "meta", "name": name, "path": path, "times": 1, **more}
        simulator.control.post("/faults", json=spec).raise_for_status()

    yield strike
    simulator.control.delete("/faults").raise_for_status()


@pytest_asyncio.fixture
async def transport(simulator: Simulator) -> AsyncIterator[MetaTransport]:
    secret = SecretStr(simulator.control.get("/meta/app").json()["app_secret"])
    async with MetaTransport(simulator.url, app_secret=secret) as meta:
        yield meta


@pytest.fixture
def reader(transport: MetaTransport) -> MetaReader:
    return MetaReader(transport)


@pytest.fixture
def writer(transport: MetaTransport) -> MetaWriter:
    return MetaWriter(transport)


@pytest.fixture
def publisher(writer: MetaWriter, shop: Advertiser) -> Publisher:
    return Publisher(writer, shop)
