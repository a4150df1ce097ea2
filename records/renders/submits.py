"""The paid submit of a render: claimed before it is sent, answered after, settled by a look-up where in doubt.

The steps are those of `models.domain.ledger`; here they are stored, next to the render and to what it costs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import randbelow
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.contracts.rendering import NextStep, RenderRef, RenderSeen
from models.domain import ledger as machine
from models.domain.ledger import Answer, Match, Reply, Write
from models.domain.rendering import OVER
from models.domain.states import LedgerState, RenderStage, RenderState, WriteOp
from models.tables.base import JsonObject
from models.tables.render import RenderAttempt, RenderJob
from records import ai_usage
from records.ledger import database_now
from records.renders import jobs
from records.renders.jobs import Trouble, usage_id

# Models take seeds of 32 bits without a sign; zero often means "choose one".
_SEEDS = 2**31 - 2


@dataclass(frozen=True, slots=True)
class Terms:
    """`ceiling` is what a submit may cost at most, `default_cap` the monthly cap of a workspace that set none itself.

    Both in millionths of a US dollar.
    """

    send_within: timedelta
    grace: timedelta
    ceiling: Callable[[RenderJob], int]
    default_cap: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """A submit that may leave until its deadline."""

    job: RenderJob
    attempt: RenderAttempt
    token: UUID


@dataclass(frozen=True, slots=True)
class Unprepared:
    """The reference pictures are to be read first: what follows a claim must be the call that it allows."""

    job: RenderJob


@dataclass(frozen=True, slots=True)
class Doubt:
    """A submit that was, or may still be, under way; `wait` until nobody can be sending it any more."""

    attempt: RenderAttempt
    wait: timedelta


def machine_view(attempt: RenderAttempt) -> Write:
    return Write(
        op=WriteOp.CREATE,
        kind=None,
        state=attempt.state,
        token=attempt.token,
        send_deadline=attempt.send_deadline,
        platform_id=attempt.provider_job_id,
        reason=attempt.error,
        lookups=attempt.lookups,
        empties=attempt.empties,
        absents=attempt.absents,
    )


def _store(attempt: RenderAttempt, write: Write) -> None:
    attempt.state, attempt.token, attempt.send_deadline = write.state, write.token, write.send_deadline
    attempt.provider_job_id, attempt.error = write.platform_id, write.reason
    attempt.lookups, attempt.empties, attempt.absents = write.lookups, write.empties, write.absents


async def claim(
    session: AsyncSession, ref: RenderRef, token: UUID, terms: Terms, *, prepared: bool
) -> Claimed | Unprepared | Doubt | RenderSeen:
    """Takes the next submit for sending, its cost booked; or says what is to be done instead."""
    job = await jobs.locked(session, ref.render_id)
    if job.state in OVER:
        return jobs.seen(job, NextStep.NOTHING)
    now = await database_now(session)
    attempt = await jobs.latest_attempt(session, job.id)
    if job.cancel_requested_at is not None and not jobs.is_with_provider(attempt):
        await jobs.give_up_unsent(session, attempt, now)
        await jobs.end(session, job, RenderState.CANCELLED, now)
        return jobs.seen(job, NextStep.NOTHING)
    if attempt is None or attempt.outcome is not None:
        attempt = await _next_attempt(session, job)
    write = machine.expire(machine_view(attempt), now=now, grace=terms.grace)
    _store(attempt, write)
    if write.state is not LedgerState.INTENDED:
        return _not_to_be_sent(job, attempt, now, terms.grace)
    if job.reference_ids and not prepared:
        # A model that cannot be had is refused here, and not after its pictures were read.
        terms.ceiling(job)
        return Unprepared(job)
    try:
        await _book(session, job, attempt, terms)
    except ai_usage.AiCapReached as error:
        await _refuse(session, job, attempt, now, Trouble("ai_cap_reached", str(error)))
        return jobs.seen(job, NextStep.NOTHING)
    _store(attempt, machine.claim(write, token=token, now=now, send_within=terms.send_within))
    attempt.first_sent_at = attempt.first_sent_at or now
    job.attempt, job.state, job.stage = attempt.number, RenderState.RUNNING, RenderStage.SUBMITTING
    job.started_at = job.started_at or now
    job.progress, job.eta_at = None, None
    await jobs.told(session, job)
    return Claimed(job, attempt, token)


def _not_to_be_sent(job: RenderJob, attempt: RenderAttempt, now: datetime, grace: timedelta) -> Doubt | RenderSeen:
    if attempt.state is LedgerState.CONFIRMED:
        return jobs.seen(job, NextStep.LOOK)
    until = attempt.send_deadline + grace - now if attempt.send_deadline else timedelta(0)
    return Doubt(attempt, until if attempt.state is LedgerState.SENDING else timedelta(0))


async def _next_attempt(session: AsyncSession, job: RenderJob) -> RenderAttempt:
    attempt = RenderAttempt(
        workspace_id=job.workspace_id, render_job_id=job.id, number=job.attempt + 1, seed=randbelow(_SEEDS) + 1
    )
    session.add(attempt)
    await session.flush()
    return attempt


async def _book(session: AsyncSession, job: RenderJob, attempt: RenderAttempt, terms: Terms) -> None:
    call = ai_usage.AiCall(
        workspace_id=job.workspace_id,
        request_id=usage_id(attempt),
        purpose=f"render_{job.kind.value}",
        model=job.model,
        estimate_micros=terms.ceiling(job),
        campaign_id=job.campaign_id,
    )
    await ai_usage.reserve(session, call, terms.default_cap)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has the job. `typical_s` is how long such jobs take, for a first estimate."""

    provider_job_id: str
    typical_s: float


