"""The worker process: `python worker.py` serves all task queues, `--queues text render` only those named."""

import argparse
import asyncio
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.schedule_healing import ScheduleHealing
from activities.wiring import Activities, build
from observability import configure_logging
from settings import Settings, load_settings
from workflows import policies
from workflows.advice import AdviceWorkflow
from workflows.campaign import CampaignWorkflow
from workflows.forecasting import ForecastWorkflow
from workflows.importing import ImportAccountWorkflow
from workflows.moves import MoveWorkflow
from workflows.optimize import OptimizeAccountWorkflow
from workflows.publish import PublishWorkflow
from workflows.render import RenderJobWorkflow
from workflows.schedules import AccountSchedules, ensure_upkeep_schedules
from workflows.stop import StopWorkflow
from workflows.temporal_client import connect
from workflows.training import TrainPredictorWorkflow
from workflows.upkeep import HourlyUpkeepWorkflow, NightlyUpkeepWorkflow, ResyncWorkflow, StopWatchWorkflow
from workflows.what_if import WhatIfWorkflow

WORKFLOWS = [
    CampaignWorkflow,
    PublishWorkflow,
    RenderJobWorkflow,
    OptimizeAccountWorkflow,
    MoveWorkflow,
    HourlyUpkeepWorkflow,
    StopWatchWorkflow,
    StopWorkflow,
    NightlyUpkeepWorkflow,
    ResyncWorkflow,
    ImportAccountWorkflow,
    WhatIfWorkflow,
    TrainPredictorWorkflow,
    ForecastWorkflow,
    AdviceWorkflow,
]
# Below what the supervisor and orchestrators wait before they kill.
GRACE = timedelta(seconds=25)
# Downloads and drawings at once; each download is small in memory, each drawing some 60 MB.
RENDERS_AT_ONCE = 16
# Decisions need a processor and hold an account's figures in memory.
DECISIONS_AT_ONCE = 2
AT_ONCE = {policies.QUEUE_RENDER: RENDERS_AT_ONCE, policies.QUEUE_OPTIMIZER: DECISIONS_AT_ONCE}
# A cancel reaches an activity with its next heartbeat; by default that is only after eight seconds.
BEAT = timedelta(seconds=2)
# A process that ran a worker may abort at interpreter exit unless its threads settle first.
SETTLE_S = 0.3

log = structlog.get_logger()


def sandbox() -> SandboxedWorkflowRunner:
    """Ours and third-party modules are loaded once, not per workflow; the sandbox still stops clocks and I/O."""
    passed_through = (
        "activities",
        "models",
        "workflows",
        "records",
        "providers",
        "imaging",
        "optimizer",
        "numpy",
        "pydantic",
        "regex",
        "babel",
    )
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*passed_through))


def workers(client: Client, activities: Activities, queues: Sequence[str]) -> list[Worker]:
    """One worker per queue; workflows run on `campaigns`."""
    healing = ScheduleHealing(activities.database, AccountSchedules(client))
    served = {
        policies.QUEUE_CAMPAIGNS: [*activities.records, healing.heal_schedules],
        policies.QUEUE_TEXT: activities.text,
        policies.QUEUE_RENDER: activities.render,
        policies.QUEUE_ADS_META: activities.ads_meta,
        policies.QUEUE_OPTIMIZER: activities.optimizer,
    }
    return [
        Worker(
            client,
            task_queue=queue,
            workflows=WORKFLOWS if queue == policies.QUEUE_CAMPAIGNS else [],
            activities=served[queue],
            max_concurrent_activities=AT_ONCE.get(queue),
            workflow_runner=sandbox(),
            graceful_shutdown_timeout=GRACE,
            max_heartbeat_throttle_interval=BEAT,
        )
        for queue in queues
    ]


async def serve(settings: Settings, queues: Sequence[str]) -> None:
    """Until SIGTERM or SIGINT; then open activities get the grace time to end."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    key = settings.temporal_api_key
    async with AsyncExitStack() as closing:
        client = await connect(
            settings.temporal_address,
            settings.temporal_namespace,
            api_key=key.get_secret_value() if key else None,
        )
        activities = await build(settings, closing)
        for worker in workers(client, activities, queues):
            await closing.enter_async_context(worker)
        if policies.QUEUE_CAMPAIGNS in queues:
            await ensure_upkeep_schedules(client)
        log.info("worker ready", queues=list(queues))
        await stopping.wait()
        log.info("worker draining")
    await asyncio.sleep(SETTLE_S)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queues", nargs="+", choices=policies.QUEUES, default=policies.QUEUES, metavar="QUEUE")
    queues = parser.parse_args().queues
    settings = load_settings()
    configure_logging(settings.log_level, "worker")
    asyncio.run(serve(settings, queues))


if __name__ == "__main__":
    main()
