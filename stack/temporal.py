"""The embedded Temporal server with its web page; state in one SQLite file."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from stack.service import Port, Service, StackError, program

SEARCH_ATTRIBUTES = ("WorkspaceId", "CampaignStatus", "WaitingOn", "RunOutcome")
# Campaigns wait for people for months; creation stays idempotent only while the closed run is kept.
RETENTION = "90d"
# Without WAL the file store halves the throughput; with it and `normal`, a killed process loses nothing.
PRAGMAS = ("journal_mode=wal", "synchronous=normal")
DYNAMIC_CONFIG = (
    # The one-shard server polls its queues 20 times a second and allows a second of clock skew: every hop would take
    # 50 ms and every timer up to 1 s more. These four undo that.
    "history.transferProcessorMaxPollRPS=1000",
    "history.timerProcessorMaxPollRPS=1000",
    "history.visibilityProcessorMaxPollRPS=1000",
    'history.timerProcessorMaxTimeShift="10ms"',
    # Fairness keys are accepted but ignored without it: one workspace's backlog would hold up all others.
    "matching.enableFairness=true",
)


def temporal(data_dir: Path, port: int, ui_port: int, dynamic_config: tuple[str, ...] = ()) -> Service:
    """The server on loopback. `ui_port` 0 leaves out the web page; `dynamic_config` are further `key=json` values."""
    state = data_dir / "temporal"
    return Service(
        name="temporal",
        argv=(
            program("temporal"),
            *("server", "start-dev", "--ip", "127.0.0.1", "--port", str(port), "--log-level", "warn"),
            *(("--ui-port", str(ui_port)) if ui_port else ("--headless",)),
            *("--db-filename", str(state / "temporal.db")),
            *(part for pragma in PRAGMAS for part in ("--sqlite-pragma", pragma)),
            *dynamic_config_flags(*dynamic_config),
            *search_attribute_flags(),
        ),
        ports=(
            Port(port, "GREENLIGHT_TEMPORAL_PORT"),
            *([Port(ui_port, "GREENLIGHT_TEMPORAL_UI_PORT")] if ui_port else []),
        ),
        ready=lambda _pid: _accepts(port) and _cli(port, "cluster", "health") is None,
        prepare=lambda: state.mkdir(parents=True, exist_ok=True),
        settle=lambda: _keep_closed_runs(port),
    )


def dynamic_config_flags(*more: str) -> tuple[str, ...]:
    return tuple(part for value in (*DYNAMIC_CONFIG, *more) for part in ("--dynamic-config-value", value))


def search_attribute_flags() -> tuple[str, ...]:
    return tuple(part for name in SEARCH_ATTRIBUTES for part in ("--search-attribute", f"{name}=Keyword"))


def polls(address: str, namespace: str, queue: str, pid: int, env: Mapping[str, str]) -> bool:
    """Whether the worker process `pid` of this machine waits for workflow tasks on `queue`.

    By process, because the server remembers the pollers of a dead worker for minutes.
    """
    command = ["task-queue", "describe", "--task-queue", queue, "--namespace", namespace, "--legacy-mode"]
    done = _run([*command, "--address", address, "--output", "json"], env)
    if done.returncode:
        return False
    pollers = json.loads(done.stdout).get("pollers") or []
    return any(poller["identity"].startswith(f"{pid}@") for poller in pollers)


def _accepts(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


def _keep_closed_runs(port: int) -> None:
    if error := _cli(port, "namespace", "update", "--namespace", "default", "--retention", RETENTION):
        raise StackError(f"Temporal refused a retention of {RETENTION}: {error}")


def _cli(port: int, *arguments: str) -> str | None:
    """Run an operator command; the error text, or None when it worked."""
    done = _run(["operator", *arguments, "--address", f"127.0.0.1:{port}"], {})
    return (done.stderr or done.stdout).strip() if done.returncode else None


def _run(arguments: list[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program("temporal"), *arguments, "--command-timeout", "5s"],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