async def accepted(session: AsyncSession, sent: RenderAttempt, token: UUID, answer: Accepted) -> RenderSeen:
    """The answer to a submit, possibly late; it is the best knowledge there is."""
    job, attempt, now = await _locked(session, sent)
    reply = Reply(Answer.DONE, answer.provider_job_id)
    replied = machine.reply(machine_view(attempt), token, reply)
    _store(attempt, replied.write)
    if replied.surplus:
        jobs.log(job, now, f"The provider made a second job, {replied.surplus}; its result is not used.")
    if job.state in OVER:
        jobs.log(job, now, f"The provider answered late: it had taken it as {answer.provider_job_id}.")
    else:
        _is_rendering(job, attempt, now, answer.typical_s)
    await jobs.told(session, job)
    return jobs.seen(job, NextStep.LOOK)


def _is_rendering(job: RenderJob, attempt: RenderAttempt, now: datetime, typical_s: float) -> None:
    job.stage, job.note = RenderStage.IN_QUEUE, ""
    job.eta_at = now + timedelta(seconds=typical_s)
    jobs.log(job, now, f"Submitted as {attempt.provider_job_id}")


async def not_sent(session: AsyncSession, sent: RenderAttempt, token: UUID, words: str) -> None:
    """Surely no job was made; the submit stays intended, and `words` say what it waits for."""
    job, attempt, now = await _locked(session, sent)
    _store(attempt, machine.reply(machine_view(attempt), token, Reply(Answer.NOT_EXECUTED, reason=words)).write)
    job.note = words
    if job.cancel_requested_at is not None and job.state not in OVER:
        await jobs.give_up_unsent(session, attempt, now)
        await jobs.end(session, job, RenderState.CANCELLED, now)
    await jobs.told(session, job)


async def refused(
    session: AsyncSession, sent: RenderAttempt, token: UUID, trouble: Trouble, vendor: JsonObject
) -> RenderSeen:
    """The provider will never take this input, or its key or credit is to be mended first."""
    job, attempt, now = await _locked(session, sent)
    _store(attempt, machine.reply(machine_view(attempt), token, Reply(Answer.REFUSED, reason=trouble.message)).write)
    attempt.vendor = vendor
    await _refuse(session, job, attempt, now, trouble)
    return jobs.seen(job, NextStep.NOTHING)


