"""Starts services in order, keeps them running, stops them in reverse order."""

from __future__ import annotations

import fcntl
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil

from stack.ports import require_free
from stack.service import Child, Service, StackError, ends_within
from stack.watching import Watched

# Deaths are seen within one round; a restart must not wait for a human's patience.
ROUND_S = 0.2


@dataclass(frozen=True)
class Task:
    """Something done once between two services, such as migrations; it must be repeatable."""

    name: str
    run: Callable[[], None]


Step = Service | Task | tuple[Service, ...]


class AlreadyRunning(StackError):
    def __init__(self, pid: int) -> None:
        super().__init__(
            f"The stack of this clone is already running (process {pid}). Stop it with `make down` first, "
            "or set GREENLIGHT_DATA_DIR and other ports for a second one."
        )
        self.pid = pid


class Supervisor:
    """Runs `steps` in `run_dir`; `say` gets one line of progress at a time.

    The next step begins when the one before is ready. Services in a tuple do not need one another: they start together.
    """

    def __init__(self, run_dir: Path, steps: Sequence[Step], say: Callable[[str], None]) -> None:
        self._run_dir = run_dir
        self._steps = steps
        self._tell = say
        self._watched: list[Watched] = []
        self._stopping = threading.Event()

    def run(self, announce: Callable[[], None]) -> None:
        """Start everything, call `announce`, then watch until Ctrl-C, SIGTERM, a hang-up or `stop`.

        Raises:
            StackError: a step failed; what was running is stopped by then.
        """
        with _only_one(self._run_dir), self._signals():
            try:
                self._clear_leftovers()
                for step in self._steps:
                    self._take(step)
                if not self._stopping.is_set():
                    announce()
                while not self._stopping.wait(ROUND_S):
                    for watched in self._watched:
                        if said := watched.look_after():
                            self._say(said)
            finally:
                self._stop_all()

    def stop(self) -> None:
        self._stopping.set()

    def _say(self, line: str) -> None:
        # The terminal or the reader of a pipe may be gone; the servers still have to be watched and stopped.
        with suppress(OSError):
            self._tell(line)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def on_signal(_number: int, _frame: FrameType | None) -> None:
            self._stopping.set()

        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        yield
        for number, handler in before.items():
            signal.signal(number, handler)

    def _clear_leftovers(self) -> None:
        services = [service for step in self._steps for service in _services(step)]
        for service in reversed(services):
            if Child(service, self._run_dir).stop_leftover():
                self._say(f"{service.name} was still running from an earlier start and has been stopped")
        for service in services:
            for port in service.ports:
                require_free(port, service.name)

    def _take(self, step: Step) -> None:
        if self._stopping.is_set():
            return
        began = time.monotonic()
        if isinstance(step, Task):
            step.run()
            self._say(f"{step.name:<12} done after  {time.monotonic() - began:4.1f} s")
            return
        started = [self._start(service) for service in _services(step)]
        for child in started:
            child.wait_ready(self._stopping.is_set)
            if self._stopping.is_set():
                return
            where = f"   127.0.0.1:{child.service.ports[0].number}" if child.service.ports else ""
            self._say(f"{child.service.name:<12} ready after {time.monotonic() - began:4.1f} s{where}")

    def _start(self, service: Service) -> Child:
        child = Child(service, self._run_dir)
        self._watched.append(Watched(child))
        child.start()
        return child

    def _stop_all(self) -> None:
        for child in (watched.child for watched in reversed(self._watched)):
            began, running = time.monotonic(), child.exit_code() is None
            child.stop()
            if running:
                self._say(f"{child.service.name:<12} stopped after {time.monotonic() - began:4.1f} s")
        self._watched.clear()


def stop_running(run_dir: Path, timeout_s: float = 120.0) -> bool:
    """Ask the supervisor of `run_dir` to stop and wait until it has; False when none runs.

    Raises:
        StackError: it still runs after `timeout_s`.
    """
    try:
        with _only_one(run_dir):
            return False
    except AlreadyRunning as running:
        supervisor = psutil.Process(running.pid)
        supervisor.terminate()
        if not ends_within(supervisor, timeout_s):
            raise StackError(f"Process {running.pid} did not stop within {timeout_s:.0f} s.") from None
        return True


def _services(step: Step) -> tuple[Service, ...]:
    if isinstance(step, Task):
        return ()
    return step if isinstance(step, tuple) else (step,)


@contextmanager
def _only_one(run_dir: Path) -> Iterator[None]:
    """Hold the clone's lock; the system releases it whichever way this process ends."""
    run_dir.mkdir(parents=True, exist_ok=True)
    with (run_dir / "stack.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyRunning(int(lock.read())) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
        lock.truncate(0)
