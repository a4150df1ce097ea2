"""The whole product in its real processes: a campaign from its brief to live ads, whichever of them dies on the way."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from dotenv import dotenv_values

from demo.client import Json, persistently
from settings import ROOT
from stack.ports import free_port

# After which stage which process is killed.
DEATHS = {
    "create the campaign": "api",
    "draft strategy and copy": "worker",
    "ask for approval, dry run with Meta": "temporal",
    "review: one item goes back": "postgres",
    "revise the strategy, confirm with one tap": "simulator",
}
NOT_YET = ("waiting", "submitting")
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


def until_a_video_is_made(data_dir: Path) -> None:
    """Before that its answer could be lost with the worker, and Runway lists no jobs: a person would have to look."""
    known = dotenv_values(data_dir / "stack.env")
    headers = {"Authorization": f"Bearer {known['GREENLIGHT_DEMO_API_KEY']}"}
    with httpx.Client(base_url=str(known["GREENLIGHT_PUBLIC_URL"]), headers=headers, trust_env=False) as client:
        while True:
            renders = persistently(client, "GET", "/api/v1/renders", {}).json()["items"]
            if any(render["kind"] == "video" and render["stage"] not in NOT_YET for render in renders):
                return
            time.sleep(0.05)


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
                if deaths[stage] == "worker":
                    until_a_video_is_made(run_dir)
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
    assert_rendered_once(report)
    assert_moved_within_bounds(report)


def assert_rendered_once(report: Json) -> None:
    """Four pictures, one of them at the second try, a video, and one that was cancelled; nothing sent or paid twice."""
    jobs = [(job["kind"], job["status"], job["attempts"]) for job in report["render_jobs"]]
    cancelled = ("image", "cancelled", 1)
    again, made = ("image", "succeeded", 2), ("image", "succeeded", 1)
    assert sorted(jobs) == sorted([again, made, made, made, ("video", "succeeded", 1), cancelled])
    assert report["render_submits"] == {"attempts": 7, "provider_jobs": 7, "strangers": 0}
    assert report["render_costs"]["bookings"] == 7
    drawn = [picture for picture in report["pictures"] if picture["drawn"]]
    assert len(drawn) == len({picture["sha256"] for picture in drawn}) == 8
    assert any(picture["use"].startswith("poster") for picture in report["pictures"])
    assert all(picture["at_platform"] for picture in report["pictures"])


def assert_moved_within_bounds(report: Json) -> None:
    """Three days of hourly runs: our figures are the market's, and nothing more was asked for than approved."""
    optimizer = report["optimizer"]
    assert optimizer["hours"] == 72
    assert optimizer["proposed"] == 1
    assert optimizer["applied"] >= 2
    assert optimizer["undone"] == 1
    assert optimizer["runs"]["unreachable"] >= 1
    assert optimizer["waited_s"] > 0
    assert report["spend_minor"] == report["market_spend_minor"] > 0
    assert report["conversions"] == report["market_conversions"] > 0
    assert report["equal_split_conversions"] > 0
    assert report["cap_breaches"] == 0


def test_the_other_briefs_go_live_on_a_stack_that_is_up(run_dir: Path, environment: dict[str, str]) -> None:
    with greenlight(environment, "up") as stack:
        assert stack.stdout
        said = next(line for line in stack.stdout if line.startswith(("Logs:", "error")))
        assert said.startswith("Logs:")

        for brief, renders in (("clinic", 0), ("conference", 12)):
            with greenlight(environment, "demo", "--brief", brief, "--hours", "3") as process:
                said, _ = process.communicate()

            assert process.returncode == 0, said
            report = json.loads((run_dir / "demo" / "report.json").read_text())
            assert report["status"] == "live"
            assert report["duplicates"] == report["unconfirmed"] == 0
            assert (report["optimizer"]["hours"], report["cap_breaches"]) == (3, 0)
            assert len(report["render_jobs"]) == renders
            assert all(job["status"] == "succeeded" for job in report["render_jobs"])
            drawn = [picture for picture in report["pictures"] if picture["drawn"]]
            assert len(drawn) >= 8
            assert all(picture["at_platform"] for picture in report["pictures"])
