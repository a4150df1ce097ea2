"""Campaigns over Temporal: started once per Idempotency-Key, commanded by updates."""

import asyncio
import hashlib
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

import rfc8785
from pydantic import BaseModel
from temporalio.client import (
    WithStartWorkflowOperation,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    Priority,
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from api import temporal_calls
from api.deps import actor_of
from api.problems import ApiError, FieldProblem, ProblemType, not_found, wrong_fields
from api.references import check_references
from api.schemas.campaigns import CreateCampaignBody
from api.services import Services
from api.temporal_calls import answered, reaching_temporal
from models.contracts.campaign import CampaignAnswer, CampaignSnapshot, CampaignState, CreateCampaign
from models.contracts.commands import AnyCommand, CommandRequest
from models.domain.brief import Brief, Flight
from models.tables.campaign import Campaign
from records import audit, command_inputs
from records.access import Caller
from workflows import policies
from workflows.ids import campaign_workflow_id

WORKFLOW = "CampaignWorkflow"
SETTLED_WITHIN_S = 0.05
WORKSPACE_ID = SearchAttributeKey.for_keyword("WorkspaceId")


@dataclass(frozen=True, slots=True)
class Started:
    """`recorded` is False where no worker has answered yet; the run is durable all the same."""

    campaign_id: UUID
    recorded: bool


def campaign_id_for(workspace_id: UUID, key: str) -> UUID:
    return uuid5(workspace_id, key)


def request_hash(body: BaseModel) -> str:
    return hashlib.sha256(rfc8785.dumps(body.model_dump(mode="json"))).hexdigest()


async def visible_campaign(services: Services, caller: Caller, campaign_id: UUID) -> Campaign | None:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return await session.get(Campaign, campaign_id)


async def create(services: Services, caller: Caller, body: CreateCampaignBody, key: str) -> Started:
    """Create once, however often it is asked for with one key, also months later.

    Raises:
        ApiError: the key was used with another body, or its first request was refused.
    """
    campaign_id = campaign_id_for(caller.workspace_id, key)
    hashed = request_hash(body)
    row = await visible_campaign(services, caller, campaign_id)
    if row is not None:
        _same_request(row.request_hash, hashed)
        return Started(campaign_id, recorded=True)
    _refuse_past(body.brief.flight)
    input_id = await store_input(services, caller, body)
    wanted = CreateCampaign(
        workspace_id=caller.workspace_id,
        campaign_id=campaign_id,
        input_id=input_id,
        request_hash=hashed,
        create_key=key,
        title=body.brief.name,
        actor=actor_of(caller),
    )
    try:
        answer = await _start(services, wanted)
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        # The run exists although nobody has answered; it is recorded as soon as a worker is back.
        return Started(campaign_id, recorded=False)
    except WorkflowAlreadyStartedError as error:
        raise ApiError(
            ProblemType.IDEMPOTENCY_CONFLICT,
            "The first request with this key was refused. Correct it and send it with a new Idempotency-Key.",
        ) from error
    _same_request(answer.request_hash, hashed)
    return Started(campaign_id, recorded=True)


def _refuse_past(flight: Flight) -> None:
    """Only when creating: a campaign whose approval took long may well be edited after its planned start."""
    if flight.start is not None and flight.start <= datetime.now(UTC):
        field = FieldProblem(pointer="/brief/flight/start", message="It has passed. Choose a later one.")
        words = "The start lies in the past; choose a later one, or leave it out to start as soon as possible."
        raise wrong_fields(words, [field])


async def _start(services: Services, wanted: CreateCampaign) -> CampaignAnswer:
    operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        WORKFLOW,
        CampaignState(created=wanted),
        id=campaign_workflow_id(wanted.campaign_id),
        task_queue=policies.QUEUE_CAMPAIGNS,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        # Closed runs stay the answer to their key: a second run would be a second campaign.
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        memo={"workspace_id": str(wanted.workspace_id), "request_hash": wanted.request_hash},
        search_attributes=TypedSearchAttributes([SearchAttributePair(WORKSPACE_ID, str(wanted.workspace_id))]),
        static_summary=wanted.title,
        priority=Priority(priority_key=policies.INTERACTIVE.priority_key, fairness_key=str(wanted.workspace_id)),
    )
    started: Awaitable[CampaignAnswer] = services.temporal.execute_update_with_start_workflow(
        "create",
        wanted,
        start_workflow_operation=operation,
        id=wanted.create_key,
        result_type=CampaignAnswer,
        rpc_timeout=temporal_calls.ANSWER_WITHIN,
    )
    try:
        return await answered(started)
    except Exception:
        # The client keeps most failures in the handle as well, and asyncio complains when nobody looks at them there.
        # A handle that was never settled would be awaited for ever.
        with suppress(Exception, asyncio.CancelledError):
            await asyncio.wait_for(operation.workflow_handle(), SETTLED_WITHIN_S)
        raise