async def _refuse(
    session: AsyncSession, job: RenderJob, attempt: RenderAttempt, now: datetime, trouble: Trouble
) -> None:
    attempt.outcome, attempt.ended_at = RenderState.FAILED, now
    attempt.error_type, attempt.error = trouble.error_type, trouble.message
    await ai_usage.release(session, job.workspace_id, usage_id(attempt))
    await jobs.end(session, job, RenderState.FAILED, now, trouble)


async def stop(session: AsyncSession, ref: RenderRef, trouble: Trouble) -> RenderSeen:
    """It cannot be submitted at all; nothing is with the provider."""
    job = await jobs.locked(session, ref.render_id)
    if job.state not in OVER:
        now = await database_now(session)
        await jobs.give_up_unsent(session, await jobs.latest_attempt(session, job.id), now)
        await jobs.end(session, job, RenderState.FAILED, now, trouble)
    return jobs.seen(job, NextStep.NOTHING)


async def unclear(session: AsyncSession, sent: RenderAttempt, token: UUID, words: str) -> None:
    """Sent, and nobody can tell what became of it."""
    job, attempt, now = await _locked(session, sent)
    _store(attempt, machine.reply(machine_view(attempt), token, Reply(Answer.UNCLEAR, reason=words)).write)
    job.note = "The connection broke while it was submitted; checking whether it was taken."
    jobs.log(job, now, words)
    await jobs.told(session, job)


async def found(
    session: AsyncSession, sent: RenderAttempt, job_ids: list[str], *, rounds: int, typical_s: float
) -> bool:
    """Settles a doubtful submit by one complete look-up; False while another look-up is due."""
    job, attempt, now = await _locked(session, sent)
    if attempt.state is not LedgerState.UNKNOWN:
        return True
    matches = [Match(job_id, fits=True, archived=False) for job_id in job_ids]
    write = machine.decide(machine_view(attempt), matches, rounds=rounds)
    _store(attempt, write)
    match write.state:
        case LedgerState.CONFIRMED:
            _is_rendering(job, attempt, now, typical_s)
        case LedgerState.UNCONFIRMED:
            await _give_up(session, job, attempt, now, write.reason or "it could not be found")
    await jobs.told(session, job)
    return write.state is not LedgerState.UNKNOWN


async def nobody_can_look(session: AsyncSession, sent: RenderAttempt, provider: str) -> None:
    """The provider lists no jobs, so only a person can find out, in the provider's own pages."""
    job, attempt, now = await _locked(session, sent)
    if attempt.state is LedgerState.UNKNOWN:
        await _give_up(session, job, attempt, now, f"{provider} offers no way to look it up")


async def _give_up(session: AsyncSession, job: RenderJob, attempt: RenderAttempt, now: datetime, why: str) -> None:
    """What it may have cost stays booked."""
    attempt.outcome, attempt.ended_at = RenderState.UNKNOWN, now
    attempt.cost_micros = await ai_usage.booked(session, job.workspace_id, usage_id(attempt))
    job.cost_micros += attempt.cost_micros
    message = (
        f"The connection broke while this was submitted, and {why}. It may have been made and charged. "
        "Look at the provider's own page; if nothing is there, try again."
    )
    await jobs.end(session, job, RenderState.UNKNOWN, now, Trouble("provider.outcome_unknown", message))


async def _locked(session: AsyncSession, sent: RenderAttempt) -> tuple[RenderJob, RenderAttempt, datetime]:
    """The render and that very submit, for an answer may come after the next submit has begun."""
    job = await jobs.locked(session, sent.render_job_id)
    attempt = await session.get_one(RenderAttempt, sent.id)
    return job, attempt, await database_now(session)
