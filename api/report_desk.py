"""Exported reports: taken in, looked at as often as their mapping changes, taken over as readings, taken back."""

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO
from uuid import UUID

from anyio import CapacityLimiter, to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from api.auditing import entry
from api.problems import ApiError, ProblemType, not_found
from api.services import Services
from api.storing import plain_name
from models.domain.ad_reports.mapping import ReportMapping
from models.domain.ad_reports.preview import Look, report_of
from models.domain.ad_reports.report import Report
from models.domain.ad_reports.table import UnreadableReport
from models.tables.ad_account import AdAccount
from models.tables.metrics import ImportState, MetricImport
from providers.storage.keys import report_key
from records import ad_accounts, audit, metric_imports
from records.access import Caller
from records.metric_imports import Objects
from records.partitions import ensure_partitions

MAX_REPORT_BYTES = 20_000_000
# A report of 100,000 rows keeps a core busy for seconds; others wait.
ONE_AT_A_TIME = CapacityLimiter(1)


async def take_in(
    services: Services, caller: Caller, account_id: UUID, file: BinaryIO, filename: str | None
) -> MetricImport:
    """Stores the file under its hash and shows what it holds; nothing is taken over yet.

    Raises:
        ApiError: not_found, too_large, or invalid with what is wrong with the file.
    """
    around = await _around(services, caller, account_id)
    sha256, size = await to_thread.run_sync(_fingerprint, file)
    if size > MAX_REPORT_BYTES:
        raise ApiError(
            ProblemType.TOO_LARGE, f"Reports may have up to {MAX_REPORT_BYTES // 1_000_000} MB. Export less."
        )
    look, _ = await _look(file, None, around)
    key = report_key(caller.workspace_id, sha256)
    file.seek(0)
    await services.storage.put_if_absent(key, file, "text/csv")
    made = MetricImport(
        workspace_id=caller.workspace_id,
        ad_account_id=around.account.id,
        filename=plain_name(filename, "csv"),
        storage_key=key,
        sha256=sha256,
        created_by=caller.user_id,
    )
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        await metric_imports.add(session, made, look)
        await audit.record(session, entry(caller, "upload_report", ("metric_import", made.id)))
    return made


async def read(services: Services, caller: Caller, import_id: UUID) -> MetricImport:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return _known(await metric_imports.read(session, import_id))


async def remap(services: Services, caller: Caller, import_id: UUID, mapping: ReportMapping) -> MetricImport:
    """Looks at the file again by another mapping. Raises ApiError where it was applied or discarded already."""
    row = await read(services, caller, import_id)
    look, _ = await _look_again(services, caller, row, mapping)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        row = await _previewed(session, import_id)
        metric_imports.show(row, look)
    return row


async def apply(services: Services, caller: Caller, import_id: UUID) -> MetricImport:
    """Takes the good rows over. They are found anew: the account may have been imported since the last look.

    Raises:
        ApiError: not_allowed while questions are open, where no row is good, or where it was applied already.
    """
    row = await read(services, caller, import_id)
    look, report = await _look_again(services, caller, row, ReportMapping.model_validate(row.mapping))
    if report is None or not report.good:
        raise ApiError(ProblemType.NOT_ALLOWED, _why_not(look))
    await _make_room(services, min(found.day for found in report.good), max(found.day for found in report.good))
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        current = await _previewed(session, import_id)
        if current.mapping != row.mapping:
            raise ApiError(ProblemType.CONFLICT, "Somebody changed the columns meanwhile. Look at it, then apply.")
        account = await session.get_one(AdAccount, current.ad_account_id)
        stored = await metric_imports.apply(session, current, account, report.good)
        shown = look.model_copy(update={"preview": look.preview.model_copy(update={"stored": stored})})
        metric_imports.show(current, shown)
        after = {"good_rows": look.good_rows, "stored": stored}
        await audit.record(session, entry(caller, "apply_report", ("metric_import", import_id), after={**after}))
    return current


async def discard(services: Services, caller: Caller, import_id: UUID) -> MetricImport:
    """Forgets a preview, or takes back what an applied report brought: then what was there before counts again."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        row = _known(await metric_imports.read(session, import_id, lock=True))
        if row.state is ImportState.DISCARDED:
            return row
        account = await session.get_one(AdAccount, row.ad_account_id)
        taken_back = await metric_imports.take_back(session, row, account)
        after = {"taken_back": taken_back}
        await audit.record(session, entry(caller, "discard_report", ("metric_import", import_id), after={**after}))
    return row


@dataclass(frozen=True, slots=True)
class _Around:
    """What a file is read against."""

    account: AdAccount
    objects: Objects
    today: date

    def report(self, file: BinaryIO, mapping: ReportMapping | None) -> tuple[Look, Report | None]:
        return report_of(file, mapping, self.account.currency, self.today, self.objects.directory())


async def _around(services: Services, caller: Caller, account_id: UUID) -> _Around:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        account = await ad_accounts.read(session, account_id)
        if account is None:
            raise not_found("ad account")
        today = await metric_imports.today_of(session, account)
        return _Around(account, await metric_imports.objects(session, account_id), today)


async def _look_again(
    services: Services, caller: Caller, row: MetricImport, mapping: ReportMapping
) -> tuple[Look, Report | None]:
    around = await _around(services, caller, row.ad_account_id)
    with tempfile.TemporaryFile() as file:
        async for chunk in services.storage.stream(row.storage_key):
            file.write(chunk)
        return await _look(file, mapping, around)


async def _look(file: BinaryIO, mapping: ReportMapping | None, around: _Around) -> tuple[Look, Report | None]:
    try:
        return await to_thread.run_sync(around.report, file, mapping, limiter=ONE_AT_A_TIME)
    except UnreadableReport as error:
        raise ApiError(ProblemType.INVALID, str(error)) from error


async def _make_room(services: Services, first: date, last: date) -> None:
    """Months of which nobody has read anything yet have no partition."""
    months = 12 * (last.year - first.year) + last.month - first.month
    async with services.database.system_transaction() as session:
        await ensure_partitions(session, first, months)


async def _previewed(session: AsyncSession, import_id: UUID) -> MetricImport:
    row = _known(await metric_imports.read(session, import_id, lock=True))
    if row.state is not ImportState.PREVIEWED:
        words = "applied already. Discard it to take it back" if row.state is ImportState.APPLIED else "discarded"
        raise ApiError(ProblemType.NOT_ALLOWED, f"This report was {words}; upload it again to begin anew.")
    return row


def _known(row: MetricImport | None) -> MetricImport:
    if row is None:
        raise not_found("report")
    return row


def _why_not(look: Look) -> str:
    questions = look.preview.questions
    if questions:
        return f"Answer this first: {' '.join(question.words for question in questions)}"
    return "No row of the report can be taken over. Its problems say why."


def _fingerprint(file: BinaryIO) -> tuple[str, int]:
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(256 * 1024):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size
