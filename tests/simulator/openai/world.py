"""The simulator as tests use it: its address, its faults and its books."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import JsonValue

from simulator.app import create_app
from simulator.store import Store
from tests.simulator.openai.serving import serve

KEY = "sk-simulated"


@dataclass
class World:
    url: str
    state_dir: Path

    @property
    def openai_url(self) -> str:
        return f"{self.url}/openai/v1"

    def fault(self, name: str, times: int = 1, **params: JsonValue) -> None:
        spec = {"service": "openai", "name": name, "times": times, "params": params}
        httpx.post(f"{self.url}/control/faults", json=spec).raise_for_status()

    def clear_faults(self) -> None:
        httpx.delete(f"{self.url}/control/faults").raise_for_status()

    def requests(self, what: str = "POST responses") -> int:
        """How many such requests the simulator has counted."""
        store = Store(self.state_dir)
        try:
            return store.requests("openai").get(what, 0)
        finally:
            store.close()


@contextmanager
def simulated_world(state_dir: Path) -> Iterator[World]:
    with serve(create_app(state_dir)) as url:
        yield World(url, state_dir)
