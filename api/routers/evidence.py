"""Whether the optimizer earns its keep, the campaigns that it leaves alone to find out, and which engine decides."""

from uuid import UUID

from fastapi import APIRouter

from api import engine_desk, evidence_desk
from api.commanding import CommandDep
from api.deps import CallerDep, EditorDep, ServicesDep
from api.responses import problems
from api.schemas.campaigns import CommandAnswer
from api.schemas.evidence import (
    CampaignHoldoutBody,
    EngineBody,
    EngineView,
    EvidenceView,
    HoldoutBody,
    HoldoutView,
)
from api.visibility import require_team
from models.contracts.commands import HoldOut

router = APIRouter(tags=["evidence"])


@router.get("/evidence", operation_id="get_evidence", responses=problems(401, 403))
async def get_evidence(services: ServicesDep, caller: CallerDep) -> EvidenceView:
    """The optimizer's effect against campaigns left alone, verdicts on its moves, and what an equal split would do."""
    require_team(caller)
    return await evidence_desk.evidence(services, caller)


@router.put("/workspace/holdout", operation_id="set_workspace_holdout", responses=problems(401, 403, 422))
async def set_workspace_holdout(body: HoldoutBody, services: ServicesDep, caller: EditorDep) -> HoldoutView:
    """The share of campaigns that are left alone, drawn by lot as they go live. 0 holds out none."""
    return await evidence_desk.set_holdout(services, caller, body.share_bp)


@router.put(
    "/campaigns/{campaign_id}/holdout",
    operation_id="hold_out_campaign",
    responses=problems(400, 401, 403, 404, 409, 412, 422, 503, 504),
)
async def hold_out_campaign(campaign_id: UUID, body: CampaignHoldoutBody, commands: CommandDep) -> CommandAnswer:
    """Leave one campaign alone, or let it be optimized again. It no longer counts in the comparison from then on."""
    return await commands.send(campaign_id, HoldOut(held_out=body.held_out))


@router.get("/workspace/engine", operation_id="get_workspace_engine", responses=problems(401, 403))
async def get_workspace_engine(services: ServicesDep, caller: CallerDep) -> EngineView:
    """Which engine decides, which there are, and which may be switched to without a reason."""
    require_team(caller)
    return await engine_desk.engine(services, caller)


@router.put("/workspace/engine", operation_id="set_workspace_engine", responses=problems(400, 401, 403, 409, 422))
async def set_workspace_engine(body: EngineBody, services: ServicesDep, caller: EditorDep) -> EngineView:
    """Another engine decides from the next run on. It needs a finished what-if of the last days, or a reason."""
    return await engine_desk.choose(services, caller, body)