def _same_request(recorded: str, hashed: str) -> None:
    if recorded != hashed:
        raise ApiError(
            ProblemType.IDEMPOTENCY_CONFLICT,
            "This Idempotency-Key was used with another body. Use a new key for another campaign.",
        )


async def is_being_recorded(services: Services, caller: Caller, campaign_id: UUID) -> bool:
    """Whether a run of this workspace exists whose campaign is not readable yet."""
    handle = services.temporal.get_workflow_handle(campaign_workflow_id(campaign_id))
    try:
        with reaching_temporal():
            description = await handle.describe(rpc_timeout=temporal_calls.ANSWER_WITHIN)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return description.close_time is None and await description.memo_value("workspace_id", "") == str(
        caller.workspace_id
    )


async def send(
    services: Services,
    caller: Caller,
    campaign_id: UUID,
    command: AnyCommand,
    *,
    key: str | None = None,
    expected_version: int | None = None,
) -> CampaignAnswer:
    """Send one command and wait for its outcome.

    Idempotency: `key` within the campaign and kind of command. Without one, a repeat is a second command.

    Raises:
        ApiError: not a campaign of this workspace.
        WorkflowUpdateFailedError: the campaign refused it; nothing was changed.
    """
    command_id = str(uuid5(campaign_id, f"{command.name}:{key}") if key else uuid4())
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        if await session.get(Campaign, campaign_id) is None:
            raise not_found("campaign")
        done = await audit.find(session, caller.workspace_id, command_id)
    if done is not None and (done.after or {}).get("command") != command.model_dump(mode="json"):
        raise ApiError(
            ProblemType.IDEMPOTENCY_CONFLICT,
            "This Idempotency-Key was used with another body. Use a new key for another command.",
        )
    request = CommandRequest(
        command_id=command_id,
        actor=actor_of(caller),
        command=command,
        expected_version=expected_version,
    )
    handle = services.temporal.get_workflow_handle(campaign_workflow_id(campaign_id))
    sent: Awaitable[CampaignAnswer] = handle.execute_update(
        "command",
        request,
        id=request.command_id,
        result_type=CampaignAnswer,
        rpc_timeout=temporal_calls.ANSWER_WITHIN,
    )
    return await answered(sent)


async def progress(services: Services, caller: Caller, campaign_id: UUID) -> CampaignSnapshot:
    """Asked of the workflow itself, not of the record."""
    if await visible_campaign(services, caller, campaign_id) is None:
        raise not_found("campaign")
    handle = services.temporal.get_workflow_handle(campaign_workflow_id(campaign_id))
    with reaching_temporal():
        snapshot: CampaignSnapshot | None = await handle.query(
            "progress", result_type=CampaignSnapshot, rpc_timeout=temporal_calls.ANSWER_WITHIN
        )
    if snapshot is None:
        raise ApiError(
            ProblemType.UNAVAILABLE, "The campaign is just being recorded. Try again.", headers={"Retry-After": "1"}
        )
    return snapshot


async def store_input(services: Services, caller: Caller, body: BaseModel) -> UUID:
    """Bodies are stored first, so that long texts never travel through Temporal. What a brief names must exist."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        if isinstance(body, CreateCampaignBody):
            await check_references(session, body.brief)
        elif isinstance(body, Brief):
            await check_references(session, body)
        return await command_inputs.store_input(
            session, caller.workspace_id, body.model_dump(mode="json"), caller.user_id
        )
