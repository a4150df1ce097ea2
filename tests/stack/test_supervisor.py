from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psutil
import psycopg
import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from stack.placement import place_postgres
from stack.ports import free_port
from stack.postgres import admin_url, postgres
from stack.service import Service, StackError, end_recorded, has_ended
from stack.storage import storage
from stack.supervisor import AlreadyRunning, Step, Supervisor, stop_running
from stack.temporal import temporal
from tests.stack.conftest import Running

Start = Callable[[list[Step]], Running]


def pid_of(name: str, run_dir: Path) -> int:
    return int(json.loads((run_dir / "run" / f"{name}.json").read_text())["pid"])


async def test_stop_and_start_keep_rows_workflows_and_objects(run_dir: Path, start: Start) -> None:
    place, port = place_postgres(run_dir), free_port()
    steps: list[Step] = [
        postgres(place),
        temporal(run_dir, port, ui_port=0),
        storage(run_dir, free_port(), "bucket", "test-access-key", uuid4().hex),
    ]

    first = start(steps)
    first.wait_for("all ready")
    with psycopg.connect(admin_url(place)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    client = await Client.connect(f"127.0.0.1:{port}")
    await client.start_workflow("Waiting", id="kept", task_queue="nobody")
    (run_dir / "s3" / "bucket" / "kept.txt").write_text("kept")
    first.stop()

    assert [line.split()[0] for line in first.lines[-3:]] == ["s3", "temporal", "postgres"]
    start(steps).wait_for("all ready")
    with psycopg.connect(admin_url(place)) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    description = await (await Client.connect(f"127.0.0.1:{port}")).get_workflow_handle("kept").describe()
    assert description.workflow_type == "Waiting"
    assert (run_dir / "s3" / "bucket" / "kept.txt").read_text() == "kept"


async def test_closed_workflows_are_kept_for_ninety_days(run_dir: Path, start: Start) -> None:
    port = free_port()
    start([temporal(run_dir, port, ui_port=0)]).wait_for("all ready")

    client = await Client.connect(f"127.0.0.1:{port}")
    reply = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))

    assert reply.config.workflow_execution_retention_ttl.ToTimedelta().days == 90


def test_a_killed_postmaster_runs_again_with_its_data(run_dir: Path, start: Start) -> None:
    place = place_postgres(run_dir)
    running = start([postgres(place)])
    running.wait_for("all ready")
    with psycopg.connect(admin_url(place)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    os.kill(pid_of("postgres", run_dir), signal.SIGKILL)

    running.wait_for("postgres", "killed by SIGKILL")
    running.wait_for("postgres", "runs again")
    with psycopg.connect(admin_url(place)) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_killed_temporal_runs_again(run_dir: Path, start: Start) -> None:
    port = free_port()
    running = start([temporal(run_dir, port, ui_port=0)])
    running.wait_for("all ready")

    os.kill(pid_of("temporal", run_dir), signal.SIGKILL)

    running.wait_for("temporal", "runs again")
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        pass


def test_a_server_that_keeps_dying_is_started_again_ever_more_slowly(start: Start) -> None:
    dying = Service(
        "dying", (sys.executable, "-c", "import time; time.sleep(0.2); raise SystemExit(3)"), ready=lambda _pid: True
    )
    running = start([dying])

    running.wait_for("dying", "ended (exit code 3)", "again in 0.5 s")
    running.wait_for("dying", "again in 1.0 s")
    running.wait_for("dying", "again in 2.0 s")


def test_one_server_that_does_not_come_back_holds_up_no_other(run_dir: Path, start: Start) -> None:
    # Ready at once at first, never after a restart.
    marker = run_dir / "started-before"
    idle = (sys.executable, "-c", "import time; time.sleep(600)")
    stuck = Service("stuck", idle, ready=lambda _pid: not marker.exists())
    other = Service("other", idle, ready=lambda _pid: True)
    running = start([stuck, other])
    running.wait_for("all ready")
    marker.touch()

    for name in ("stuck", "other"):
        os.kill(pid_of(name, run_dir), signal.SIGKILL)

    running.wait_for("other", "runs again")
    assert not any("stuck" in line and "runs again" in line for line in running.lines)


def test_a_taken_port_is_refused_with_the_setting_that_moves_it(run_dir: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        supervisor = Supervisor(run_dir, [temporal(run_dir, port, ui_port=0)], print)

        with pytest.raises(StackError, match=rf"Port {port} for temporal.*GREENLIGHT_TEMPORAL_PORT in \.env"):
            supervisor.run(lambda: None)


def test_a_server_that_cannot_start_is_reported_with_the_end_of_its_log(run_dir: Path) -> None:
    broken = Service("broken", (sys.executable, "-c", "raise SystemExit('no licence found')"), ready=lambda _pid: False)

    with pytest.raises(StackError, match=r"broken ended at once \(exit code 1\)[\s\S]*no licence found"):
        Supervisor(run_dir, [broken], print).run(lambda: None)


def test_one_clone_runs_one_stack_and_down_ends_it(run_dir: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from stack.supervisor import Supervisor;"
        "Supervisor(Path(sys.argv[1]), [], print).run(lambda: print('ready', flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(run_dir)], stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"ready\n"

        with pytest.raises(AlreadyRunning, match=f"already running \\(process {other.pid}\\)"):
            Supervisor(run_dir, [], print).run(lambda: None)
        assert stop_running(run_dir)
        assert other.wait() == 0

    assert not stop_running(run_dir)


def test_what_a_killed_supervisor_left_running_is_stopped_first(run_dir: Path, start: Start) -> None:
    idle = (sys.executable, "-c", "import time; time.sleep(600)")
    service = Service("idle", idle, ready=lambda _pid: True)
    program = (
        "import sys; from pathlib import Path;"
        "from stack.service import Service; from stack.supervisor import Supervisor;"
        f"service = Service('idle', {idle!r}, ready=lambda _pid: True);"
        "Supervisor(Path(sys.argv[1]), [service], str).run(lambda: print('ready', flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(run_dir)], stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert b"ready" in other.stdout.readline()
        left = pid_of("idle", run_dir)
        other.kill()

    running = start([service])

    running.wait_for("idle was still running from an earlier start")
    running.wait_for("all ready")
    assert not psutil.pid_exists(left) or has_ended(psutil.Process(left))


def test_servers_are_stopped_even_when_nobody_listens_any_more(run_dir: Path) -> None:
    def gone(_line: str) -> None:
        raise BrokenPipeError

    service = Service("idle", (sys.executable, "-c", "import time; time.sleep(600)"), ready=lambda _pid: True)
    supervisor = Supervisor(run_dir, [service], gone)

    supervisor.run(supervisor.stop)

    assert not (run_dir / "run" / "idle.json").exists()


def test_a_leftover_that_nobody_collects_counts_as_ended(run_dir: Path) -> None:
    program = (
        "import subprocess, sys, time;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        record = run_dir / "left.json"
        record.write_text(json.dumps({"pid": child.pid, "created": child.create_time()}))

        assert end_recorded(record)

        assert child.status() == psutil.STATUS_ZOMBIE
        parent.kill()
