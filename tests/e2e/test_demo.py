"""The whole product in its real processes: a campaign from its brief to live ads, whichever of them dies on the way."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from settings import ROOT
from stack.ports import free_port

# After which stage which process is killed.
DEATHS = {
    "create the campaign": "worker",
    "draft strategy, copy, schedule and plan": "api",
    "ask for approval, dry run with Meta": "temporal",
    "review: one item goes back": "postgres",
    "revise the strategy, confirm with one tap": "simulator",
}
PORTS = ("API", "TEMPORAL", "TEMPORAL_UI", "S3", "SIMULATOR")


@pytest.fixture
def environment(run_dir: Path) -> dict[str, str]:
    ports = {f"GREENLIGHT_{name}_PORT": str(free_port()) for name in PORTS}
    return {**os.environ, "GREENLIGHT_DATA_DIR": str(run_dir), **ports}


@contextmanager
def greenlight(environment: dict[str, str], *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "cli.py", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.communicate()


def kill(data_dir: Path, service: str) -> None:
    identity = json.loads((data_dir / "run" / f"{service}.json").read_text())
    psutil.Process(identity["pid"]).kill()


def test_every_process_is_killed_once_and_the_campaign_goes_live_once(
    run_dir: Path, environment: dict[str, str]
) -> None:
    deaths = dict(DEATHS)
    said: list[str] = []

    with greenlight(environment, "demo") as process:
        assert process.stdout
        for line in process.stdout:
            said.append(line)
            stage = next((stage for stage in deaths if line.startswith("done") and stage in line), None)
            if stage:
                kill(run_dir, deaths.pop(stage))
        code = process.wait()

    assert code == 0, "".join(said)
    assert not deaths
    assert sum("starting it again" in line for line in said) == len(DEATHS), "".join(said)
    report = json.loads((run_dir / "demo" / "report.json").read_text())
    assert report["status"] == "live"
    assert report["duplicates"] == report["unconfirmed"] == 0
    assert {scope["state"] for scope in report["approvals"]} == {"approved"}
    assert report["sent_back"]
    assert all(row["ledger"] == row["simulator"] > 0 for row in report["platform_objects"])


def test_the_other_briefs_go_live_on_a_stack_that_is_up(run_dir: Path, environment: dict[str, str]) -> None:
    with greenlight(environment, "up") as stack:
        assert stack.stdout
        said = next(line for line in stack.stdout if line.startswith(("Logs:", "error")))
        assert said.startswith("Logs:")

        for brief in ("clinic", "conference"):
            with greenlight(environment, "demo", "--brief", brief) as process:
                said, _ = process.communicate()

            assert process.returncode == 0, said
            report = json.loads((run_dir / "demo" / "report.json").read_text())
            assert report["status"] == "live"
            assert report["duplicates"] == report["unconfirmed"] == 0
