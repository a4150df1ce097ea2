"""Hourly runs as people ask for them: made when an account is connected, taken away with it, started now."""

from collections.abc import Awaitable
from dataclasses import dataclass
from uuid import UUID

import structlog
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from api import temporal_calls
from api.problems import ApiError, ProblemType
from api.services import Services
from api.temporal_calls import reaching_temporal
from models.contracts.optimizing import OptimizeAccount
from models.domain.states import AdAccountState
from models.tables.ad_account import AdAccount
from workflows import ids, policies, schedules
from workflows.visibility import WORKSPACE_ID

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Triggered:
    """`started` is False where a run of the account is under way already; `run_id` is that of the one that runs.

    Its record has the same id, as soon as a worker has taken it up.
    """

    run_id: UUID
    started: bool


async def trigger(services: Services, account: AdAccount) -> Triggered:
    """Starts a run of the account now, besides those of its schedule.

    Raises:
        ApiError: the account is disconnected, or Temporal cannot be reached.
        RPCError: Temporal does not answer in time; nothing was started as far as anybody knows.
    """
    if account.state is AdAccountState.DISCONNECTED:
        raise ApiError(ProblemType.NOT_ALLOWED, f"{account.name} is disconnected; connect it again first.")
    with reaching_temporal():
        if running := await schedules.running_now(services.temporal, account.id):
            return Triggered(UUID(running.first_execution_run_id), started=False)
        return await _start(services, account)


async def _start(services: Services, account: AdAccount) -> Triggered:
    workflow_id = ids.optimize_now_workflow_id(account.id)
    try:
        handle = await services.temporal.start_workflow(
            schedules.RUN,
            OptimizeAccount(workspace_id=account.workspace_id, ad_account_id=account.id),
            id=workflow_id,
            task_queue=policies.QUEUE_CAMPAIGNS,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            static_summary="Measure, decide and move now",
            search_attributes=TypedSearchAttributes([SearchAttributePair(WORKSPACE_ID, str(account.workspace_id))]),
            priority=policies.of_workspace(policies.INTERACTIVE, account.workspace_id),
            rpc_timeout=temporal_calls.ANSWER_WITHIN,
        )
    except WorkflowAlreadyStartedError as error:
        return Triggered(UUID(error.run_id), started=False)
    return Triggered(UUID(handle.first_execution_run_id), started=True)


async def schedule(services: Services, account: AdAccount) -> None:
    """Once the account is connected. Without Temporal the upkeep does it within the hour."""
    await _or_later(schedules.ensure_account_schedule(services.temporal, account.workspace_id, account.id), account.id)


async def unschedule(services: Services, account: AdAccount) -> None:
    """Once the account is disconnected. Without Temporal the upkeep does it within the hour."""
    await _or_later(schedules.remove_account_schedule(services.temporal, account.id), account.id)


async def _or_later(call: Awaitable[None], ad_account_id: UUID) -> None:
    try:
        with reaching_temporal():
            await call
    except (ApiError, RPCError) as error:
        log.warning("left to the upkeep: schedule of an ad account", ad_account_id=str(ad_account_id), error=str(error))
