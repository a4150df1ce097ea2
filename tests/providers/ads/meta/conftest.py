"""A simulated advertiser per test, and the adapter that talks to it over HTTP."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from providers.ads.meta.reads import MetaReader
from providers.ads.meta.transport import MetaTransport
from providers.ads.meta.writes import MetaWriter
from tests.providers.ads.meta.plans import Target
from tests.servers import Simulator


@dataclass(frozen=True)
class Advertiser:
    """A fresh ad account of the simulator with everything around it. `info` is what its control endpoint said."""

    info: dict[str, Any]
    control: httpx.Client

    @property
    def id(self) -> str:
        return str(self.info["account_id"])

    @property
    def token(self) -> SecretStr:
        return SecretStr(self.info["access_token"])

    @property
    def target(self) -> Target:
        names = ("account_id", "page_id", "instagram_user_id", "pixel_id", "lead_form_id", "currency")
        return Target(**{name: self.info[name] for name in names})

    def books(self) -> dict[str, Any]:
        return dict(self.control.get(f"/meta/accounts/{self.id}/books").json())

    def change(self, **changes: object) -> None:
        self.control.patch(f"/meta/accounts/{self.id}", json=changes).raise_for_status()

    def advance(self, hours: float) -> None:
        self.control.post(f"/meta/accounts/{self.id}/advance", json={"hours": hours}).raise_for_status()


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
