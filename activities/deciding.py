"""Decides about every campaign of an ad account: loads, stores what it rests on, decides, guards, records.

Nothing is written to a platform here. What may be applied at once is left as move sets for the pages that follow.
"""

from dataclasses import dataclass

import structlog
from anyio import to_thread
from temporalio import activity

from activities import problems
from activities.decisions import settle
from activities.errors import as_application_error
from activities.heartbeats import heartbeating
from activities.problems import Asked
from activities.run_blobs import RunBlob, store_blob
from models.contracts.optimizing import Decided, RunRef
from optimizer.engines import DEFAULT_ENGINE, decide
from optimizer.problem import Decision
from providers.errors import ProviderError
from providers.storage.protocol import ObjectStore
from records.database import Database
from records.optimizing import decided
from records.optimizing.decided import RunDecisions

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Deciding:
    database: Database
    store: ObjectStore

    @activity.defn
    async def decide(self, run: RunRef) -> Decided:
        """Stores for each campaign a move set, a suggestion beside it where people are asked, or why nothing happens.

        Idempotency: by the run. A repeat answers with what was stored first.

        Raises:
            ApplicationError: the object store cannot be reached, which is tried again.
        """
        async with heartbeating():
            async with self.database.workspace_transaction(run.workspace_id) as session:
                before = await decided.of_run(session, run)
                if before is not None:
                    return before
                try:
                    asked = await problems.load(session, run, DEFAULT_ENGINE)
                except ProviderError as error:
                    raise as_application_error(error) from error
            decision = await to_thread.run_sync(decide, asked.problem)
            return await self._record(run, asked, decision)

    async def _record(self, run: RunRef, asked: Asked, decision: Decision) -> Decided:
        try:
            sha256 = await store_blob(self.store, run.workspace_id, RunBlob(problem=asked.problem, decision=decision))
        except ProviderError as error:
            raise as_application_error(error) from error
        settled = settle(run, asked, decision)
        for campaign_id, words in settled.broken.items():
            log.error("the engine's answer breaks a limit", campaign=str(campaign_id), why=words, inputs=sha256)
        decisions = RunDecisions(asked.problem.engine, sha256, asked.problem.now, settled.moves, settled.proposals)
        async with self.database.workspace_transaction(run.workspace_id) as session:
            return await decided.store(session, run, decisions)
