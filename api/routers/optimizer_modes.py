"""What the optimizer may do by itself, in the workspace and in each campaign."""

from uuid import UUID

from fastapi import APIRouter

from api import optimizer_modes
from api.commanding import CommandDep
from api.deps import CallerDep, EditorDep, ServicesDep
from api.responses import problems
from api.schemas.campaigns import CommandAnswer
from api.schemas.optimizer import (
    CampaignGoalBody,
    CampaignOptimizerBody,
    CampaignOptimizerView,
    WorkspaceOptimizerBody,
    WorkspaceOptimizerView,
)
from api.visibility import require_team
from models.contracts.commands import SetOptimizerGoal, SetOptimizerMode

router = APIRouter(tags=["optimizer"])


@router.get("/workspace/optimizer", operation_id="get_workspace_optimizer", responses=problems(401))
async def get_workspace_optimizer(services: ServicesDep, caller: CallerDep) -> WorkspaceOptimizerView:
    """What the optimizer may do where a campaign does not say otherwise."""
    return WorkspaceOptimizerView(mode=await optimizer_modes.workspace_mode(services, caller))


@router.put("/workspace/optimizer", operation_id="set_workspace_optimizer", responses=problems(401, 403, 422))
async def set_workspace_optimizer(
    body: WorkspaceOptimizerBody, services: ServicesDep, caller: EditorDep
) -> WorkspaceOptimizerView:
    """No campaign goes beyond it, nor beyond what its approved schedule allows."""
    await optimizer_modes.set_workspace_mode(services, caller, body.mode)
    return WorkspaceOptimizerView(mode=body.mode)


@router.get(
    "/campaigns/{campaign_id}/optimizer", operation_id="get_campaign_optimizer", responses=problems(401, 403, 404)
)
async def get_campaign_optimizer(campaign_id: UUID, services: ServicesDep, caller: CallerDep) -> CampaignOptimizerView:
    """What the optimizer may do here, and which of workspace, campaign and approved schedule holds it back."""
    require_team(caller)
    return await optimizer_modes.campaign_modes(services, caller, campaign_id)


@router.put(
    "/campaigns/{campaign_id}/optimizer",
    operation_id="set_campaign_optimizer",
    responses=problems(400, 401, 403, 404, 409, 412, 422, 503, 504),
)
async def set_campaign_optimizer(campaign_id: UUID, body: CampaignOptimizerBody, commands: CommandDep) -> CommandAnswer:
    """Let the optimizer do more or less in this campaign, never more than the approved schedule allows."""
    return await commands.send(campaign_id, SetOptimizerMode(mode=body.mode))


@router.put(
    "/campaigns/{campaign_id}/optimizer/goal",
    operation_id="set_campaign_optimizer_goal",
    responses=problems(400, 401, 403, 404, 409, 412, 422, 503, 504),
)
async def set_campaign_goal(campaign_id: UUID, body: CampaignGoalBody, commands: CommandDep) -> CommandAnswer:
    """Let the campaign's money bring as many results as it can, or as much of their value."""
    return await commands.send(campaign_id, SetOptimizerGoal(goal=body.goal))
