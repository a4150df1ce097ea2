"""The command that a newcomer types, with every server and both of our processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from settings import ROOT
from stack.ports import free_port


class Up:
    def __init__(self, environment: dict[str, str]) -> None:
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "cli.py", "up"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def read_until(self, *words: str) -> str:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.strip())
            if all(word in line for word in words):
                return line.strip()
        raise AssertionError("\n".join(self.lines))

    def announced(self, label: str) -> str:
        return next(line.removeprefix(label).strip() for line in self.lines if line.startswith(label))

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate()
        self.lines += rest.splitlines()
        return self.process.returncode


@pytest.fixture
def up(run_dir: Path) -> Iterator[Up]:
    names = ("API", "TEMPORAL", "TEMPORAL_UI", "S3", "SIMULATOR")
    ports = {f"GREENLIGHT_{name}_PORT": str(free_port()) for name in names}
    started = Up({"GREENLIGHT_DATA_DIR": str(run_dir), **ports})
    yield started
    if started.process.poll() is None:
        started.stop()


def test_make_up_shows_the_way_in_and_stops_in_order(up: Up) -> None:
    up.read_until("Logs:")

    url, key = up.announced("Greenlight runs:"), up.announced("API key:")
    assert up.announced("Simulated:") == "OpenAI, Replicate, Runway, fal, Meta"
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}) as client:
        assert client.get("/docs").status_code == 200
        assert client.get("/api/v1/campaigns").status_code == 200
        email, password = up.announced("Log in as:").split(" / ")
        login = client.post("/api/v1/auth/login", json={"login": email, "password": password})
        assert login.status_code == 200, login.text
    namespace = httpx.get(up.announced("Temporal:") + "/api/v1/namespaces/default").json()
    assert namespace["namespaceInfo"]["name"] == "default"

    assert up.stop() == 0
    stopped = [match[1] for line in up.lines if (match := re.match(r"(\w+) +stopped after", line))]
    assert stopped == ["api", "worker", "simulator", "s3", "temporal", "postgres"]
