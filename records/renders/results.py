"""What became of a submit: progress, files, failure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from models.contracts.rendering import NextStep, RenderRef, RenderSeen
from models.domain.rendering import OVER, Ended, retry_wait, verdict
from models.domain.states import LedgerState, RenderStage, RenderState
from models.tables.asset import Asset
from models.tables.base import JsonObject
from models.tables.render import RenderAttempt, RenderJob, RenderOutput
from records import ai_usage, assets
from records.ledger import database_now
from records.renders import jobs
from records.renders.jobs import Trouble, usage_id

# Per attempt; more is of use to nobody and makes the row large.
PROVIDER_LINES = 150


@dataclass(frozen=True, slots=True)
class Progress:
    """`percent` is None where the provider tells nothing. `log` is the provider's whole log so far."""

    stage: RenderStage
    percent: int | None
    log: str


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A stored and checked result; a video brings its poster."""

    asset: Asset
    poster: Asset | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """How a submit ended without a result. `cost_micros` is None where nobody knows."""

    ended: Ended
    trouble: Trouble
    retryable: bool
    cost_micros: int | None
    vendor: JsonObject


async def note_progress(session: AsyncSession, ref: RenderRef, attempt: int, progress: Progress) -> RenderSeen:
    job, row, now = await _open(session, ref, attempt)
    if row is None:
        return jobs.seen(job, NextStep.LOOK)
    _take_log(job, row, now, progress.log)
    row.empties = 0
    if (progress.stage, progress.percent) != (job.stage, job.progress) or job.note:
        job.stage, job.progress, job.note = progress.stage, progress.percent, ""
        _refine_eta(job, row, now)
        await jobs.told(session, job)
    return jobs.seen(job, NextStep.LOOK)


def _refine_eta(job: RenderJob, row: RenderAttempt, now: datetime) -> None:
    """The provider's own progress, once there is enough of it, is better than the experience of other renders."""
    if job.progress is not None and job.progress >= 20 and row.first_sent_at is not None:
        job.eta_at = now + (now - row.first_sent_at) * (100 - job.progress) / job.progress


def _take_log(job: RenderJob, row: RenderAttempt, now: datetime, log: str) -> None:
    """Appends what is new; the provider tells its whole log each time, and its beginning is what people read."""
    lines = [line for line in log.splitlines() if line.strip()][:PROVIDER_LINES]
    known = sum(1 for entry in job.log if isinstance(entry, dict) and entry.get("from_attempt") == row.number)
    added: list[JsonValue] = [
        {"at": now.isoformat(), "attempt": row.number, "from_attempt": row.number, "line": line[:500]}
        for line in lines[known:]
    ]
    job.log = [*job.log, *added]


async def note_waiting(session: AsyncSession, ref: RenderRef, words: str) -> None:
    """Something outside holds it up; the next progress takes the words away."""
    job = await jobs.locked(session, ref.render_id)
    if job.state not in OVER and job.note != words:
        job.note = words
        await jobs.told(session, job)


async def note_storing(session: AsyncSession, ref: RenderRef, attempt: int) -> None:
    job, row, _ = await _open(session, ref, attempt)
    if row is not None and job.stage is not RenderStage.STORING:
        job.stage, job.progress = RenderStage.STORING, 100
        await jobs.told(session, job)


async def note_spoilt(session: AsyncSession, ref: RenderRef, attempt: int, words: Sequence[str]) -> None:
    if words:
        job, row, now = await _open(session, ref, attempt)
        if row is not None:
            jobs.log(job, now, *words)


async def note_missing(session: AsyncSession, ref: RenderRef, attempt: int) -> RenderSeen | None:
    """The provider had nothing to give; None when it had nothing the last time either."""
    job, row, now = await _open(session, ref, attempt)
    if row is None or row.empties > 0:
        return None
    row.empties += 1
    jobs.log(job, now, "The provider does not find it; looking once more")
    await jobs.told(session, job)
    return jobs.seen(job, NextStep.LOOK)


