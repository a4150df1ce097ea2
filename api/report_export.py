"""Reports as files, read and sent piece by piece."""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote
from uuid import UUID

from fastapi.responses import StreamingResponse

from api.figure_csv import HEAD, cells, encoded, safe
from api.performance import Span, Wish, read_performance
from api.reports import Chosen, Report, ReportLine, read_report
from api.schemas.reports import ExportBody
from api.services import Services
from models.domain.metrics import MetricLevel
from models.domain.roles import Role
from records.access import Caller
from records.analytics import days as analytics
from records.analytics.campaign_days import campaign_days
from records.analytics.days import ObjectDay
from records.analytics.names import Named, names_of

# So many days are read at once, so that a year of a large campaign does not lie in memory.
DAYS_AT_ONCE = 31
AS_OF = "Figures as of (UTC)"

Rows = list[Sequence[str]]


async def export(services: Services, caller: Caller, body: ExportBody) -> StreamingResponse:
    """What cannot be found is refused before the file begins."""
    if body.campaign_id is None:
        return await _performance(services, caller, body)
    return await _campaign(services, caller, body, body.campaign_id)


async def _performance(services: Services, caller: Caller, body: ExportBody) -> StreamingResponse:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        report = await read_report(session, Chosen.of(body))
    about = ("Campaign", "Status", "Time zone", AS_OF)

    async def parts() -> AsyncIterator[Rows]:
        if not body.by_day:
            yield [
                (*about, *HEAD),
                *((*_about(line), *cells(line.counts, line.running.currency)) for line in report.lines),
            ]
            return
        yield [("Day", *about, *HEAD)]
        for span in _pieces(report.span):
            yield await _days(services, caller, report, span)

    return _file(parts(), f"greenlight-performance-{report.span.first}-{report.span.last}", bom=body.bom)


def _about(line: ReportLine) -> tuple[str, str, str, str]:
    campaign = line.running.campaign
    return safe(campaign.name), campaign.status.value, line.running.zone, _moment(line.age.read_at)


def _moment(read_at: datetime | None) -> str:
    return "" if read_at is None else f"{read_at.astimezone(UTC):%Y-%m-%d %H:%M}"


async def _days(services: Services, caller: Caller, report: Report, span: Span) -> Rows:
    lines = {line.running.campaign.id: line for line in report.lines}
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        found = await campaign_days(session, list(lines), (span.first, span.last))
    found.sort(key=lambda line: (line.day, lines[line.campaign_id].running.campaign.name))
    return [
        (
            day.day.isoformat(),
            *_about(lines[day.campaign_id]),
            *cells(day.counts, lines[day.campaign_id].running.currency),
        )
        for day in found
    ]


async def _campaign(services: Services, caller: Caller, body: ExportBody, campaign_id: UUID) -> StreamingResponse:
    level, technical = MetricLevel(body.level), caller.role is not Role.CLIENT
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        found = await read_performance(session, campaign_id, Wish(body.since, body.until), level)
    about = ("Level", "Name", *(("Platform ID",) if technical else ()), "Attribution")

    async def parts() -> AsyncIterator[Rows]:
        if not body.by_day:
            read_at = _moment(found.age.read_at)
            yield [(*about, AS_OF, *HEAD)]
            yield [
                (*_object(line.named, line.attributions, technical), read_at, *cells(line.total, found.currency))
                for line in found.lines
            ]
            return
        yield [("Day", *about, "Source", "Changed since the day ended", AS_OF, *HEAD)]
        for span in _pieces(found.span):
            async with services.database.workspace_transaction(caller.workspace_id) as session:
                names = await names_of(session, campaign_id)
                rows = await analytics.object_days(session, campaign_id, (span.first, span.last), found.zone, (level,))
            rows.sort(key=lambda row: (row.figures.day, row.external_id))
            yield [_object_day(names[row.external_id], row, found.currency, technical) for row in rows]

    name = re.sub(r"[^a-z0-9]+", "-", found.campaign.name.lower()).strip("-")[:60] or "campaign"
    return _file(parts(), f"greenlight-{name}-{found.span.first}-{found.span.last}", bom=body.bom)


def _object(named: Named, attributions: Sequence[str], technical: bool) -> tuple[str, ...]:
    # A spreadsheet would round a number of so many digits.
    number = (f"'{named.external_id}",) if technical else ()
    return named.kind.value, safe(named.name), *number, safe(", ".join(attributions))


def _object_day(named: Named, row: ObjectDay, currency: str | None, technical: bool) -> tuple[str, ...]:
    changed = "yes" if row.figures.restated else ""
    about = _object(named, [row.attribution], technical)
    figures = cells(row.figures.counts, currency)
    return row.figures.day.isoformat(), *about, safe(row.source), changed, _moment(row.figures.read_at), *figures


def _pieces(span: Span) -> list[Span]:
    found: list[Span] = []
    first: date = span.first
    while first <= span.last:
        found.append(replace(span, first=first, last=min(span.last, first + timedelta(days=DAYS_AT_ONCE - 1))))
        first += timedelta(days=DAYS_AT_ONCE)
    return found


def _file(parts: AsyncIterator[Rows], name: str, *, bom: bool) -> StreamingResponse:
    return StreamingResponse(
        encoded(parts, bom=bom),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{quote(name)}.csv"', "Cache-Control": "no-store"},
    )
