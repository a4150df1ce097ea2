"""Reads what ads delivered: at once and page by page, or as a report that Meta prepares for a while.

Source: Marketing API v26.0, insights and asynchronous jobs, read September 2026. A report that says "Job Running" at
100 percent may stay so for ever; a failed one (2490547) mostly succeeds when asked for again.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from pydantic import SecretStr

from models.domain.states import PlatformKind
from providers.ads.insights import InsightRow, Insights, InsightsQuery, ReportLimits
from providers.ads.meta.errors import PROVIDER, asks_for_less
from providers.ads.meta.insight_rows import FIELDS, FIELDS_OF_ADS, insight_row
from providers.ads.meta.listing import Listing, list_all
from providers.ads.meta.transport import Call, MetaTransport
from providers.ads.meta.tree_reads import account_node
from providers.ads.meta.wire import Row, Wire, as_wire
from providers.errors import Refused, RetryLater

ROWS_PER_PAGE = 1_000
SMALLEST_PAGE = 50
CAMPAIGNS_PER_CALL = 100
"""Their ids travel in the address, which may not grow for ever."""
RUNS = 3
_LEVELS = {PlatformKind.AD_SET: "adset", PlatformKind.AD: "ad"}
_SMALLER = "Meta finds the report of one day of this ad account too large. Report this to an administrator."


class _End(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    TOO_LARGE = "too large"
    STUCK = "stuck"


class WireReport(Wire):
    async_status: str = ""
    async_percent_completion: int = 0
    error_code: int | None = None
    error_subcode: int | None = None

    @property
    def end(self) -> _End | None:
        """None while it goes on. One that was skipped, its id expired, is asked for again like one that failed."""
        if self.async_status == "Job Completed":
            return _End.COMPLETED if self.async_percent_completion == 100 else None
        if self.async_status not in ("Job Failed", "Job Skipped"):
            return None
        too_large = self.error_code == -3 or self.error_subcode == 1504045
        return _End.TOO_LARGE if too_large else _End.FAILED


class WireRun(Wire):
    report_run_id: str


@dataclass(frozen=True, slots=True)
class _Read:
    listing: Listing
    platform_time: datetime
    calls: int


class _TooLarge(Exception):
    """Meta gives less at once."""


class MetaInsights:
    """Figures per day of ad sets and ads. Part of `MetaReader`."""

    _transport: MetaTransport
    _reports: ReportLimits

    async def insights(self, query: InsightsQuery, token: SecretStr) -> Insights:
        """Every row, or an error: a page that is missing is never a shorter answer.

        Raises:
            RetryLater: an outage, a throttle with its stated delay, or a report that does not get ready.
            ProviderError: the family of `providers.errors`.
        """
        rows: dict[tuple[str, date], InsightRow] = {}
        times, calls = [], 0
        for part in _parts(query):
            for read in await self._read(part, token):
                for found in read.listing.rows:
                    row = insight_row(query.kind, found, query.counted.get(str(found.get("adset_id"))), query.currency)
                    # Rows move between pages while these are read, so that one may come twice.
                    rows[(row.platform_id, row.day)] = row
                times.append(read.platform_time)
                calls += read.calls
        return Insights(tuple(rows.values()), min(times), calls)

    async def _read(self, query: InsightsQuery, token: SecretStr) -> list[_Read]:
        """One reading, or several of fewer days each where Meta finds it too large."""
        try:
            if query.objects * query.days <= self._reports.rows_at_once:
                try:
                    return [await self._at_once(query, token)]
                except (RetryLater, Refused) as error:
                    if not asks_for_less(error):
                        raise
            return [await self._by_report(query, token)]
        except _TooLarge:
            halves = _halves(query)
        return [read for half in halves for read in await self._read(half, token)]

    async def _at_once(self, query: InsightsQuery, token: SecretStr) -> _Read:
        path = f"{account_node(query.account_id)}/insights"
        listing = await list_all(self._transport, path, {**_params(query), "limit": ROWS_PER_PAGE}, token)
        return _Read(listing, listing.began, listing.calls)

    async def _by_report(self, query: InsightsQuery, token: SecretStr) -> _Read:
        calls, stuck = 0, 0
        for _ in range(RUNS):
            path = f"{account_node(query.account_id)}/insights"
            reply = await self._transport.call(Call("POST", path, _params(query)), token)
            run_id = as_wire(WireRun, reply.body).report_run_id
            end, looks = await self._end_of(run_id, token)
            calls += 1 + looks
            if end is _End.TOO_LARGE:
                raise _TooLarge
            if end is _End.COMPLETED:
                listing = await list_all(
                    self._transport, f"{run_id}/insights", {"limit": ROWS_PER_PAGE}, token, smallest=SMALLEST_PAGE
                )
                return _Read(listing, reply.platform_time, calls + listing.calls)
            stuck += end is _End.STUCK
            if stuck > 1:
                break
        raise RetryLater(PROVIDER, "Meta did not get the report of this ad account ready. We ask again next hour.")

    async def _end_of(self, run_id: str, token: SecretStr) -> tuple[_End, int]:
        """How the report ended, and how often that was asked. An outage meanwhile is waited out until the deadline."""
        limits = self._reports
        until, pause, looks = time.monotonic() + limits.deadline.total_seconds(), limits.first, 0
        while True:
            await asyncio.sleep(pause.total_seconds())
            looks += 1
            wait = timedelta()
            try:
                reply = await self._transport.call(Call("GET", run_id), token)
                if end := as_wire(WireReport, reply.body).end:
                    return end, looks
            except RetryLater as error:
                wait = error.retry_after or wait
                if time.monotonic() + max(wait, pause).total_seconds() > until:
                    raise
            if time.monotonic() > until:
                return _End.STUCK, looks
            pause = max(min(pause * 2, limits.longest), wait)


def _params(query: InsightsQuery) -> Row:
    params: Row = {
        "level": _LEVELS[query.kind],
        "fields": FIELDS_OF_ADS if query.kind is PlatformKind.AD else FIELDS,
        "time_range": {"since": query.since.isoformat(), "until": query.until.isoformat()},
        "time_increment": 1,
    }
    if query.campaign_ids is not None:
        ids = list(query.campaign_ids)
        params["filtering"] = [{"field": "campaign.id", "operator": "IN", "value": [*ids]}]
    return params


def _parts(query: InsightsQuery) -> Iterator[InsightsQuery]:
    if query.campaign_ids is None:
        yield query
        return
    parts = list(in_parts(query.campaign_ids))
    for ids in parts:
        yield replace(query, campaign_ids=ids, objects=query.objects // len(parts))


def in_parts(campaign_ids: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(campaign_ids), CAMPAIGNS_PER_CALL):
        yield tuple(campaign_ids[start : start + CAMPAIGNS_PER_CALL])


def _halves(query: InsightsQuery) -> tuple[InsightsQuery, InsightsQuery]:
    if query.days == 1:
        raise RetryLater(PROVIDER, _SMALLER)
    middle = query.since + timedelta(days=query.days // 2 - 1)
    return replace(query, until=middle), replace(query, since=middle + timedelta(days=1))