async def cancel_passed_on(session: AsyncSession, ref: RenderRef, attempt: int) -> None:
    job, row, now = await _open(session, ref, attempt)
    if row is not None and row.cancel_asked_at is None:
        row.cancel_asked_at = now
        jobs.log(job, now, "Asked the provider to stop")
        await jobs.told(session, job)


async def succeed(
    session: AsyncSession, ref: RenderRef, attempt: int, files: Sequence[MadeFile], cost_micros: int | None
) -> RenderSeen:
    """Assets, outputs, cost and state in one transaction; a repeat changes nothing."""
    job, row, now = await _open(session, ref, attempt)
    if row is None:
        return jobs.seen(job, NextStep.LOOK)
    for position, file in enumerate(files):
        asset_id = await _add(session, file)
        session.add(
            RenderOutput(workspace_id=job.workspace_id, render_job_id=job.id, position=position, asset_id=asset_id)
        )
    await _settle(session, job, row, cost_micros)
    row.outcome, row.ended_at = RenderState.SUCCEEDED, now
    if job.cancel_requested_at is not None:
        jobs.log(job, now, "It was finished before the provider could stop it; the result lies in the library.")
    job.progress = 100
    await jobs.end(session, job, RenderState.SUCCEEDED, now)
    return jobs.seen(job, NextStep.NOTHING)


async def _add(session: AsyncSession, file: MadeFile) -> UUID:
    if file.poster is not None:
        poster, _ = await assets.add(session, file.poster)
        file.asset.poster_asset_id = poster.id
    asset, _ = await assets.add(session, file.asset)
    return asset.id


async def fail(
    session: AsyncSession, ref: RenderRef, attempt: int, failed: Failed, first_wait: timedelta
) -> RenderSeen:
    """Another try where that can help and was not tried too often, else the render's end."""
    job, row, now = await _open(session, ref, attempt)
    if row is None:
        return jobs.seen(job, NextStep.LOOK)
    row.outcome, row.ended_at = RenderState(failed.ended if failed.ended is not Ended.LOST else Ended.FAILED), now
    row.error_type, row.error, row.vendor = failed.trouble.error_type, failed.trouble.message, failed.vendor
    await _settle(session, job, row, failed.cost_micros)
    found = verdict(
        failed.ended,
        attempt=attempt,
        retryable=failed.retryable,
        cancel_wanted=job.cancel_requested_at is not None,
    )
    if found.again:
        wait = retry_wait(attempt, first_wait)
        job.state, job.stage, job.progress, job.eta_at = RenderState.QUEUED, RenderStage.WAITING, None, None
        job.note = f"{failed.trouble.message} Trying again by itself."
        jobs.log(job, now, failed.trouble.message)
        await jobs.told(session, job)
        return jobs.seen(job, NextStep.SUBMIT, wait)
    await jobs.end(session, job, found.state, now, None if found.state is RenderState.CANCELLED else failed.trouble)
    return jobs.seen(job, NextStep.NOTHING)


async def _settle(session: AsyncSession, job: RenderJob, row: RenderAttempt, cost_micros: int | None) -> None:
    """Where nobody knows what it cost, what was booked stays booked and is shown as its cost."""
    if cost_micros is None:
        cost_micros = await ai_usage.booked(session, job.workspace_id, usage_id(row))
    else:
        cost = ai_usage.AiCost(job.model, 0, 0, cost_micros)
        await ai_usage.settle(session, job.workspace_id, usage_id(row), cost)
    row.cost_micros = cost_micros
    job.cost_micros += cost_micros


async def _open(
    session: AsyncSession, ref: RenderRef, attempt: int
) -> tuple[RenderJob, RenderAttempt | None, datetime]:
    """The attempt, None where it has ended already or a newer one has begun."""
    job = await jobs.locked(session, ref.render_id)
    row = await jobs.latest_attempt(session, ref.render_id)
    now = await database_now(session)
    is_open = (
        job.state not in OVER
        and row is not None
        and row.number == attempt
        and row.outcome is None
        and row.state is LedgerState.CONFIRMED
    )
    return job, row if is_open else None, now
