"""Reads what an ad account's campaigns are and what they delivered, every hour and, further back, every night."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar

from temporalio import activity

from activities.ad_platform import AdPlatform
from activities.heartbeats import heartbeating
from models.contracts.optimizing import AccountRead, AccountRef, RunRef
from models.domain.account_days import RESTATED_DAYS, account_day
from models.domain.metrics import MetricLevel
from models.domain.platform_tree import NodeSeen
from models.domain.states import AdAccountState, PlatformKind
from models.tables.ad_account import AdAccount
from providers.ads.insights import InsightRow, InsightsQuery
from providers.ads.meta.currencies import to_minor
from providers.errors import ProviderError, ReconnectNeeded, RetryLater
from records import account_imports, ad_accounts, measuring, platform_nodes, readings
from records.ledger import database_now
from records.measuring import Scope
from records.platform_clock import note_clock
from records.readings import NewReading

T = TypeVar("T")

# Figures of yesterday go on for a while after midnight, and so do those of a campaign that has ended.
HOURLY_AFTER_END = timedelta(days=2)
# Rows of a report that are in memory at once.
ROWS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a reading waits: for a throttle that states its end, and between tries of what states none.

    Longer trouble is told in words; the hour goes on, and nothing is decided from old figures.
    """

    throttle: timedelta = timedelta(minutes=3)
    pauses: tuple[timedelta, ...] = (timedelta(seconds=0.5), timedelta(seconds=2))
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(slots=True)
class _Reading:
    """One reading of one account under way."""

    account: AdAccount
    of: Scope
    platform_time: datetime | None = None
    nodes: int = 0
    readings: int = 0
    calls: int = 0
    waited_s: float = 0.0
    reads_figures: bool = False

    def result(self, problem: str | None = None) -> AccountRead:
        return AccountRead(
            platform_time=self.platform_time,
            nodes=self.nodes,
            readings=self.readings,
            calls=self.calls,
            waited_s=round(self.waited_s, 3),
            problem=problem,
        )


