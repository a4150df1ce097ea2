"""Decides recorded hours once more, in another way, and keeps what differs. Nothing on a platform or in a plan changes.

Some runs at a time; what they came to and where they ended are kept together, so that a step which breaks off is
repeated and counts nothing twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from anyio import to_thread
from pydantic import ValidationError
from temporalio import activity

from activities.candidates import Candidate, candidate_of
from activities.decisions import broken_limits
from activities.errors import ErrorType, as_application_error, final
from activities.heartbeats import heartbeating
from activities.problems import Asked
from activities.run_blobs import RunBlob, read_blob
from models.contracts.evidence import WhatIfEnded, WhatIfProgress, WhatIfRef
from models.domain.states import WhatIfState
from models.tables.evidence import WhatIf
from optimizer import what_if
from optimizer.problem import Decision, Problem
from optimizer.what_if import Compared, Tally
from providers.errors import ProviderError
from providers.storage.protocol import ObjectMissing, ObjectStore
from records.database import Database
from records.evidence import what_ifs
from records.evidence.what_ifs import RecordedRun

RUNS_AT_ONCE = 5
"""Hourly decisions wait for no longer than these take."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class WhatIfs:
    database: Database
    store: ObjectStore

    @activity.defn
    async def begin_what_if(self, ref: WhatIfRef) -> WhatIfProgress:
        """Settles how many runs there are to replay."""
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            row = await what_ifs.locked(session, ref.what_if_id)
            if row.runs_in_all is None:
                row.runs_in_all = await what_ifs.count_runs(session, row)
            return _progress(row)

    @activity.defn
    async def replay_runs(self, ref: WhatIfRef) -> WhatIfProgress:
        """The next few runs.

        Raises:
            ApplicationError: the candidate is not part of this version (any more), or the store cannot be reached.
        """
        async with heartbeating():
            async with self.database.workspace_transaction(ref.workspace_id) as session:
                row = await session.get_one(WhatIf, ref.what_if_id)
                runs = await what_ifs.next_runs(session, row, RUNS_AT_ONCE)
            if row.state is not WhatIfState.WORKING or not runs:
                return _progress(row).model_copy(update={"more": False})
            try:
                candidate = candidate_of(row.candidate)
            except ValueError as error:
                raise final(ErrorType.REFUSED, str(error)) from error
            tally = Tally.model_validate(row.result.get("tally") or {})
            for run in runs:
                await self._replay(ref.workspace_id, run, candidate, tally)
            return await self._keep(ref, row.runs, runs, tally)

    async def _replay(self, workspace_id: UUID, run: RecordedRun, candidate: Candidate, tally: Tally) -> None:
        try:
            blob = await read_blob(self.store, workspace_id, run.inputs_sha256)
        except (ObjectMissing, ValidationError):
            log.warning("inputs of a run cannot be read", run_id=str(run.id), inputs=run.inputs_sha256)
            tally.unreadable += 1
            return
        except ProviderError as error:
            raise as_application_error(error) from error
        await to_thread.run_sync(_add, run.id, blob, candidate, tally)

    async def _keep(self, ref: WhatIfRef, before: int, runs: Sequence[RecordedRun], tally: Tally) -> WhatIfProgress:
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            row = await what_ifs.locked(session, ref.what_if_id)
            # A try that was taken for dead may have kept its runs meanwhile.
            if row.runs == before and row.state is WhatIfState.WORKING:
                row = await what_ifs.advance(session, row.id, runs, tally.model_dump(mode="json"))
            return _progress(row)

    @activity.defn
    async def finish_what_if(self, ref: WhatIfRef) -> WhatIfProgress:
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            return _progress(await what_ifs.end(session, ref.what_if_id, WhatIfState.DONE))

    @activity.defn
    async def end_what_if(self, ended: WhatIfEnded) -> WhatIfProgress:
        state = WhatIfState.CANCELLED if ended.cancelled else WhatIfState.FAILED
        async with self.database.workspace_transaction(ended.workspace_id) as session:
            return _progress(await what_ifs.end(session, ended.what_if_id, state, ended.words))


def _progress(row: WhatIf) -> WhatIfProgress:
    in_all = row.runs_in_all or 0
    more = row.state is WhatIfState.WORKING and row.runs < in_all
    return WhatIfProgress(state=row.state, runs=row.runs, runs_in_all=in_all, more=more)


def _add(run_id: UUID, blob: RunBlob, candidate: Callable[[RunBlob], Decision], tally: Tally) -> None:
    """A candidate that breaks off at an hour says so in the result: finding that out is what a what-if is for."""
    try:
        decision = candidate(blob)
        refused = _refused(blob.problem, decision)
        what_if.add(
            tally,
            Compared(run_id, blob.problem, blob.decision, decision, _refused(blob.problem, blob.decision), refused),
        )
    except Exception as error:  # any error of an engine that is being tried out
        log.exception("a candidate broke off", run_id=str(run_id))
        tally.failed += 1
        tally.failure = tally.failure or f"{type(error).__name__}: {error}"


def _refused(problem: Problem, decision: Decision) -> frozenset[UUID]:
    """Campaigns of which the guard would let nothing happen; what was approved then is at least what was given out."""
    asked = Asked(problem, {}, {pool.campaign_id: pool.pool_minor for pool in problem.pools})
    return frozenset(
        pool.campaign_id
        for pool, answer in zip(problem.pools, decision.pools, strict=True)
        if answer.moves and broken_limits(asked, pool, answer)
    )
