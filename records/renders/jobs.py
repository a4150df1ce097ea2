"""Renders in Postgres: reading them, and the ends that they can come to. All inside the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.contracts.rendering import NextStep, RenderRef, RenderSeen
from models.domain.rendering import OVER
from models.domain.states import LedgerState, RenderStage, RenderState
from models.tables.render import RenderAttempt, RenderJob
from records import ai_usage, changes, notifications
from records.ledger import database_now

_RECENT = 50


class UnknownRender(Exception):
    """No such render in this workspace."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a render did not succeed; `message` is for a marketer and says what to do."""

    error_type: str
    message: str


async def locked(session: AsyncSession, render_id: UUID) -> RenderJob:
    """Every writer of a render takes its row first, so that two of them never undo each other."""
    query = select(RenderJob).where(RenderJob.id == render_id).with_for_update(key_share=True)
    job = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if job is None:
        raise UnknownRender(f"There is no render {render_id} in this workspace.")
    return job


async def latest_attempt(session: AsyncSession, render_id: UUID) -> RenderAttempt | None:
    query = select(RenderAttempt).where(RenderAttempt.render_job_id == render_id)
    return (await session.execute(query.order_by(col(RenderAttempt.number).desc()).limit(1))).scalar_one_or_none()


async def read(session: AsyncSession, ref: RenderRef) -> tuple[RenderJob, RenderAttempt | None]:
    job = await session.get(RenderJob, ref.render_id)
    if job is None:
        raise UnknownRender(f"There is no render {ref.render_id} in this workspace.")
    return job, await latest_attempt(session, ref.render_id)


def usage_id(attempt: RenderAttempt) -> str:
    """Under which the cost of the attempt is booked."""
    return f"render:{attempt.id}"


async def give_up_unsent(session: AsyncSession, attempt: RenderAttempt | None, now: datetime) -> None:
    """A submit that surely made no job, and never will, counts against the cap no longer."""
    if attempt is not None and attempt.outcome is None and attempt.state is LedgerState.INTENDED:
        attempt.outcome, attempt.ended_at = RenderState.CANCELLED, now
        await ai_usage.release(session, attempt.workspace_id, usage_id(attempt))


def is_with_provider(attempt: RenderAttempt | None) -> bool:
    """Whether the provider has the submit, or may have it, and its job has not ended."""
    held = (LedgerState.SENDING, LedgerState.UNKNOWN, LedgerState.CONFIRMED)
    return attempt is not None and attempt.outcome is None and attempt.state in held


def seen(job: RenderJob, next_step: NextStep, wait: timedelta = timedelta(0)) -> RenderSeen:
    over = job.state in OVER
    return RenderSeen(
        state=job.state,
        attempt=job.attempt,
        next_step=NextStep.NOTHING if over else next_step,
        wait_s=wait.total_seconds(),
    )


def log(job: RenderJob, now: datetime, *lines: str) -> None:
    added: list[JsonValue] = [{"at": now.isoformat(), "attempt": job.attempt, "line": line[:500]} for line in lines]
    job.log = [*job.log, *added]


async def told(session: AsyncSession, job: RenderJob) -> None:
    """Stirs whoever watches the render."""
    await changes.notify(session, job.workspace_id, "render", job.id)


async def end(
    session: AsyncSession, job: RenderJob, state: RenderState, now: datetime, trouble: Trouble | None = None
) -> None:
    """The render's last state. People are told of what failed for good and of what nobody knows."""
    job.state, job.stage, job.ended_at, job.eta_at, job.note = state, RenderStage.DONE, now, None, ""
    job.error_type = trouble.error_type if trouble else None
    job.error = trouble.message if trouble else None
    log(job, now, trouble.message if trouble else state.value)
    if trouble is not None and state in (RenderState.FAILED, RenderState.UNKNOWN):
        await _tell(session, job, trouble)
    await told(session, job)


async def ask_to_cancel(session: AsyncSession, render_id: UUID) -> RenderSeen:
    """At once where nothing is with the provider; else the next look passes it on and tells what came of it."""
    job = await locked(session, render_id)
    attempt = await latest_attempt(session, render_id)
    now = await database_now(session)
    if job.state not in OVER:
        job.cancel_requested_at = job.cancel_requested_at or now
        if not is_with_provider(attempt):
            await give_up_unsent(session, attempt, now)
            await end(session, job, RenderState.CANCELLED, now)
        await told(session, job)
    return seen(job, NextStep.LOOK)


async def _tell(session: AsyncSession, job: RenderJob, trouble: Trouble) -> None:
    unknown = job.state is RenderState.UNKNOWN
    what = f"Nobody knows whether a {job.kind.value} was made" if unknown else f"A {job.kind.value} could not be made"
    await notifications.add(
        session,
        workspace_id=job.workspace_id,
        campaign_id=job.campaign_id,
        kind=f"render_{job.state.value}",
        title=f"{what} ({job.concept_key}, {job.ratio.value})",
        body=trouble.message,
        # One cause, such as a reached cap, stops many renders at once; people hear of it once a day.
        dedupe_key=f"render:{job.campaign_id}:{trouble.error_type}:{job.ended_at:%Y-%m-%d}:{job.concept_key}",
    )


async def typical_seconds(session: AsyncSession, model: str) -> float | None:
    """The median time from submit to result of the model's last renders in this workspace; None before the first."""
    recent = (
        select(sa.func.extract("epoch", col(RenderJob.ended_at) - col(RenderJob.started_at)).label("seconds"))
        .where(RenderJob.model == model, RenderJob.state == RenderState.SUCCEEDED)
        .order_by(col(RenderJob.ended_at).desc())
        .limit(_RECENT)
        .subquery()
    )
    median = await session.scalar(select(sa.func.percentile_cont(0.5).within_group(recent.c.seconds)))
    return None if median is None else float(median)