@dataclass(frozen=True, slots=True)
class Measuring:
    platform: AdPlatform
    patience: Patience = field(default_factory=Patience)

    @activity.defn
    async def read_account(self, run: RunRef) -> AccountRead:
        """The account, its objects, and today's and yesterday's figures per ad set; or since when they are missing.

        Never raises for what the platform does: `problem` says why figures are missing, and what was read is kept.
        """
        async with heartbeating():
            reading = await self._begin(run, HOURLY_AFTER_END)
            found = await self._told(reading, self._read_hour)
            if found.problem is not None:
                async with self.platform.database.workspace_transaction(run.workspace_id) as session:
                    await measuring.note_account(session, reading.account, metrics_problem=found.problem)
            return found

    @activity.defn
    async def resync(self, ref: AccountRef) -> AccountRead:
        """The last 28 account days per ad set and per ad, which the platform goes on changing for so long."""
        async with heartbeating():
            reading = await self._begin(ref, timedelta(days=RESTATED_DAYS))
            return await self._told(reading, self._read_again)

    async def _begin(self, ref: AccountRef, after_end: timedelta) -> _Reading:
        account = await self.platform.account(ref.workspace_id, ref.ad_account_id)
        async with self.platform.database.workspace_transaction(ref.workspace_id) as session:
            return _Reading(account, await measuring.scope(session, account, after_end))

    async def _told(self, reading: _Reading, read: Callable[[_Reading], Awaitable[None]]) -> AccountRead:
        """What was read; why the rest could not be is said in the result."""
        account = reading.account
        if account.state is AdAccountState.DISCONNECTED:
            return reading.result(f"{account.name} is not connected any more.")
        try:
            await read(reading)
        except ProviderError as error:
            if isinstance(error, ReconnectNeeded):
                await self.platform.stopped_by(error, account)
            elif isinstance(error, RetryLater) and error.retry_after and not reading.reads_figures:
                await self._note_block(account, error.retry_after)
            return reading.result(error.message)
        return reading.result()

    async def _read_hour(self, reading: _Reading) -> None:
        now = await self._read_state(reading)
        today = account_day(now, reading.account.timezone)
        read_at: datetime | None = now
        if not reading.of.is_empty:
            await self._read_nodes(reading)
            since = _since(reading.account, today)
            read_at = await self._read_figures(reading, PlatformKind.AD_SET, since, today)
        async with self.platform.database.workspace_transaction(reading.account.workspace_id) as session:
            await measuring.settle_spend(session, reading.account.id, reading.of.ours, read_at)
            await measuring.note_account(session, reading.account, metrics_read_at=read_at, metrics_problem=None)

    async def _read_again(self, reading: _Reading) -> None:
        today = account_day(await self._read_state(reading), reading.account.timezone)
        if not reading.of.is_empty:
            await self._read_nodes(reading)
            first = today - timedelta(days=RESTATED_DAYS - 1)
            for kind in (PlatformKind.AD_SET, PlatformKind.AD):
                await self._read_figures(reading, kind, first, today)
        async with self.platform.database.workspace_transaction(reading.account.workspace_id) as session:
            await measuring.settle_spend(session, reading.account.id, reading.of.ours, None)
            await measuring.note_account(session, reading.account, resynced_on=today)

    async def _read_state(self, reading: _Reading) -> datetime:
        """The platform's time and what it says of the account itself."""
        account = reading.account
        await self._wait_for_quota(reading)
        token = self.platform.token(account)
        state = await self._patiently(reading, lambda: self.platform.reader.account(account.external_id, token))
        reading.calls += 1
        reading.platform_time = state.platform_time
        async with self.platform.database.workspace_transaction(account.workspace_id) as session:
            await note_clock(session, account.id, state.platform_time)
            await measuring.note_account(
                session,
                account,
                platform_status=state.status,
                spend_cap_minor=None if state.spend_cap is None else to_minor(state.spend_cap, account.currency),
                amount_spent_minor=to_minor(state.amount_spent, account.currency),
            )
        return state.platform_time

    async def _read_nodes(self, reading: _Reading) -> None:
        account, token = reading.account, self.platform.token(reading.account)
        found = await self._patiently(
            reading,
            lambda: self.platform.reader.account_nodes(account.external_id, account.currency, token, reading.of.filter),
        )
        reading.calls += found.calls
        reading.nodes = len(found.nodes)
        async with self.platform.database.workspace_transaction(account.workspace_id) as session:
            await measuring.store_nodes(session, account, reading.of, found.nodes, found.platform_time)
            await measuring.settle_delivery(session, reading.of.ours)

    async def _read_figures(self, reading: _Reading, kind: PlatformKind, since: date, until: date) -> datetime:
        """The newest days first, so many at a time as memory likes; returns since when all of it is known."""
        account, token = reading.account, self.platform.token(reading.account)
        reading.reads_figures = True
        async with self.platform.database.workspace_transaction(account.workspace_id) as session:
            counted = await account_imports.counted_as(session, account.id)
            objects = await account_imports.count(session, account.id, kind)
        began: list[datetime] = []
        for first, last in _stretches(since, until, max(1, ROWS_AT_ONCE // max(1, objects))):
            query = InsightsQuery(
                account.external_id, account.currency, kind, first, last, counted, reading.of.filter, objects
            )
            found = await self._patiently(reading, partial(self.platform.reader.insights, query, token))
            reading.calls += found.calls
            reading.readings += await self._store(account, kind, found.rows, found.platform_time)
            began.append(found.platform_time)
        return min(began)

    async def _store(self, account: AdAccount, kind: PlatformKind, rows: Sequence[InsightRow], at: datetime) -> int:
        told = [
            NewReading(row.platform_id, MetricLevel(kind.value), row.day, row.attribution, row.counts) for row in rows
        ]
        async with self.platform.database.workspace_transaction(account.workspace_id) as session:
            if kind is PlatformKind.AD_SET:
                known = await measuring.known_ad_sets(session, account.id)
                unknown = {row.ad_set_id: row for row in rows if row.ad_set_id not in known}
                await platform_nodes.store(session, account, [_deleted(row) for row in unknown.values()], at)
            return await readings.store(session, account, told, at)

    async def _patiently(self, reading: _Reading, call: Callable[[], Awaitable[T]]) -> T:
        """The answer, after a short wait where the platform asks for one or stumbled.

        Raises:
            ProviderError: waiting is of no use, or takes too long.
        """
        pauses = iter(self.patience.pauses)
        while True:
            try:
                return await call()
            except RetryLater as error:
                wait = error.retry_after or next(pauses, None)
                if wait is None or reading.waited_s + wait.total_seconds() > self.patience.throttle.total_seconds():
                    raise
                await self._wait(reading, wait)

    async def _wait(self, reading: _Reading, wait: timedelta) -> None:
        reading.waited_s += wait.total_seconds()
        await self.patience.sleep(wait.total_seconds())

    async def _wait_for_quota(self, reading: _Reading) -> None:
        """Calls made while the account is blocked extend the block.

        Raises:
            RetryLater: it lasts too long for this hour.
        """
        account = reading.account
        async with self.platform.database.workspace_transaction(account.workspace_id) as session:
            quota = await ad_accounts.quota(session, account.id)
            now = await database_now(session)
        if quota.throttled_until is None or quota.throttled_until <= now or quota.usage_pct < 100:
            return
        wait = quota.throttled_until - now
        if wait > self.patience.throttle:
            until = f"{quota.throttled_until:%H:%M} UTC"
            raise RetryLater("Meta", f"Meta blocks calls for this ad account until {until}.", retry_after=wait)
        await self._wait(reading, wait)

    async def _note_block(self, account: AdAccount, lasts: timedelta) -> None:
        """For whoever calls next, writers included. Figures have a quota of their own that concerns nobody else."""
        async with self.platform.database.workspace_transaction(account.workspace_id) as session:
            until = await database_now(session) + lasts
            await ad_accounts.store_quota(session, account.id, ad_accounts.Quota(100, until))


def _since(account: AdAccount, today: date) -> date:
    """Yesterday, or the day on which figures were last complete; what is older than 28 days stays as it is."""
    known = account.metrics_read_at
    last = today if known is None else account_day(known, account.timezone)
    return max(min(today - timedelta(days=1), last), today - timedelta(days=RESTATED_DAYS - 1))


def _stretches(since: date, until: date, length: int) -> list[tuple[date, date]]:
    """Both ends included; the newest first."""
    found = []
    while until >= since:
        first = max(since, until - timedelta(days=length - 1))
        found.append((first, until))
        until = first - timedelta(days=1)
    return found


def _deleted(row: InsightRow) -> NodeSeen:
    """An ad set that is only known by its figures: deleted before anybody listed it."""
    kind, gone = PlatformKind.AD_SET, "DELETED"
    return NodeSeen(kind, row.ad_set_id, row.campaign_id, row.name, status=gone, effective_status=gone)
