"""The simulator as a real server on a free loopback port, in a thread of the test process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from simulator.app import create_app


class _Announcing(uvicorn.Server):
    """Says when it listens, so that nobody has to poll."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


@contextmanager
def simulator(state_dir: Path) -> Iterator[str]:
    """Yields the base URL of the whole simulator, such as http://127.0.0.1:41234."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(create_app(state_dir), http="h11", log_level="warning", access_log=False)
        server = _Announcing(config)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        assert server.listening.wait(10), "the simulator did not start within 10 s"
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)
