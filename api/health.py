"""Whether each part that Greenlight needs is there, asked of the part itself."""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path

import httpx
import psutil
import sqlalchemy as sa
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

from activities.media_wiring import media_access
from api.schemas.base import UtcTime, View
from api.services import Services
from workflows import policies

# A probe that takes longer is as good as down for whoever waits for an answer.
PROBE_TIMEOUT_S = 3.0
LOW_DISK_BYTES = 1_000_000_000
LOW_MEMORY_SHARE = 0.05
FRESH_FOR_S = 5.0


class Health(StrEnum):
    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


class PartHealth(View):
    """`detail` says what is wrong and what to do, or the figure that was measured."""

    status: Health
    detail: str
    milliseconds: float


class HealthReport(View):
    """`down` where nothing works, `degraded` where something does not."""

    status: Health
    checked_at: UtcTime
    milliseconds: float
    simulated_providers: list[str]
    parts: dict[str, PartHealth]


class Unwell(Exception):
    """A part answers, but not as it should."""


class HealthDesk:
    """Asks the parts at most every few seconds, however many people look: anybody may, and every look costs calls."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = asyncio.Lock()
        self._last: HealthReport | None = None
        self._asked = 0.0

    async def report(self) -> HealthReport:
        async with self._lock:
            if self._last is None or time.monotonic() - self._asked > FRESH_FOR_S:
                self._last = await _report(self._services)
                self._asked = time.monotonic()
            return self._last


async def _report(services: Services) -> HealthReport:
    started = time.perf_counter()
    probes = _probes(services)
    found = await asyncio.gather(*(_measured(probe) for probe in probes.values()))
    parts = dict(zip(probes, found, strict=True))
    # Without the database there is nothing to show; without anything else people can still look.
    if parts["database"].status is Health.DOWN:
        overall = Health.DOWN
    elif any(part.status is not Health.OK for part in parts.values()):
        overall = Health.DEGRADED
    else:
        overall = Health.OK
    return HealthReport(
        status=overall,
        checked_at=datetime.now(UTC),
        milliseconds=_since(started),
        simulated_providers=services.settings.simulated_providers,
        parts=parts,
    )


async def platform_health(services: Services) -> PartHealth:
    """The ad platform alone."""
    return await _measured(_probes(services)["meta"])


def _probes(services: Services) -> dict[str, Callable[[], Awaitable[str]]]:
    settings = services.settings
    return {
        "database": lambda: _database(services),
        "temporal": lambda: _temporal(services),
        "workers": lambda: _workers(services),
        "storage": lambda: _storage(services),
        "openai": lambda: _reachable(settings.openai_base_url),
        **{name: partial(_reachable, access.base_url) for name, access in media_access(settings).items() if access.key},
        "meta": lambda: _reachable(settings.meta_graph_url),
        "disk": lambda: _disk(settings.data_dir),
        "memory": _memory,
    }


async def _measured(probe: Callable[[], Awaitable[str]]) -> PartHealth:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            detail = await probe()
        status = Health.OK
    except Unwell as error:
        status, detail = Health.DEGRADED, str(error)
    except TimeoutError:
        status, detail = Health.DOWN, f"No answer within {PROBE_TIMEOUT_S:g} s."
    except Exception as error:  # whatever a part fails with is what this page is for
        status, detail = Health.DOWN, f"Cannot be reached ({type(error).__name__})."
    return PartHealth(status=status, detail=detail, milliseconds=_since(started))


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


async def _database(services: Services) -> str:
    async with services.database.system_transaction() as session:
        await session.execute(sa.text("select 1"))
    return "Answers."


async def _temporal(services: Services) -> str:
    if not await services.temporal.service_client.check_health(timeout=timedelta(seconds=PROBE_TIMEOUT_S)):
        raise Unwell("The server answers but is not serving yet.")
    return "Answers."


async def _workers(services: Services) -> str:
    counts = await asyncio.gather(*(_pollers(services, queue) for queue in policies.QUEUES))
    idle = [queue for queue, count in zip(policies.QUEUES, counts, strict=True) if not count]
    if idle:
        raise Unwell(f"No worker serves {', '.join(idle)}. Start one: python worker.py --queues {' '.join(idle)}")
    return f"Workers serve {', '.join(policies.QUEUES)}."


async def _pollers(services: Services, queue: str) -> int:
    reply = await services.temporal.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=services.temporal.namespace,
            task_queue=TaskQueue(name=queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        ),
        timeout=timedelta(seconds=PROBE_TIMEOUT_S),
    )
    return len(reply.pollers)


async def _storage(services: Services) -> str:
    await services.storage.check()
    return "The bucket can be used."


async def _reachable(url: str) -> str:
    """Any answer will do, a refusal too: only whether the way there is open."""
    async with httpx.AsyncClient(timeout=PROBE_TIMEOUT_S) as client:
        reply = await client.get(url)
    if reply.status_code >= 500:
        raise Unwell(f"Answers with an error ({reply.status_code}).")
    return "Reachable."


async def _disk(folder: Path) -> str:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if free < LOW_DISK_BYTES:
        raise Unwell(f"Only {free // 1_000_000} MB are free on the data disk; make room.")
    return f"{free // 1_000_000_000} GB free."


async def _memory() -> str:
    memory = psutil.virtual_memory()
    if memory.available < memory.total * LOW_MEMORY_SHARE:
        raise Unwell(f"Only {memory.available // 1_000_000} MB of memory are available.")
    return f"{memory.available // 1_000_000} MB available."
