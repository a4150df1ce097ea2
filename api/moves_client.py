"""A person's wishes that end in moves: an undo, an approved suggestion, a difference set back. Each is started once."""

import asyncio
import hashlib
from uuid import UUID

import rfc8785
import structlog
from temporalio.client import (
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
)
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from api import temporal_calls
from api.optimizer_words import result_words
from api.problems import ApiError, ProblemType, not_found
from api.schemas.optimizer import MoveRequestView
from api.services import Services
from api.temporal_calls import reaching_temporal
from models.contracts.optimizing import MoveRequest, MoveResult
from records.access import Caller
from workflows import policies
from workflows.ids import moves_workflow_id

WORKFLOW = "MoveWorkflow"
# Longer than a handful of writes takes, shorter than what a browser or proxy waits.
RESULT_WITHIN_S = 20.0
WORKING = "Greenlight is at it; Meta has not answered everything yet. Look again in a moment."
BROKEN = "It did not get to its end. What was done so far stands in the campaign's log; look there before trying again."

log = structlog.get_logger()
Handle = WorkflowHandle[object, MoveResult]


async def carry_out(services: Services, wish: MoveRequest) -> MoveRequestView:
    """Start it, unless it was started before, and wait a while for what becomes of it.

    Idempotency: `wish.request_id`. It goes on when the caller stops waiting.

    Raises:
        ApiError: idempotency_conflict where the id stands for another wish; unavailable while Temporal is away.
    """
    hashed = _hash(wish)
    with reaching_temporal():
        handle = await _started(services, wish, hashed)
        described = await handle.describe(rpc_timeout=temporal_calls.ANSWER_WITHIN)
    if await described.memo_value("request_hash", "") != hashed:
        raise ApiError(
            ProblemType.IDEMPOTENCY_CONFLICT,
            "This Idempotency-Key was used for something else. Use a new key for another request.",
        )
    return await _outcome(handle, wish.request_id, RESULT_WITHIN_S)


async def look(services: Services, caller: Caller, request_id: UUID) -> MoveRequestView:
    """How far a wish is, without waiting."""
    handle: Handle = services.temporal.get_workflow_handle(moves_workflow_id(request_id), result_type=MoveResult)
    try:
        with reaching_temporal():
            described = await handle.describe(rpc_timeout=temporal_calls.ANSWER_WITHIN)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise not_found("request") from error
        raise
    if await described.memo_value("workspace_id", "") != str(caller.workspace_id):
        raise not_found("request")
    if _is_open(described):
        return MoveRequestView(id=request_id, state="working", words=WORKING)
    return await _outcome(handle, request_id, RESULT_WITHIN_S)


async def is_started(services: Services, request_id: UUID) -> bool:
    handle = services.temporal.get_workflow_handle(moves_workflow_id(request_id))
    try:
        with reaching_temporal():
            await handle.describe(rpc_timeout=temporal_calls.ANSWER_WITHIN)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True


async def _started(services: Services, wish: MoveRequest, hashed: str) -> Handle:
    workflow_id = moves_workflow_id(wish.request_id)
    try:
        return await services.temporal.start_workflow(
            WORKFLOW,
            wish,
            id=workflow_id,
            task_queue=policies.QUEUE_CAMPAIGNS,
            result_type=MoveResult,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            # A closed run stays the answer to its id: a second one would move the money twice.
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            memo={"workspace_id": str(wish.workspace_id), "request_hash": hashed},
            static_summary=wish.kind,
            priority=Priority(priority_key=policies.INTERACTIVE.priority_key, fairness_key=str(wish.workspace_id)),
            rpc_timeout=temporal_calls.ANSWER_WITHIN,
        )
    except WorkflowAlreadyStartedError:
        return services.temporal.get_workflow_handle(workflow_id, result_type=MoveResult)


async def _outcome(handle: Handle, request_id: UUID, within_s: float) -> MoveRequestView:
    try:
        async with asyncio.timeout(within_s):
            result = await handle.result()
    except TimeoutError:
        return MoveRequestView(id=request_id, state="working", words=WORKING)
    except WorkflowFailureError as error:
        log.error("move_request_failed", request_id=str(request_id), error=repr(error.cause))
        return MoveRequestView(id=request_id, state="failed", words=BROKEN)
    return MoveRequestView(id=request_id, state="done", words=result_words(result), result=result)


def _is_open(described: WorkflowExecutionDescription) -> bool:
    return described.status is WorkflowExecutionStatus.RUNNING


def _hash(wish: MoveRequest) -> str:
    """Of what is wished for: two people who wish the same at once are one wish."""
    return hashlib.sha256(rfc8785.dumps(wish.model_dump(mode="json", exclude={"actor"}))).hexdigest()
