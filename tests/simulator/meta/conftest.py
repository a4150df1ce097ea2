"""Every test gets an advertiser of its own, so that tests share one simulator without seeing each other."""

from collections.abc import Iterator

import httpx
import pytest

from tests.servers import Simulator
from tests.simulator.meta.advertiser import Advertiser, MakeAdvertiser


@pytest.fixture
def make_advertiser(simulator: Simulator) -> Iterator[MakeAdvertiser]:
    opened: list[httpx.Client] = []

    def make(**spec: object) -> Advertiser:
        info = simulator.control.post("meta/accounts", json=spec).raise_for_status().json()
        headers = {"Authorization": f"Bearer {info['access_token']}"}
        graph = httpx.Client(base_url=f"{simulator.url}/v26.0", headers=headers, timeout=10)
        opened.append(graph)
        return Advertiser(simulator.url, info, graph, simulator.control)

    yield make
    for client in opened:
        client.close()
    simulator.control.delete("faults")


@pytest.fixture
def advertiser(make_advertiser: MakeAdvertiser) -> Advertiser:
    return make_advertiser()
