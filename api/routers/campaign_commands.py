"""Approvals and the running of a campaign. A command that the state does not allow is answered with what is allowed."""

from uuid import UUID

from fastapi import APIRouter, status

from api.commanding import CommandDep, CreateDep, DecideDep
from api.responses import problems
from api.schemas.campaigns import CommandAnswer
from api.schemas.commands import (
    ApproveAllBody,
    ChangeSetDecisionBody,
    DecisionBody,
    SubmitBody,
    WithdrawBody,
)
from models.contracts import commands as c
from models.domain.change_sets import ChangeSet

router = APIRouter(prefix="/campaigns/{campaign_id}", responses=problems(400, 401, 403, 404, 409, 412, 422, 503, 504))


@router.post("/submit", operation_id="submit_for_approval", tags=["approvals"])
async def submit_for_approval(campaign_id: UUID, body: SubmitBody, commands: CommandDep) -> CommandAnswer:
    """Turn drafts into submitted versions and ask for approval. Voids what changed, and nothing else."""
    return await commands.send(campaign_id, c.Submit(scopes=list(body.scopes)))


@router.post("/decisions", operation_id="decide", tags=["approvals"])
async def decide(campaign_id: UUID, body: DecisionBody, commands: DecideDep) -> CommandAnswer:
    """Approve, ask for changes, exclude or include. What changed since it was seen answers 409 with the difference."""
    return await commands.send(campaign_id, c.Decide(**dict(body)))


@router.post("/approve-all", operation_id="approve_all", tags=["approvals"])
async def approve_all(campaign_id: UUID, body: ApproveAllBody, commands: DecideDep) -> CommandAnswer:
    """Approve everything that waits for the caller, exactly as seen: one recorded decision each."""
    return await commands.send(campaign_id, c.ApproveAll(seen=body.seen))


@router.post("/withdraw", operation_id="withdraw_approval", tags=["approvals"])
async def withdraw_approval(campaign_id: UUID, body: WithdrawBody, commands: DecideDep) -> CommandAnswer:
    """Take an approval back, with the reason."""
    return await commands.send(campaign_id, c.Withdraw(**dict(body)))


@router.post("/publish", operation_id="publish_campaign", tags=["running"])
async def publish_campaign(campaign_id: UUID, commands: CommandDep) -> CommandAnswer:
    """Create the approved ads on the platform, paused, and activate them last. Needs all four approvals."""
    return await commands.send(campaign_id, c.Publish())


@router.post("/cancel-publish", operation_id="cancel_publish", tags=["running"])
async def cancel_publish(campaign_id: UUID, commands: CommandDep) -> CommandAnswer:
    """Stop a publish that has not gone live and take back what it created."""
    return await commands.send(campaign_id, c.CancelPublish())


@router.post("/pause", operation_id="pause_campaign", tags=["running"])
async def pause_campaign(campaign_id: UUID, commands: CommandDep) -> CommandAnswer:
    """Stop spending until resumed."""
    return await commands.send(campaign_id, c.Pause())


@router.post("/resume", operation_id="resume_campaign", tags=["running"])
async def resume_campaign(campaign_id: UUID, commands: CommandDep) -> CommandAnswer:
    """Let a paused campaign spend again."""
    return await commands.send(campaign_id, c.Resume())


@router.post("/end", operation_id="end_campaign", tags=["running"])
async def end_campaign(campaign_id: UUID, commands: CommandDep) -> CommandAnswer:
    """End a published campaign for good."""
    return await commands.send(campaign_id, c.End())


@router.post("/cancel", operation_id="cancel_campaign", tags=["running"])
async def cancel_campaign(campaign_id: UUID, commands: CommandDep) -> CommandAnswer:
    """Give up a campaign that was not published."""
    return await commands.send(campaign_id, c.Cancel())


@router.post("/retry", operation_id="retry_step", tags=["running"])
async def retry_step(campaign_id: UUID, commands: CommandDep) -> CommandAnswer:
    """Try the step again that stopped with a problem."""
    return await commands.send(campaign_id, c.Retry())


@router.post(
    "/change-sets",
    operation_id="open_change_set",
    tags=["changes"],
    status_code=status.HTTP_201_CREATED,
)
async def open_change_set(campaign_id: UUID, body: ChangeSet, commands: CreateDep) -> CommandAnswer:
    """Propose a change of a live campaign: budgets, dates, status. Nothing is sent before it is approved."""
    return await commands.send(campaign_id, c.OpenChangeSet(input_id=await commands.store(body)))


@router.post("/change-sets/{number}/decision", operation_id="decide_change_set", tags=["changes"])
async def decide_change_set(
    campaign_id: UUID, number: int, body: ChangeSetDecisionBody, commands: DecideDep
) -> CommandAnswer:
    """Approve a change, which applies it, or send it back."""
    return await commands.send(campaign_id, c.DecideChangeSet(number=number, **dict(body)))


@router.delete("/change-sets/{number}", operation_id="discard_change_set", tags=["changes"])
async def discard_change_set(campaign_id: UUID, number: int, commands: CommandDep) -> CommandAnswer:
    """Drop a change that was not applied."""
    return await commands.send(campaign_id, c.DiscardChangeSet(number=number))
