"""One server process: start, probe, stop.

A record on disk lets a later start find what a killed supervisor left behind.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

LOG_LIMIT_BYTES = 20_000_000


class StackError(Exception):
    """The embedded stack cannot do what was asked; the message says what to do next."""


@dataclass(frozen=True)
class Port:
    """A loopback port that a service opens; `setting` is the name that moves it."""

    number: int
    setting: str
    host: str = "127.0.0.1"


@dataclass(frozen=True)
class Service:
    """How to run one server.

    `ready` gets the process id and returns true once the server answers real requests; it may raise OSError meanwhile.
    `prepare` runs before every start, `settle` after every successful probe: both must be repeatable.
    """

    name: str
    argv: tuple[str, ...]
    ready: Callable[[int], bool]
    ports: tuple[Port, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    cwd: Path | None = None
    prepare: Callable[[], None] | None = None
    settle: Callable[[], None] | None = None
    stop_signal: int = signal.SIGTERM
    start_timeout_s: float = 60.0
    stop_timeout_s: float = 15.0


class Child:
    """A running service. Its output goes to `run_dir/logs/<name>.log`, its identity to `run_dir/run/<name>.json`."""

    def __init__(self, service: Service, run_dir: Path) -> None:
        self.service = service
        self.log = run_dir / "logs" / f"{service.name}.log"
        self._record = run_dir / "run" / f"{service.name}.json"
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int:
        if self._process is None:
            raise StackError(f"{self.service.name} was not started.")
        return self._process.pid

    def exit_code(self) -> int | None:
        """Exit code once the process has ended, minus the signal's number if one killed it; None while it runs."""
        return self._process.poll() if self._process else None

    def start(self) -> None:
        """Start the process; `wait_ready` tells when it can be used."""
        self.stop_leftover()
        if self.service.prepare:
            self.service.prepare()
        self._spawn()

    def _spawn(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._record.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                self.service.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.service.cwd,
                env={**os.environ, **self.service.env},
                user=self.service.user,
                group=self.service.user,
                extra_groups=[] if self.service.user else None,
                # Ctrl-C reaches the whole foreground group; the supervisor alone decides who stops when.
                start_new_session=True,
            )
        created = psutil.Process(self._process.pid).create_time()
        self._record.write_text(json.dumps({"pid": self._process.pid, "created": created}))

    def wait_ready(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Wait until it answers, or until `cancelled`.

        Raises:
            StackError: it ended or did not answer in time; carries the end of its log.
        """
        deadline = time.monotonic() + self.service.start_timeout_s
        pause_s = 0.02
        while not self.check_ready():
            if cancelled():
                return
            if (code := self.exit_code()) is not None:
                raise StackError(f"{self.service.name} ended at once (exit code {code}).\n{self._log_tail()}")
            if time.monotonic() > deadline:
                self.stop()
                waited = f"{self.service.start_timeout_s:.0f} s"
                raise StackError(f"{self.service.name} did not answer within {waited}.\n{self._log_tail()}")
            # Slow starters must not be slowed down further by their probes.
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.5, 0.4)

    def check_ready(self) -> bool:
        """Probe once; the first success also settles the service.

        Raises:
            StackError: it answers, but cannot be settled.
        """
        try:
            if self.exit_code() is not None or not self.service.ready(self.pid):
                return False
        except OSError:
            return False
        if self.service.settle:
            self.service.settle()
        return True

    def _log_tail(self, lines: int = 15) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            text = log.read().decode(errors="replace").splitlines()[-lines:]
        return "\n".join([f"Last lines of {self.log}:", *(f"  {line}" for line in text)])

    def stop(self) -> None:
        """Ask it to stop, wait for its drain, kill it when it does not come to an end."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(self.service.stop_signal)
            try:
                self._process.wait(self.service.stop_timeout_s)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._record.unlink(missing_ok=True)

    def stop_leftover(self) -> bool:
        """End the process an earlier, killed supervisor left running. True if there was one."""
        return end_recorded(self._record, self.service.stop_signal, self.service.stop_timeout_s)


def end_recorded(record: Path, stop_signal: int = signal.SIGTERM, timeout_s: float = 15.0) -> bool:
    """End the process that `record` names, if it still is that process. True if there was one."""
    try:
        identity = json.loads(record.read_text())
        process = psutil.Process(identity["pid"])
        # Pids are reused; the pair of pid and birth time is not.
        if abs(process.create_time() - identity["created"]) > 1 or has_ended(process):
            return False
        process.send_signal(stop_signal)
        if not ends_within(process, timeout_s):
            process.kill()
            ends_within(process, timeout_s)
    except (FileNotFoundError, psutil.NoSuchProcess, ValueError, KeyError):
        return False
    return True


def ends_within(process: psutil.Process, timeout_s: float) -> bool:
    """Wait for a process that is not our child."""
    deadline = time.monotonic() + timeout_s
    while not has_ended(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def has_ended(process: psutil.Process) -> bool:
    """A zombie counts as ended: in a container its new parent may never collect it."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def program(name: str) -> str:
    """Path of a program that a Python package put beside this interpreter.

    Raises:
        StackError: not installed.
    """
    path = Path(sys.executable).parent / name
    if not path.exists():
        raise StackError(f"The program {name} is missing from {path.parent}. Run `make` again to install the packages.")
    return str(path)
