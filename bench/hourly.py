"""The hourly run over large ad accounts, by the installation's own worker, on the simulated market.

Each account has run for two days when it is first measured. The first hour reads everything, proposes moves in most of
the campaigns and makes them in some; the hour after it is one like most.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import httpx
import psutil
import psycopg
from temporalio.client import Client

from bench.crowd import Crowd, gather
from bench.installation import ENVIRONMENT, FOLDER, BenchFailed
from models.contracts.optimizing import OptimizeAccount, RunResult
from records.database import Database
from records.secrets import SecretBox
from records.urls import libpq_url
from settings import Settings, load_settings
from workflows import policies
from workflows.optimize import OptimizeAccountWorkflow
from workflows.temporal_client import connect

SIZES = (1_000, 10_000)
# Campaigns in mode auto; what the others could move is proposed. Edits are slow by nature: two calls each.
MOVING = 4
RUN_BEFORE_H = 48.0
SLOW_CALL_S = 600
LOG = FOLDER / "logs" / "worker.log"


@dataclass(frozen=True, slots=True)
class Hour:
    """One run. Memory is the worker's.

    `waiting`: share of its time in which a call to the platform was under way; pauses while it prepares a report are
    not in it.
    """

    ad_sets: int
    hour: str
    outcome: str
    seconds: float
    waiting: float
    calls: int
    readings: int
    applied: int
    memory_mb: float
    grown_mb: float
    history_events: int


def measure() -> list[Hour]:
    """The installation runs."""
    os.environ.update(ENVIRONMENT)
    return asyncio.run(_measure(load_settings()))


async def _measure(settings: Settings) -> list[Hour]:
    client = await connect(settings.temporal_address, settings.temporal_namespace)
    database = Database(settings.database_url)
    box = SecretBox.from_base64(settings.master_keys, settings.master_key_id)
    url = f"{settings.simulator_url}/control"
    hours: list[Hour] = []
    async with httpx.AsyncClient(base_url=url, timeout=SLOW_CALL_S, trust_env=False) as control:
        for size in SIZES:
            crowd = await gather(database, box, control, size, auto=MOVING)
            _analyze(settings)
            await crowd.advance(RUN_BEFORE_H)
            for name in ("first", "next"):
                hours.append(await _run(client, crowd, size, name))
                await crowd.advance(1)
    await database.close()
    return hours


def _analyze(settings: Settings) -> None:
    """What was published over weeks is known to the planner of queries by then."""
    with psycopg.connect(libpq_url(settings.database_owner_url), autocommit=True) as connection:
        connection.execute("analyze")


async def _run(client: Client, crowd: Crowd, ad_sets: int, hour: str) -> Hour:
    worker = _worker()
    before = worker.memory_info().rss
    workflow_id = f"bench-{uuid4()}"
    logged = LOG.stat().st_size
    began = time.perf_counter()
    result = await client.execute_workflow(
        OptimizeAccountWorkflow.run,
        OptimizeAccount(**dict(crowd.ref)),
        id=workflow_id,
        task_queue=policies.QUEUE_CAMPAIGNS,
    )
    seconds = time.perf_counter() - began
    after = worker.memory_info().rss
    described = await client.get_workflow_handle(workflow_id).describe()
    calls = list(_calls(workflow_id, logged))
    return Hour(
        ad_sets=ad_sets,
        hour=hour,
        outcome=result.outcome.value if result.error is None else f"{result.outcome.value}: {result.error}",
        seconds=seconds,
        waiting=_covered(calls) / seconds,
        calls=len(calls),
        readings=_count(result, "readings"),
        applied=_count(result, "applied"),
        memory_mb=after / 1e6,
        grown_mb=(after - before) / 1e6,
        history_events=described.history_length,
    )


def _count(result: RunResult, name: str) -> int:
    return int(result.counts.get(name, 0))


def _worker() -> psutil.Process:
    """Of this installation; another one may run beside it."""
    for process in psutil.process_iter(["cmdline"]):
        is_worker = any(part.endswith("worker.py") for part in process.info["cmdline"] or [])
        if is_worker and process.environ().get("GREENLIGHT_DATA_DIR") == str(FOLDER):
            return process
    raise BenchFailed("The installation has no worker.")


def _calls(workflow_id: str, since: int) -> Iterator[tuple[datetime, datetime]]:
    """From when to when each call to the platform took, as the worker logged it."""
    with LOG.open("rb") as log:
        log.seek(since)
        for line in log:
            said = json.loads(line)
            if said.get("workflow_id") == workflow_id and str(said.get("event")).startswith("meta call"):
                ended = datetime.fromisoformat(said["timestamp"])
                yield ended - timedelta(milliseconds=said["ms"]), ended


def _covered(spans: list[tuple[datetime, datetime]]) -> float:
    """Seconds in which at least one of them was under way."""
    covered = timedelta()
    reached: datetime | None = None
    for began, ended in sorted(spans):
        if reached is None or ended > reached:
            covered += ended - (began if reached is None else max(began, reached))
            reached = ended
    return covered.total_seconds()
