"""Decides about every campaign of an ad account: loads, stores what it rests on, decides, guards, records.

Nothing is written to a platform here. What may be applied at once is left as move sets for the pages that follow.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from anyio import to_thread
from temporalio import activity

from activities import problems, run_blobs
from activities.decisions import settle
from activities.engine_choice import engine_in
from activities.errors import as_application_error
from activities.heartbeats import heartbeating
from activities.problems import Asked
from activities.run_blobs import RunBlob, store_blob
from models.contracts.optimizing import Decided, RunRef
from models.domain.rules import ActionKind, Evaluation
from models.domain.states import MoveState
from models.tables.identity import Workspace
from providers.errors import ProviderError
from providers.storage.protocol import ObjectStore
from records.database import Database
from records.optimizing import decided
from records.optimizing.decided import RunDecisions
from records.optimizing.moves import NewMoves
from records.rules import looks

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
                    workspace = await session.get_one(Workspace, run.workspace_id)
                    asked = await problems.load(session, run, engine_in(workspace))
                except ProviderError as error:
                    raise as_application_error(error) from error
                campaigns = [pool.campaign_id for pool in asked.problem.pools]
                rules = await looks.in_force(session, campaigns, asked.problem.now)
            decision, evaluations = await to_thread.run_sync(run_blobs.decided, asked.problem, rules)
            return await self._record(
                run, asked, RunBlob(problem=asked.problem, decision=decision, rules=rules), evaluations
            )

    async def _record(self, run: RunRef, asked: Asked, blob: RunBlob, evaluations: Sequence[Evaluation]) -> Decided:
        try:
            sha256 = await store_blob(self.store, run.workspace_id, blob)
        except ProviderError as error:
            raise as_application_error(error) from error
        settled = settle(run, asked, blob.decision)
        for campaign_id, words in settled.broken.items():
            log.error("the engine's answer breaks a limit", campaign=str(campaign_id), why=words, inputs=sha256)
        decisions = RunDecisions(
            asked.problem.engine,
            sha256,
            asked.problem.now,
            settled.moves,
            settled.proposals,
            as_carried_out(evaluations, settled.moves),
        )
        async with self.database.workspace_transaction(run.workspace_id) as session:
            return await decided.store(session, run, decisions)


def as_carried_out(evaluations: Sequence[Evaluation], moves: Sequence[NewMoves]) -> list[Evaluation]:
    """Where nothing is moved, because the optimizer is off or a limit broken, no rule acted; people are told anyway."""
    reasons = {new.campaign_id: new.reason for new in moves if new.state is MoveState.NO_ACTION}
    return [
        evaluation
        if evaluation.action is ActionKind.NOTIFY or evaluation.campaign_id not in reasons or not evaluation.acted
        else evaluation.model_copy(
            update={
                "looks": [
                    look.model_copy(update={"acted": False, "outcome": f"not done: {reasons[evaluation.campaign_id]}"})
                    if look.acted
                    else look
                    for look in evaluation.looks
                ]
            }
        )
        for evaluation in evaluations
    ]
