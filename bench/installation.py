"""An installation of its own for measuring: free ports, and its state under `var/bench`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from dotenv import dotenv_values

from settings import ROOT
from stack.ports import free_port

FOLDER = ROOT / "var" / "bench" / "state"
PORTS = ("API", "TEMPORAL", "TEMPORAL_UI", "S3", "SIMULATOR")
ENVIRONMENT = {
    "GREENLIGHT_DATA_DIR": str(FOLDER),
    # Real keys in .env must not be spent on a measurement.
    "GREENLIGHT_ENV_FILE": os.devnull,
    # The limit per client would be measured instead of the server.
    "GREENLIGHT_RATE_LIMIT_PER_MINUTE": "1000000",
    **{f"GREENLIGHT_{name}_PORT": str(free_port()) for name in PORTS},
}
LAST_LINE = "Logs:"


class BenchFailed(Exception):
    """The installation did not do what was to be measured; the message carries its output."""


def remove_state() -> None:
    postgres = FOLDER / "postgres"
    if postgres.is_symlink():
        shutil.rmtree(postgres.resolve(), ignore_errors=True)
    shutil.rmtree(FOLDER, ignore_errors=True)


@contextmanager
def running() -> Iterator[float]:
    """Runs it; gives the seconds from the command to the way in being shown."""
    began = time.perf_counter()
    process = command("up")
    said: list[str] = []
    try:
        for line in iter(process.stdout.readline, "") if process.stdout else ():
            said.append(line)
            if line.startswith(LAST_LINE):
                break
        else:
            raise BenchFailed("".join(said))
        yield time.perf_counter() - began
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()


def demo_seconds() -> float:
    """Runs `demo` on the running installation; gives its seconds from connecting an account to live ads."""
    began = time.perf_counter()
    process = command("demo")
    output, _ = process.communicate()
    if process.returncode:
        raise BenchFailed(output)
    return time.perf_counter() - began


def access() -> tuple[str, str]:
    """Address and API key."""
    values = dotenv_values(FOLDER / "stack.env")
    return str(values["GREENLIGHT_PUBLIC_URL"]), str(values["GREENLIGHT_DEMO_API_KEY"])


def command(name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "cli.py", name],
        cwd=ROOT,
        env={**os.environ, **ENVIRONMENT},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
