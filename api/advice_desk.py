"""Asking a language model for advice, for both doors: whether it may be asked, once a day, and what came of it."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError

from api import auditing, temporal_calls
from api.problems import ApiError, ProblemType, not_found
from api.schemas.advice import AdviceView
from api.services import Services
from api.temporal_calls import reaching_temporal
from models.contracts.advising import AdviceGiven, AskAdvice
from models.domain.states import CampaignStatus
from models.tables.campaign import Campaign
from models.tables.identity import Workspace
from records import advice
from records.access import Caller
from workflows import ids, policies
from workflows.visibility import WORKSPACE_ID

WORKFLOW = "AdviceWorkflow"
# Longer than most models take, shorter than what a browser or proxy waits.
ANSWER_WITHIN_S = 20.0
DONE = "It is among the suggestions. Nothing is moved unless somebody approves it."
TODAY = "It was asked today already, and is asked once a day. What it said is among the suggestions."
WORKING = "The language model is still at it. What it says appears among the suggestions."
OFF = "Advice of a language model is switched off. Owners and managers switch it on in the workspace's settings."


async def is_on(services: Services, caller: Caller) -> bool:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return advice.is_on(await session.get_one(Workspace, caller.workspace_id))


async def switch(services: Services, caller: Caller, *, on: bool) -> None:
    entry = auditing.entry(caller, "set_language_model_advice", ("workspace", caller.workspace_id), after={"on": on})
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        await advice.switch(session, on, entry)


async def ask(services: Services, caller: Caller, campaign_id: UUID) -> AdviceView:
    """Ask, unless it was asked today, and wait a while for what it says.

    Raises:
        ApiError: not_allowed where it is switched off or nothing runs; unavailable while Temporal is away.
    """
    day = datetime.now(UTC).date().isoformat()
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        workspace = await session.get_one(Workspace, caller.workspace_id)
        campaign = await session.get(Campaign, campaign_id)
        there = await advice.of_day(session, campaign_id, day)
    if campaign is None:
        raise not_found("campaign")
    if not advice.is_on(workspace):
        raise ApiError(ProblemType.NOT_ALLOWED, OFF, members={"state": campaign.status.value})
    if campaign.status is not CampaignStatus.LIVE:
        words = f"The campaign is {campaign.status.value}; only a live one has figures to advise on."
        raise ApiError(ProblemType.NOT_ALLOWED, words, members={"state": campaign.status.value})
    if there is not None:
        return AdviceView(state="done", suggestion_id=there.id, words=TODAY)
    wish = AskAdvice(workspace_id=caller.workspace_id, campaign_id=campaign_id, user_id=caller.user_id, day=day)
    return await _answer(await _started(services, wish))


async def _started(services: Services, wish: AskAdvice) -> WorkflowHandle[object, AdviceGiven]:
    with reaching_temporal():
        return await services.temporal.start_workflow(
            WORKFLOW,
            wish,
            id=ids.advice_workflow_id(wish.campaign_id),
            task_queue=policies.QUEUE_CAMPAIGNS,
            result_type=AdviceGiven,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary="Ask a language model for advice",
            search_attributes=TypedSearchAttributes([SearchAttributePair(WORKSPACE_ID, str(wish.workspace_id))]),
            priority=policies.of_workspace(policies.INTERACTIVE, wish.workspace_id),
            rpc_timeout=temporal_calls.ANSWER_WITHIN,
        )


async def _answer(handle: WorkflowHandle[object, AdviceGiven]) -> AdviceView:
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            given = await handle.result()
    except TimeoutError:
        return AdviceView(state="working", words=WORKING)
    except WorkflowFailureError as error:
        cause = error.cause
        said = cause.message if isinstance(cause, ApplicationError) else "It did not get to its end."
        return AdviceView(state="failed", words=f"{said} Nothing was changed; ask again whenever you like.")
    return AdviceView(state="done", suggestion_id=given.suggestion_id, words=DONE)
