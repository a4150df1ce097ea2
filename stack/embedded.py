"""Which servers one installation needs, from its settings."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from records.bootstrap import migrate, prepare_database
from records.database import Database
from records.demo_seed import DemoLogins, seed_demo
from settings import Settings
from stack.environment import embedded_environment, reachable, read_environment, require_complete, write_environment
from stack.placement import Placement, place_postgres
from stack.postgres import admin_url, postgres
from stack.service import Port, Service
from stack.simulation import responds, simulation
from stack.storage import storage
from stack.supervisor import Step, Task
from stack.temporal import polls, temporal

ROOT = Path(__file__).resolve().parents[1]
# Any of these in the embedded environment points at the simulator.
SIMULATED = {"OPENAI_BASE_URL", "REPLICATE_BASE_URL", "RUNWAYML_BASE_URL", "FAL_QUEUE_URL", "META_GRAPH_URL"}


@dataclass(frozen=True)
class Installation:
    """`environment` is what `stack.env` holds; `notes` are lines to show before the start."""

    environment: Mapping[str, str]
    steps: list[Step]
    notes: list[str]


def plan(configured: Settings) -> Installation:
    """List what to start, in order. `configured` holds only what the user set.

    Raises:
        StackError: the settings contradict one another, or a folder cannot be made.
    """
    require_complete(configured)
    configured.data_dir.mkdir(parents=True, exist_ok=True)
    place = None if configured.database_url else place_postgres(configured.data_dir)
    environment = embedded_environment(configured, place, read_environment(configured.data_dir))
    save = Task("settings", lambda: write_environment(configured.data_dir, environment))
    return Installation(environment, [save, *_steps(configured, place, environment)], _notes(configured, place))


def _steps(configured: Settings, place: Placement | None, environment: Mapping[str, str]) -> list[Step]:
    address = configured.temporal_address or environment["TEMPORAL_ADDRESS"]
    steps: list[Step] = [_servers(configured, place, environment)]
    if place:
        steps.append(Task("migrations", lambda: _prepare(place)))
        steps.append(Task("demo account", lambda: asyncio.run(_seed_demo(environment))))
    else:
        steps.append(Task("migrations", lambda: migrate(configured.database_owner_url)))
    return [*steps, (_worker(configured, address), _api(configured))]


def _servers(configured: Settings, place: Placement | None, environment: Mapping[str, str]) -> tuple[Service, ...]:
    folder = configured.data_dir
    servers = [postgres(place)] if place else []
    if not configured.temporal_address:
        servers.append(temporal(folder, configured.temporal_port, configured.temporal_ui_port))
    if not configured.s3_endpoint:
        credentials = environment["S3_ACCESS_KEY_ID"], environment["S3_SECRET_ACCESS_KEY"]
        servers.append(storage(folder, configured.s3_port, configured.s3_bucket, *credentials))
    if SIMULATED & environment.keys():
        servers.append(simulation(folder, configured.simulator_port))
    return tuple(servers)


async def _seed_demo(environment: Mapping[str, str]) -> None:
    database = Database(environment["DATABASE_URL"], pool_size=1)
    try:
        logins = DemoLogins(
            email=environment["GREENLIGHT_DEMO_EMAIL"],
            password=environment["GREENLIGHT_DEMO_PASSWORD"],
            api_key=environment["GREENLIGHT_DEMO_API_KEY"],
        )
        await seed_demo(database, logins)
    finally:
        await database.close()


def _prepare(place: Placement) -> None:
    prepare_database(admin_url(place))


def _worker(configured: Settings, address: str) -> Service:
    key = configured.temporal_api_key
    access = {"TEMPORAL_API_KEY": key.get_secret_value()} if key else {}
    return Service(
        name="worker",
        argv=(sys.executable, "worker.py"),
        cwd=ROOT,
        ready=lambda pid: polls(address, configured.temporal_namespace, "campaigns", pid, access),
        # Above the worker's own grace, so that it drains before it is killed.
        stop_timeout_s=35.0,
    )


def _api(configured: Settings) -> Service:
    host, port = configured.api_host, configured.api_port
    return Service(
        name="api",
        argv=(sys.executable, "-m", "api"),
        cwd=ROOT,
        ports=(Port(port, "GREENLIGHT_API_PORT", host),),
        ready=lambda _pid: responds(f"http://{reachable(host)}:{port}/health"),
    )


def _notes(configured: Settings, place: Placement | None) -> list[str]:
    notes = []
    if place and place.moved:
        notes.append(f"The clone is private to root, so PostgreSQL keeps its data in {place.base}")
    if not place:
        notes.append("PostgreSQL: your own (DATABASE_URL)")
    if configured.temporal_address:
        notes.append(f"Temporal: your own ({configured.temporal_address})")
    if configured.s3_endpoint:
        notes.append(f"S3: your own ({configured.s3_endpoint})")
    return notes
