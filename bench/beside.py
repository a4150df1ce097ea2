"""What our code costs beside the same servers without it, both measured in turn on the installation that runs."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import httpx
import sqlalchemy as sa

from bench import commands, reads, renders, writes
from bench.installation import ENVIRONMENT, BenchFailed, access
from bench.timing import Pair
from observability import configure_logging
from records.database import Database
from settings import ROOT, Settings, load_settings
from stack.ports import free_port
from workflows.temporal_client import connect

PATIENCE_S = 30.0
DRAFTED_WITHIN_S = 120.0


def measure(campaign_id: UUID) -> list[Pair]:
    """`campaign_id` is a live campaign of the installation."""
    os.environ.update(ENVIRONMENT)
    settings = load_settings()
    configure_logging("WARNING", "bench")
    bare_url = f"http://127.0.0.1:{free_port()}"
    with (
        _process("bench.bare_api", bare_url.rpartition(":")[2]),
        _process("bench.bare_worker", settings.temporal_address),
    ):
        _await_answer(bare_url)
        pairs = asyncio.run(_pairs(settings, bare_url, campaign_id))
    return [*pairs, asyncio.run(_renders(settings, campaign_id))]


async def _renders(settings: Settings, campaign_id: UUID) -> Pair:
    await renders.make_namespace(await connect(settings.temporal_address))
    with _process("bench.render_worker", "ours"), _process("bench.render_worker", "bare"):
        database = Database(settings.database_url)
        try:
            return await renders.measure(settings, database, await _workspace_id(), campaign_id)
        finally:
            await database.close()


async def _workspace_id() -> UUID:
    url, key = access()
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False) as api:
        return UUID((await api.get("/api/v1/auth/me")).json()["workspace_id"])


async def _pairs(settings: Settings, bare_url: str, campaign_id: UUID) -> list[Pair]:
    url, key = access()
    database = Database(settings.database_url)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30, trust_env=False) as api:
        workspace_id = await _workspace_id()
        await _quiet(database, workspace_id)
        pairs = [await writes.measure(settings, database, workspace_id, campaign_id)]
        pairs += await reads.measure(api, bare_url, database, str(campaign_id))
        pairs.append(await commands.measure(api, await connect(settings.temporal_address)))
    await database.close()
    return pairs


async def _quiet(database: Database, workspace_id: UUID) -> None:
    """Campaigns that were created a moment ago are still being drafted, which would be measured too."""
    busy = sa.text("select count(*) from campaign where next_step is not null and status <> 'live'")
    deadline = time.monotonic() + DRAFTED_WITHIN_S
    while True:
        async with database.workspace_transaction(workspace_id) as session:
            if not await session.scalar(busy):
                return
        if time.monotonic() > deadline:
            raise BenchFailed("The campaigns of the measurement were not drafted in time.")
        await asyncio.sleep(0.5)


@contextmanager
def _process(module: str, argument: str) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", module, argument], cwd=ROOT)  # noqa: S603 - our own program
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _await_answer(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            httpx.get(url, trust_env=False).raise_for_status()
            return
        except httpx.HTTPError as error:
            if time.monotonic() > deadline:
                raise BenchFailed(f"{url}: {error}") from error
            time.sleep(0.2)
