"""Steps of a render that touch the provider: the paid submit, and the looks that end with a stored file.

Each try starts from the render's rows, so it does not matter which process died when. Temporal repeats a try that has
to wait; the workflow hears only of states.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.errors import waiting
from activities.heartbeats import heartbeating
from activities.render_failures import LOST, failure_of, trouble_of, vendor_words
from activities.render_files import BadResult, RenderFiles
from activities.settling import unbroken, written_down
from models.contracts.rendering import NextStep, RenderRef, RenderSeen
from models.domain.rendering import OVER, Ended
from models.domain.states import LedgerState, RenderKind, RenderStage
from models.tables.render import RenderAttempt, RenderJob
from providers.errors import BadAnswer, OutcomeUnknown, ProviderError, RetryLater
from providers.media.callbacks import CallbackUrls
from providers.media.catalogue import entry
from providers.media.download import LinkExpired
from providers.media.protocol import CallsBack, FindsJobs, Job, JobState, MediaProvider, Reference, RenderRequest
from providers.media.registry import MediaProviders
from records.database import Database
from records.renders import jobs, results, submits
from records.renders.jobs import Trouble
from records.renders.results import Failed, Progress
from records.renders.submits import Accepted, Claimed, Doubt, Terms, Unprepared

T = TypeVar("T")

# Clocks of the provider and ours may differ by this much.
CLOCKS = timedelta(minutes=2)
# A provider without our key or credit is mended by a person; looking more often helps nobody.
UNTIL_MENDED = timedelta(minutes=5)
# Seconds. Runway asks not to be polled more often than every five.
FIRST_LOOKS = {RenderKind.IMAGE: 2.0, RenderKind.VIDEO: 5.0}


@dataclass(frozen=True, slots=True)
class RenderLimits:
    """`default_cap` in millionths of a US dollar per workspace and month; `first_retry` is quadrupled each time."""

    send_within: timedelta
    grace: timedelta
    lookup_waits: tuple[timedelta, ...]
    first_retry: timedelta
    default_cap: int


@dataclass(frozen=True, slots=True)
class Rendering:
    database: Database
    providers: MediaProviders
    files: RenderFiles
    callbacks: CallbackUrls | None
    limits: RenderLimits

    @activity.defn
    async def submit_render(self, ref: RenderRef) -> RenderSeen:
        """Sends the next submit at most once; settles an earlier one whose answer was never stored.

        Raises:
            ApplicationError: only what waiting cures; Temporal tries again.
        """
        references: tuple[Reference, ...] | None = None
        async with heartbeating():
            while True:
                send_before = time.monotonic() + self.limits.send_within.total_seconds()
                try:
                    async with self.database.workspace_transaction(ref.workspace_id) as session:
                        claimed = await submits.claim(
                            session, ref, uuid4(), self._terms(), prepared=references is not None
                        )
                except ProviderError as error:
                    return await self._not_possible(ref, error)
                match claimed:
                    case RenderSeen():
                        return claimed
                    case Doubt():
                        await self._settle(ref, claimed)
                    case Unprepared(job):
                        references = await self._references(ref, job)
                    case Claimed(job, attempt):
                        request = self._full_request(job, attempt, references or (), send_before)
                        # Cancelling must not tear a call from its answer: what was claimed is written down first.
                        seen = await unbroken(self._send(ref, claimed, request))
                        if seen is not None:
                            return seen

    def _terms(self) -> Terms:
        def ceiling(job: RenderJob) -> int:
            taken = min(_most_references(job), len(job.reference_ids))
            request = replace(_request(job, seed=0), references=(Reference(b"", ""),) * taken)
            return self.providers.for_model(job.model).ceiling_micro_usd(request)

        return Terms(self.limits.send_within, self.limits.grace, ceiling, self.limits.default_cap)

    async def _not_possible(self, ref: RenderRef, error: ProviderError) -> RenderSeen:
        """The model is not in the catalogue, or its provider not set up here: nothing was spent, a person is needed."""
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            return await submits.stop(session, ref, trouble_of(error))

    async def _references(self, ref: RenderRef, job: RenderJob) -> tuple[Reference, ...]:
        """Before the claim, so that whatever goes wrong with them leaves no submit in doubt."""
        try:
            return await self.files.references(job, _most_references(job))
        except ProviderError as error:
            raise await self._held_up(ref, error) from error

    async def _send(self, ref: RenderRef, claimed: Claimed, request: RenderRequest) -> RenderSeen | None:
        """The one attempt. None where its outcome is unknown and has to be looked up."""
        job, attempt, token = claimed.job, claimed.attempt, claimed.token
        try:
            made = await self.providers.for_model(job.model).render(request)
        except (OutcomeUnknown, BadAnswer) as error:
            await self._noted(ref, partial(submits.unclear, sent=attempt, token=token, words=error.message))
            return None
        except RetryLater as error:
            words = f"{error.message} Trying again by itself."
            await self._noted(ref, partial(submits.not_sent, sent=attempt, token=token, words=words))
            raise waiting(error.message, error.retry_after) from error
        except ProviderError as error:
            trouble, vendor = trouble_of(error), vendor_words(error.vendor)
            return await self._noted(
                ref, partial(submits.refused, sent=attempt, token=token, trouble=trouble, vendor=vendor)
            )

        async def accept(session: AsyncSession) -> RenderSeen:
            typical = 0 if _has_ended(made) else await self._typical_s(session, job)
            return await submits.accepted(session, attempt, token, Accepted(made.provider_job_id, typical))

        seen = await self._noted(ref, accept)
        return seen.model_copy(update={"wait_s": 0 if _has_ended(made) else FIRST_LOOKS[job.kind]})

    async def _noted(self, ref: RenderRef, write: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async def once() -> T:
            async with self.database.workspace_transaction(ref.workspace_id) as session:
                return await write(session)

        return await written_down(once)

    async def _typical_s(self, session: AsyncSession, job: RenderJob) -> float:
        learnt = await jobs.typical_seconds(session, job.model)
        return learnt if learnt is not None else entry(job.model).typical_s

    def _full_request(
        self, job: RenderJob, attempt: RenderAttempt, references: tuple[Reference, ...], send_before: float
    ) -> RenderRequest:
        request, callback = _request(job, seed=attempt.seed), self._callback(job, attempt)
        return replace(request, references=references, webhook_url=callback, send_before=send_before)

    def _callback(self, job: RenderJob, attempt: RenderAttempt) -> str | None:
        provider = self.providers.for_model(job.model)
        if self.callbacks is None or not isinstance(provider, CallsBack):
            return None
        return self.callbacks.url(provider.name, job.id, attempt.number)

    async def _settle(self, ref: RenderRef, doubt: Doubt) -> None:
        """Finds out what became of a submit; sends nothing, whatever the answer."""
        if doubt.wait > timedelta(0):
            raise waiting("A submit is on its way to the provider.", min(doubt.wait, self.limits.grace))
        attempt = doubt.attempt
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            job, _ = await jobs.read(session, ref)
        provider = self.providers.for_model(job.model)
        if not isinstance(provider, FindsJobs):
            async with self.database.workspace_transaction(ref.workspace_id) as session:
                await submits.nobody_can_look(session, attempt, provider.label)
            return
        since = (attempt.first_sent_at or datetime.now(UTC)) - CLOCKS
        try:
            found = await provider.find(attempt.seed, since)
        except OutcomeUnknown:
            async with self.database.workspace_transaction(ref.workspace_id) as session:
                await submits.nobody_can_look(session, attempt, provider.label)
            return
        except ProviderError as error:
            raise await self._held_up(ref, error) from error
        waits = self.limits.lookup_waits
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            typical = await self._typical_s(session, job)
            ids = [match.provider_job_id for match in found]
            settled = await submits.found(session, attempt, ids, rounds=len(waits), typical_s=typical)
        if not settled:
            raise waiting("Checking whether the submit was taken.", waits[min(attempt.lookups, len(waits) - 1)])

    @activity.defn
    async def look_at_render(self, ref: RenderRef) -> RenderSeen:
        """One look at the provider's job; what is finished is downloaded, checked and stored in the same step."""
        async with heartbeating():
            async with self.database.workspace_transaction(ref.workspace_id) as session:
                job, attempt = await jobs.read(session, ref)
            if job.state in OVER:
                return jobs.seen(job, NextStep.NOTHING)
            if attempt is None or attempt.outcome is not None or attempt.state is not LedgerState.CONFIRMED:
                return jobs.seen(job, NextStep.SUBMIT)
            try:
                return await self._look(ref, job, attempt)
            except ProviderError as error:
                raise await self._held_up(ref, error) from error

    @activity.defn
    async def ask_to_cancel(self, ref: RenderRef) -> RenderSeen:
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            return await jobs.ask_to_cancel(session, ref.render_id)

    async def _look(self, ref: RenderRef, job: RenderJob, attempt: RenderAttempt) -> RenderSeen:
        provider = self.providers.for_model(job.model)
        job_id = attempt.provider_job_id or ""
        if job.cancel_requested_at is not None and attempt.cancel_asked_at is None:
            await self._pass_cancel_on(ref, attempt, provider)
        told = await provider.poll(job_id)
        match told.state:
            case JobState.QUEUED | JobState.RUNNING:
                return await self._still_going(ref, job, attempt, told)
            case JobState.SUCCEEDED:
                return await self._store(ref, job, attempt, told)
            case JobState.LOST:
                return await self._lost(ref, job, attempt, failure_of(told, provider))
            case _:
                return await self._failed(ref, attempt, failure_of(told, provider))

    async def _pass_cancel_on(self, ref: RenderRef, attempt: RenderAttempt, provider: MediaProvider) -> None:
        """Where the provider cannot take it, the next look tries again: what is finished by then must not be missed."""
        try:
            await provider.cancel(attempt.provider_job_id or "")
        except ProviderError as error:
            activity.logger.warning("cancel not taken", extra={"render": str(ref.render_id), "why": error.message})
            return
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            await results.cancel_passed_on(session, ref, attempt.number)

    async def _still_going(self, ref: RenderRef, job: RenderJob, attempt: RenderAttempt, told: Job) -> RenderSeen:
        stage = RenderStage.IN_QUEUE if told.state is JobState.QUEUED else RenderStage.RENDERING
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            seen = await results.note_progress(session, ref, attempt.number, Progress(stage, told.progress, told.log))
        return seen.model_copy(update={"wait_s": self._next_look(job, attempt)})

    async def _store(self, ref: RenderRef, job: RenderJob, attempt: RenderAttempt, told: Job) -> RenderSeen:
        if job.kind is RenderKind.VIDEO:
            # A picture is stored sooner than anybody could read of it.
            async with self.database.workspace_transaction(ref.workspace_id) as session:
                await results.note_storing(session, ref, attempt.number)
        cost = told.cost_micro_usd
        try:
            fetched = await self.files.fetch(job, attempt, told)
        except LinkExpired as error:
            failed = Failed(Ended.LOST, Trouble("render.link_expired", LOST), False, cost, vendor_words(error.vendor))
            return await self._lost(ref, job, attempt, failed)
        except BadResult as error:
            failed = Failed(Ended.FAILED, Trouble("render.bad_result", error.message), True, cost, {})
            return await self._failed(ref, attempt, failed)
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            await results.note_spoilt(session, ref, attempt.number, fetched.spoilt)
            return await results.succeed(session, ref, attempt.number, fetched.files, cost)

    async def _lost(self, ref: RenderRef, job: RenderJob, attempt: RenderAttempt, failed: Failed) -> RenderSeen:
        """One answer that nothing is there may come from a server that has not heard of it yet; two in a row count."""
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            seen = await results.note_missing(session, ref, attempt.number)
        if seen is not None:
            return seen.model_copy(update={"wait_s": FIRST_LOOKS[job.kind]})
        return await self._failed(ref, attempt, failed)

    async def _failed(self, ref: RenderRef, attempt: RenderAttempt, failed: Failed) -> RenderSeen:
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            return await results.fail(session, ref, attempt.number, failed, self.limits.first_retry)

    async def _held_up(self, ref: RenderRef, error: ProviderError) -> ApplicationError:
        """Something outside holds it up; the page says so, and the same look is taken again."""
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            await results.note_waiting(session, ref, f"{error.message} Trying again by itself.")
        return waiting(error.message, error.retry_after if error.retryable else UNTIL_MENDED)

    def _next_look(self, job: RenderJob, attempt: RenderAttempt) -> float:
        """Seldomer the longer it takes, and seldomer still where the provider calls back."""
        since = datetime.now(UTC) - (attempt.first_sent_at or datetime.now(UTC))
        longest = 30.0 if self._callback(job, attempt) is None else 60.0
        return min(max(FIRST_LOOKS[job.kind], since.total_seconds() / 4), longest)


def _request(job: RenderJob, *, seed: int) -> RenderRequest:
    return RenderRequest(
        kind=job.kind,
        model=job.model,
        prompt=job.prompt,
        ratio=job.ratio,
        seed=seed,
        variants=job.variants,
        duration_s=job.duration_s if job.kind is RenderKind.VIDEO else None,
    )


def _most_references(job: RenderJob) -> int:
    taken = entry(job.model).references
    return taken.most if taken else 0


def _has_ended(job: Job) -> bool:
    return job.state not in (JobState.QUEUED, JobState.RUNNING)
