"""Fixtures that bring up the real servers. `tests/conftest.py` lists them."""

from __future__ import annotations

import base64
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import psutil
import psycopg
import pytest
import pytest_asyncio
from psycopg import sql
from sqlalchemy import make_url
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from records.bootstrap import APP_ROLE, OWNER_ROLE, prepare_database
from settings import Settings
from stack.placement import place_postgres
from stack.ports import free_port
from stack.postgres import VOLATILE, admin_url, postgres
from stack.service import Child, Service, end_recorded, program
from stack.simulation import (
    fal_settings,
    meta_settings,
    openai_settings,
    replicate_settings,
    runway_settings,
    simulation,
)
from stack.storage import storage
from stack.temporal import SEARCH_ATTRIBUTES, dynamic_config_flags, temporal
from workflows.temporal_client import connect

TEMPLATE = "template"
PREFIX = "greenlight-tests-"


@dataclass(frozen=True)
class Database:
    name: str
    app_url: str
    owner_url: str


@dataclass(frozen=True)
class ObjectStore:
    endpoint: str
    bucket: str
    access_key_id: str
    secret_access_key: str


@dataclass(frozen=True)
class Simulator:
    url: str
    control: httpx.Client


@pytest.fixture(scope="session")
def servers_dir() -> Iterator[Path]:
    _clear_killed_runs()
    # Not pytest's own folder: that one is private to root, and PostgreSQL runs as another user then.
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def _clear_killed_runs() -> None:
    """Servers outlive a pytest that was killed; nobody else would stop them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}[0-9]*-*"):
        pid = int(folder.name.removeprefix(PREFIX).partition("-")[0])
        if not psutil.pid_exists(pid) and folder.stat().st_uid == os.geteuid():
            for record in (folder / "run").glob("*.json"):
                end_recorded(record)
            # Another worker of this run may be clearing the same one.
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def run_service(servers_dir: Path) -> Iterator[Callable[[Service], Child]]:
    """Starts a service for the rest of the run."""
    children: list[Child] = []

    def run(service: Service) -> Child:
        child = Child(service, servers_dir)
        children.append(child)
        child.start()
        child.wait_ready()
        return child

    yield run
    for child in reversed(children):
        child.stop()


@pytest.fixture(scope="session")
def postgres_admin_url(servers_dir: Path, run_service: Callable[[Service], Child]) -> str:
    """A running PostgreSQL; its database `template` has the newest schema and no rows."""
    place = place_postgres(servers_dir)
    run_service(postgres(place, VOLATILE))
    prepare_database(admin_url(place), database=TEMPLATE)
    return admin_url(place)


def _create_database(postgres_admin_url: str, name: str) -> Database:
    with psycopg.connect(postgres_admin_url, autocommit=True) as connection:
        names = sql.Identifier(name), sql.Identifier(TEMPLATE), sql.Identifier(OWNER_ROLE)
        # Copying files is quicker than logging pages, and nobody writes to the template meanwhile.
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy").format(*names))
    url = make_url(postgres_admin_url).set(database=name)
    return Database(
        name,
        app_url=url.set(username=APP_ROLE).render_as_string(),
        owner_url=url.set(username=OWNER_ROLE).render_as_string(),
    )


@pytest.fixture(scope="session")
def shared_database(postgres_admin_url: str) -> Database:
    return _create_database(postgres_admin_url, "shared")


@pytest.fixture
def database(postgres_admin_url: str) -> Iterator[Database]:
    fresh = _create_database(postgres_admin_url, f"test_{uuid4().hex}")
    yield fresh
    with psycopg.connect(postgres_admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(fresh.name)))


@pytest.fixture(scope="session")
def temporal_address(servers_dir: Path, run_service: Callable[[Service], Child]) -> str:
    port = free_port()
    run_service(temporal(servers_dir, port, ui_port=0))
    return f"127.0.0.1:{port}"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal_client(temporal_address: str) -> Client:
    return await connect(temporal_address)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    async with await WorkflowEnvironment.start_time_skipping_v2(
        data_converter=pydantic_data_converter,
        search_attributes=[SearchAttributeKey.for_keyword(name) for name in SEARCH_ATTRIBUTES],
        dev_server_existing_path=program("temporal"),
        dev_server_extra_args=dynamic_config_flags("frontend.WorkflowTimeSkippingEnabled=true"),
    ) as environment:
        yield environment


@pytest.fixture(scope="session")
def s3(servers_dir: Path, run_service: Callable[[Service], Child]) -> ObjectStore:
    port = free_port()
    store = ObjectStore(f"http://127.0.0.1:{port}", "greenlight-test", "test-access-key", uuid4().hex)
    run_service(storage(servers_dir, port, store.bucket, store.access_key_id, store.secret_access_key))
    return store


@pytest.fixture(scope="session")
def simulator(servers_dir: Path, run_service: Callable[[Service], Child]) -> Iterator[Simulator]:
    port = free_port()
    run_service(simulation(servers_dir, port))
    url = f"http://127.0.0.1:{port}"
    with httpx.Client(base_url=f"{url}/control", timeout=10) as control:
        yield Simulator(url, control)


@pytest.fixture(scope="session")
def make_settings(
    servers_dir: Path, s3: ObjectStore, simulator: Simulator, temporal_address: str
) -> Callable[..., Settings]:
    def make(database: Database, **changes: object) -> Settings:
        values: dict[str, object] = {
            "data_dir": servers_dir,
            "database_url": database.app_url,
            "database_owner_url": database.owner_url,
            "temporal_address": temporal_address,
            "s3_endpoint": s3.endpoint,
            "s3_public_url": s3.endpoint,
            "s3_bucket": s3.bucket,
            "s3_access_key_id": s3.access_key_id,
            "s3_secret_access_key": s3.secret_access_key,
            **openai_settings(simulator.url),
            **replicate_settings(simulator.url),
            **runway_settings(simulator.url),
            **fal_settings(simulator.url),
            **meta_settings(simulator.url),
            "simulator_url": simulator.url,
            "public_url": "http://testserver",
            "master_key": base64.b64encode(bytes(32)).decode(),
            "session_secret": "test-session-secret",
            "publish_lookup_waits_s": (1.0,),
            "render_first_retry_s": 0.2,
        }
        # Without a file, so that what a developer keeps in .env cannot reach real accounts from a test.
        return Settings.model_validate({**values, **changes})

    return make


@pytest.fixture
def run_dir() -> Iterator[Path]:
    # Reachable for the user that PostgreSQL runs as under root; pytest's own folder is not.
    folder = Path(tempfile.mkdtemp(prefix="greenlight-stack-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
