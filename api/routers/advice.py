"""Advice of a language model: off by default, once a day for each campaign, never more than a suggestion."""

from uuid import UUID

from fastapi import APIRouter, Response, status

from api import advice_desk
from api.deps import CallerDep, EditorDep, ServicesDep
from api.responses import problems
from api.schemas.advice import AdviceView, WorkspaceAdviceBody, WorkspaceAdviceView

router = APIRouter(tags=["suggestions"])


@router.get("/workspace/advice", operation_id="get_workspace_advice", responses=problems(401))
async def get_workspace_advice(services: ServicesDep, caller: CallerDep) -> WorkspaceAdviceView:
    """Whether campaigns of this workspace may be put to a language model."""
    return WorkspaceAdviceView(on=await advice_desk.is_on(services, caller))


@router.put("/workspace/advice", operation_id="set_workspace_advice", responses=problems(401, 403, 422))
async def set_workspace_advice(
    body: WorkspaceAdviceBody, services: ServicesDep, caller: EditorDep
) -> WorkspaceAdviceView:
    """The model sees figures and limits, no names. Each call costs money and counts against the monthly cap."""
    await advice_desk.switch(services, caller, on=body.on)
    return WorkspaceAdviceView(on=body.on)


@router.post(
    "/campaigns/{campaign_id}/advice",
    operation_id="ask_for_advice",
    responses={
        202: {"description": "Still being written", "model": AdviceView},
        **problems(401, 403, 404, 409, 503),
    },
)
async def ask_for_advice(campaign_id: UUID, services: ServicesDep, caller: EditorDep, response: Response) -> AdviceView:
    """Ask a language model what it would do with the money, at most once a day. It ends in a suggestion, or words."""
    view = await advice_desk.ask(services, caller, campaign_id)
    if view.state == "working":
        response.status_code = status.HTTP_202_ACCEPTED
    return view
