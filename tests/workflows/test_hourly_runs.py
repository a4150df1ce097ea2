"""Hourly runs with every real step over simulated campaigns that run: what they measure, move and survive."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import psutil
import pytest_asyncio
from pydantic import SecretStr
from sqlmodel import select
from temporalio.client import Client, WorkflowHandle

from bench.crowd import DAILY_MINOR, Crowd, gather
from models.contracts.optimizing import AccountRef, OptimizeAccount, RunResult
from models.domain.states import CampaignStatus, MoveState, RunOutcome
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.metrics import MetricReading
from models.tables.optimization import MoveAction, MoveSet, OptimizerRun
from records.database import Database
from settings import ROOT, Settings, environment_name
from tests import servers
from tests.office import BOX
from tests.workflows.campaign_desk import Shop, working
from workflows import policies
from workflows.optimize import OptimizeAccountWorkflow

# Far more than a worker needs to start on a busy machine.
PATIENCE_S = 60
Handle = WorkflowHandle[OptimizeAccountWorkflow, RunResult]


async def begin(client: Client, ref: AccountRef) -> Handle:
    return await client.start_workflow(
        OptimizeAccountWorkflow.run,
        OptimizeAccount(workspace_id=ref.workspace_id, ad_account_id=ref.ad_account_id),
        id=f"optimize-{ref.ad_account_id}-{uuid4()}",
        task_queue=policies.QUEUE_CAMPAIGNS,
    )


async def run(client: Client, ref: AccountRef) -> RunResult:
    return await (await begin(client, ref)).result()


@pytest_asyncio.fixture
async def market(simulator: servers.Simulator) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{simulator.url}/control", timeout=60) as control:
        yield control


async def crowd_of(db: Database, market: httpx.AsyncClient, ad_sets: int, hours: float = 60) -> Crowd:
    crowd = await gather(db, BOX, market, ad_sets)
    await crowd.advance(hours)
    return crowd


async def budgets(crowd: Crowd) -> list[int]:
    books = (await crowd.control.get(f"/meta/accounts/{crowd.number}/books")).json()
    return [int(entry["budget"]) for entry in books["adsets"]]


async def rows(db: Database, crowd: Crowd, table: type[Any]) -> list[Any]:
    async with db.workspace_transaction(crowd.ref.workspace_id) as session:
        return list(await session.scalars(select(table)))


async def test_an_hour_of_a_live_campaign_is_measured_and_decided_with_a_reason(shop: Shop) -> None:
    live = await shop.started()
    await live.live()
    # The market's clock alone moves past the start; the campaign's own workflow would wait for it until tomorrow.
    shop.meta.advance(60)
    async with shop.office.db.workspace_transaction(shop.office.workspace_id) as session:
        (await session.get_one(Campaign, live.campaign_id)).status = CampaignStatus.LIVE

    result = await run(
        shop.client, AccountRef(workspace_id=shop.office.workspace_id, ad_account_id=shop.office.account_id)
    )

    async with shop.office.db.workspace_transaction(shop.office.workspace_id) as session:
        [decided] = await session.scalars(select(MoveSet))
        readings = list(await session.scalars(select(MetricReading).where(MetricReading.spend_minor > 0)))
        stored = await session.get_one(OptimizerRun, result.run_id)
    assert (result.outcome, result.error) == (RunOutcome.DECIDED, None)
    assert (decided.state, decided.campaign_id) == (MoveState.NO_ACTION, live.campaign_id)
    assert decided.reason
    assert readings
    assert (await live.row()).metrics_read_at is not None
    assert stored.inputs_sha256 is not None
    assert stored.counts == result.counts


async def test_two_runs_at_once_never_give_an_account_more_than_was_approved(
    campaigns_client: Client, db: Database, market: httpx.AsyncClient
) -> None:
    crowd = await crowd_of(db, market, 40)

    results = await asyncio.gather(*(run(campaigns_client, crowd.ref) for _ in range(2)))

    now = await budgets(crowd)
    states = {action.state for action in await rows(db, crowd, MoveAction)}
    assert {result.outcome for result in results} == {RunOutcome.DECIDED}
    assert any(budget != DAILY_MINOR for budget in now)
    assert sum(now) <= 40 * DAILY_MINOR
    # Of two steps in the same hour the second would have taken a budget further than one may.
    assert all(0.8 * DAILY_MINOR <= budget <= 1.2 * DAILY_MINOR for budget in now)
    assert states <= {MoveState.APPLIED, MoveState.DROPPED}


async def test_a_run_goes_on_where_a_killed_worker_left_it(
    second_client: Client, second_temporal: str, settings: Settings, db: Database, market: httpx.AsyncClient
) -> None:
    crowd = await crowd_of(db, market, 50)
    # A write that was on its way when the worker died is doubted that much sooner.
    settings = settings.model_copy(update={"send_deadline_s": 3.0})
    async with working(second_client, settings, queues=(policies.QUEUE_CAMPAIGNS, policies.QUEUE_OPTIMIZER)):
        with worker_process(settings, second_temporal, policies.QUEUE_ADS_META) as process:
            going = await begin(second_client, crowd.ref)
            await until(lambda: has_moved(crowd), process)
            os.kill(process.pid, signal.SIGKILL)
        half = await budgets(crowd)
        async with working(second_client, settings, queues=(policies.QUEUE_ADS_META,)):
            result = await going.result()

    actions = await rows(db, crowd, MoveAction)
    books = (await market.get(f"/meta/accounts/{crowd.number}/books")).json()
    assert sum(half) <= 50 * DAILY_MINOR
    assert (result.outcome, result.error) == (RunOutcome.DECIDED, None)
    assert {action.state for action in actions} <= {MoveState.APPLIED, MoveState.DROPPED}
    assert sum(budget != DAILY_MINOR for budget in await budgets(crowd)) == len(
        [action for action in actions if action.state is MoveState.APPLIED]
    )
    assert sum(await budgets(crowd)) <= 50 * DAILY_MINOR
    assert books["duplicates"] == 0


async def has_moved(crowd: Crowd) -> bool:
    return any(budget != DAILY_MINOR for budget in await budgets(crowd))


async def until(holds: Callable[[], Awaitable[bool]], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not await holds():
        assert process.poll() is None, "the worker ended by itself"
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


@contextmanager
def worker_process(settings: Settings, temporal_address: str, queue: str) -> Iterator[subprocess.Popen[bytes]]:
    values = settings.model_copy(update={"temporal_address": temporal_address}).model_dump(exclude_unset=True)
    plain = {
        environment_name(name): value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in values.items()
        if isinstance(value, str | int | float | SecretStr) and value != ""
    }
    process = subprocess.Popen([sys.executable, "worker.py", "--queues", queue], cwd=ROOT, env={**os.environ, **plain})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def test_in_an_hour_without_the_platform_nothing_moves_and_the_next_one_goes_on(
    campaigns_client: Client, db: Database, market: httpx.AsyncClient
) -> None:
    crowd = await crowd_of(db, market, 20)
    path = f"/meta/accounts/{crowd.number}/market/outages"
    (await market.post(path, json={"hours": 6})).raise_for_status()

    away = await run(campaigns_client, crowd.ref)
    before = await budgets(crowd)
    await crowd.advance(7)
    back = await run(campaigns_client, crowd.ref)

    assert away.outcome is RunOutcome.UNREACHABLE
    assert away.error
    assert set(before) == {DAILY_MINOR}
    assert back.outcome is RunOutcome.DECIDED


async def test_an_account_with_nothing_that_runs_is_not_even_read(shop: Shop) -> None:
    ref = AccountRef(workspace_id=shop.office.workspace_id, ad_account_id=shop.office.account_id)

    result = await run(shop.client, ref)

    async with shop.office.db.workspace_transaction(ref.workspace_id) as session:
        account = await session.get_one(AdAccount, ref.ad_account_id)
    assert result.outcome is RunOutcome.NOTHING_LIVE
    assert account.metrics_read_at is None


async def test_five_hundred_ad_sets_take_few_calls_a_short_history_and_little_memory(
    campaigns_client: Client, db: Database, market: httpx.AsyncClient
) -> None:
    crowd = await gather(db, BOX, market, 500, auto=1)
    await crowd.advance(48)
    first = await begin(campaigns_client, crowd.ref)
    begun = await first.result()
    await crowd.advance(1)
    before = psutil.Process().memory_info().rss
    later = await begin(campaigns_client, crowd.ref)
    ended = await later.result()
    grown = psutil.Process().memory_info().rss - before

    lengths = [(await run.describe()).history_length for run in (first, later)]
    assert {begun.outcome, ended.outcome} == {RunOutcome.DECIDED}
    assert (begun.error, ended.error) == (None, None)
    assert begun.counts["applied"] > 0
    assert begun.counts["proposed"] == 9, "the other campaigns"
    assert ended.counts["calls"] <= 20
    assert max(lengths) < 100
    assert grown < 100_000_000
