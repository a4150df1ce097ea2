"""Reads what an ad account ran before into the record: objects page by page, then 90 days of figures. Reads only.

Each page is kept together with where it ended, so that a step which breaks off goes on from there.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ad_platform import AdPlatform
from activities.errors import ErrorType, final, waiting
from activities.heartbeats import heartbeating
from models.contracts.importing import (
    FiguresPlan,
    ImportFailed,
    ImportFigures,
    ImportObjects,
    ImportOutcome,
    ImportProgress,
)
from models.contracts.optimizing import AccountRef
from models.domain.account_days import account_day
from models.domain.metrics import MetricLevel
from models.domain.platform_tree import TREE_KINDS, NodeSeen
from models.domain.states import AdAccountState, PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.base import utc_now
from providers.ads.insights import Insights, InsightsQuery
from providers.ads.results import FullObject, ObjectPage
from records import account_imports, platform_nodes, readings
from records.account_imports import COUNTED
from records.partitions import ensure_partitions
from records.platform_clock import note_clock, platform_now
from records.readings import NewReading

DAYS = 90
LONGEST_STRETCH = 30
# Rows of one report: a stretch is shorter where an account has many ad sets.
ROWS_AT_ONCE = 60_000
READINGS_AT_ONCE = 10_000
# What is above belongs to people, stops and hourly runs.
MAX_USAGE_PCT = 75.0


@dataclass(frozen=True, slots=True)
class Importing:
    platform: AdPlatform

    @activity.defn
    async def begin_import(self, ref: AccountRef) -> ImportProgress:
        async with self.platform.database.workspace_transaction(ref.workspace_id) as session:
            return await account_imports.begin(session, ref.ad_account_id)

    @activity.defn
    async def import_objects(self, wanted: ImportObjects) -> int:
        """Every campaign, ad set or ad of the account; returns how many.

        Raises:
            ApplicationError: `publish.waiting` while the platform cannot be asked; it goes on from the last page kept.
        """
        async with heartbeating(), self._telling(wanted):
            after, read = await self._reached(wanted)
            while True:
                account = await self._account(wanted)
                async with self.platform.reading(account):
                    token = self.platform.token(account)
                    page = await self.platform.reader.object_page(account.external_id, wanted.kind, token, after)
                first, after, read = after is None, page.after, read + len(page.objects)
                await self._keep_page(wanted, account, page, read, first=first)
                if after is None:
                    return read
                self._leave_some(account)

    @activity.defn
    async def plan_figures(self, ref: AccountRef) -> FiguresPlan:
        """90 days up to today, and room for them."""
        async with self.platform.database.workspace_transaction(ref.workspace_id) as session:
            account = await session.get_one(AdAccount, ref.ad_account_id)
            today = await self._today(session, account)
            ad_sets = await account_imports.count(session, account.id, PlatformKind.AD_SET)
            await account_imports.advance(session, account.id, step="figures", after=None, days=DAYS, days_read=0)
        first = today - timedelta(days=DAYS - 1)
        async with self.platform.database.system_transaction() as session:
            await ensure_partitions(session, first, 12 * (today.year - first.year) + today.month - first.month)
        return FiguresPlan(
            stretches=[
                ImportFigures(**ref.model_dump(), since=since, until=until)
                for since, until in stretches(first, today, max(1, ad_sets))
            ]
        )

    @activity.defn
    async def import_figures(self, wanted: ImportFigures) -> int:
        """Figures per ad set and day; returns how many readings are new. A repeat stores nothing twice."""
        async with heartbeating(), self._telling(wanted):
            account = await self._account(wanted)
            async with self.platform.database.workspace_transaction(wanted.workspace_id) as session:
                counted = await account_imports.counted_as(session, account.id)
                ad_sets = await account_imports.count(session, account.id, PlatformKind.AD_SET)
            query = InsightsQuery(
                account_id=account.external_id,
                currency=account.currency,
                kind=PlatformKind.AD_SET,
                since=wanted.since,
                until=wanted.until,
                counted=counted,
                objects=ad_sets,
            )
            async with self.platform.reading(account):
                found = await self.platform.reader.insights(query, self.platform.token(account))
            stored = await self._keep(wanted, account, found)
            self._leave_some(account)
            return stored

    async def _keep_page(
        self, wanted: ImportObjects, account: AdAccount, page: ObjectPage, read: int, *, first: bool
    ) -> None:
        """Its objects, and where it ended, together."""
        reached: dict[str, object] = {"step": wanted.kind.value, "after": page.after, COUNTED[wanted.kind]: read}
        if first and wanted.kind is TREE_KINDS[0]:
            reached["listed_at"] = page.platform_time
        async with self.platform.database.workspace_transaction(wanted.workspace_id) as session:
            seen = [self._seen(found, account.currency) for found in page.objects]
            await platform_nodes.store(session, account, seen, page.platform_time)
            await note_clock(session, account.id, page.platform_time)
            await account_imports.advance(session, account.id, **reached)

    async def _keep(self, wanted: ImportFigures, account: AdAccount, found: Insights) -> int:
        told = [
            NewReading(row.platform_id, MetricLevel.AD_SET, row.day, row.attribution, row.counts) for row in found.rows
        ]
        async with self.platform.database.workspace_transaction(wanted.workspace_id) as session:
            stored = 0
            for start in range(0, len(told), READINGS_AT_ONCE):
                part = told[start : start + READINGS_AT_ONCE]
                stored += await readings.store(session, account, part, found.platform_time)
            progress = account_imports.progress_of(await session.get_one(AdAccount, account.id, populate_existing=True))
            before = progress.readings if progress else 0
            days = (await self._today(session, account) - wanted.since).days + 1
            await account_imports.advance(session, account.id, days_read=days, readings=before + stored)
        return stored

    @activity.defn
    async def finish_import(self, ref: AccountRef) -> ImportProgress:
        """What the platform did not list any more is gone; the hourly reading covers everything else from here on."""
        async with self.platform.database.workspace_transaction(ref.workspace_id) as session:
            account = await session.get_one(AdAccount, ref.ad_account_id)
            progress = account_imports.progress_of(account)
            if progress is not None and progress.listed_at is not None:
                await platform_nodes.note_unlisted(session, account.id, progress.listed_at)
            return await account_imports.finish(session, account.id)

    @activity.defn
    async def fail_import(self, failed: ImportFailed) -> ImportProgress:
        async with self.platform.database.workspace_transaction(failed.workspace_id) as session:
            end = {"state": ImportOutcome.FAILED, "problem": failed.words, "finished_at": utc_now()}
            return await account_imports.advance(session, failed.ad_account_id, **end)

    async def _reached(self, wanted: ImportObjects) -> tuple[str | None, int]:
        """Where an earlier try broke off, and how many objects it had read."""
        progress = account_imports.progress_of(await self._account(wanted))
        if progress is None or progress.step != wanted.kind.value or progress.after is None:
            return None, 0
        return progress.after, int(getattr(progress, COUNTED[wanted.kind]))

    async def _account(self, ref: AccountRef) -> AdAccount:
        account = await self.platform.account(ref.workspace_id, ref.ad_account_id)
        if account.state is AdAccountState.DISCONNECTED:
            raise final(ErrorType.REFUSED, f"{account.name} was disconnected. Connect it again, then import it again.")
        return account

    async def _today(self, session: AsyncSession, account: AdAccount) -> date:
        return account_day(await platform_now(session, account.id), account.timezone)

    def _seen(self, found: FullObject, currency: str) -> NodeSeen:
        seen = self.platform.reader.seen(found.node, currency)
        return replace(seen, detail={**found.detail, **seen.detail})

    def _leave_some(self, account: AdAccount) -> None:
        usage = self.platform.reader.last_usage(account.external_id)
        if usage is not None and usage.percent >= MAX_USAGE_PCT:
            regain = timedelta(seconds=usage.regain_s) if usage.regain_s else self.platform.limits.usage_holds
            words = f"{usage.percent:.0f} % of what Meta answers us per hour is used; the rest is left for running ads."
            raise waiting(words, regain)

    @asynccontextmanager
    async def _telling(self, ref: AccountRef) -> AsyncIterator[None]:
        """The page says why an import waits; Temporal alone would tell only operators."""
        try:
            yield
        except ApplicationError as error:
            if error.type == ErrorType.WAITING:
                async with self.platform.database.workspace_transaction(ref.workspace_id) as session:
                    await account_imports.advance(session, ref.ad_account_id, waiting=error.message)
            raise


def stretches(first: date, last: date, ad_sets: int) -> list[tuple[date, date]]:
    """Both ends included; the newest first, for people look at those first."""
    length = max(1, min(LONGEST_STRETCH, ROWS_AT_ONCE // ad_sets))
    found = []
    until = last
    while until >= first:
        since = max(first, until - timedelta(days=length - 1))
        found.append((since, until))
        until = since - timedelta(days=1)
    return found
