"""A stack of its own per test: the tests here kill servers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stack.supervisor import Step, Supervisor


class Running:
    """A supervisor in a thread, and what it said."""

    def __init__(self, run_dir: Path, steps: list[Step]) -> None:
        self.lines: list[str] = []
        self._heard = threading.Condition()
        self._supervisor = Supervisor(run_dir, steps, self._hear)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.error: Exception | None = None
        self._thread.start()

    def _run(self) -> None:
        try:
            self._supervisor.run(lambda: self._hear("all ready"))
        except Exception as error:  # Handed to the test's own thread.
            self.error = error
            self._hear("failed")

    def _hear(self, line: str) -> None:
        with self._heard:
            self.lines.append(line)
            self._heard.notify_all()

    def wait_for(self, text: str, *more: str) -> str:
        """The first line with all these words."""

        def match() -> str | None:
            return next((line for line in self.lines if all(word in line for word in (text, *more))), None)

        with self._heard:
            found = self._heard.wait_for(lambda: match() or self.error, timeout=30)
        if self.error and not match():
            raise self.error
        assert found, f"never said {(text, *more)}, only {self.lines}"
        return match() or ""

    def stop(self) -> None:
        self._supervisor.stop()
        self._thread.join(60)
        assert not self._thread.is_alive()


@pytest.fixture
def start(run_dir: Path) -> Iterator[Callable[[list[Step]], Running]]:
    running: list[Running] = []

    def begin(steps: list[Step]) -> Running:
        supervised = Running(run_dir, steps)
        running.append(supervised)
        return supervised

    yield begin
    for supervised in running:
        supervised.stop()
