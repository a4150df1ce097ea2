"""Stopping and releasing. The row and the closed gate come first; what pauses on the platform follows."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4, uuid5

import structlog
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError

from api.deps import actor_of
from api.problems import ApiError, ProblemType, not_found
from api.schemas.stops import StopBody
from api.security import require_editor, require_stopper
from api.services import Services
from api.stop_words import NO_WORKER
from api.temporal_calls import reaching_temporal
from models.contracts.optimizing import StopRef
from models.tables.stop import StopOrder
from records import stops
from records.access import Caller
from records.stops import StopRefused, StopWish, UnknownStop
from workflows import policies
from workflows.ids import stop_workflow_id

WORKFLOW = "StopWorkflow"
# Whoever stops wants to know that it holds; Temporal is told within this or later.
TOLD_WITHIN = timedelta(seconds=5)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ordered:
    """`notice` says what is still to come by itself; empty where everything is under way."""

    order: StopOrder
    notice: str


async def order(services: Services, caller: Caller, body: StopBody, key: str | None) -> Ordered:
    """Once this returns nothing new is sent for what the stop covers, whether or not Temporal could be told.

    Idempotency: `key` in the workspace.

    Raises:
        ApiError: no such campaign or account, or nothing there can run.
    """
    wish = StopWish(
        workspace_id=caller.workspace_id,
        command_id=str(uuid5(caller.workspace_id, f"stop:{key}") if key else uuid4()),
        actor=actor_of(caller),
        scope=body.scope,
        campaign_id=body.campaign_id,
        ad_account_id=body.ad_account_id,
        reason=body.reason,
    )
    require_stopper(caller)
    try:
        async with services.database.workspace_transaction(caller.workspace_id) as session:
            row = await stops.order(session, wish)
    except UnknownStop as error:
        raise not_found("ad account" if body.ad_account_id else "campaign") from error
    except StopRefused as error:
        raise ApiError(ProblemType.NOT_ALLOWED, str(error)) from error
    return Ordered(row, "" if await _begin(services, row) else NO_WORKER)


async def release(services: Services, caller: Caller, stop_id: UUID, key: str | None) -> StopOrder:
    """Open the gate again; nothing starts by this.

    Idempotency: `key` for this stop.

    Raises:
        ApiError: no such stop, it was released already, or another one covers it too.
    """
    require_editor(caller)
    command_id = str(uuid5(stop_id, f"release:{key}") if key else uuid4())
    try:
        async with services.database.workspace_transaction(caller.workspace_id) as session:
            return await stops.release(session, stop_id, actor_of(caller), command_id)
    except UnknownStop as error:
        raise not_found("stop") from error
    except StopRefused as error:
        raise ApiError(ProblemType.NOT_ALLOWED, str(error)) from error


async def _begin(services: Services, row: StopOrder) -> bool:
    """False where Temporal cannot be told now; the hourly upkeep then begins it."""
    try:
        with reaching_temporal():
            await services.temporal.start_workflow(
                WORKFLOW,
                StopRef(workspace_id=row.workspace_id, stop_id=row.id),
                id=stop_workflow_id(row.id),
                task_queue=policies.QUEUE_CAMPAIGNS,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                # A stop that was finished is swept anew when somebody presses the button again.
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                static_summary=f"stop {row.scope.value}",
                priority=policies.of_workspace(policies.AT_ONCE, row.workspace_id),
                rpc_timeout=TOLD_WITHIN,
            )
    except (RPCError, ApiError) as error:
        log.warning("stop_not_begun", stop_id=str(row.id), error=repr(error))
        return False
    return True
