"""Pictures and videos in the making: following them, new ones, cancelling, paying once more; and what AI costs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from api import campaign_client
from api.commanding import CommandDep, Commands, CreateDep
from api.deps import CallerDep, ServicesDep, get_caller
from api.problems import not_found
from api.render_models import chosen_model, render_models
from api.responses import problems
from api.schemas.base import Page, next_cursor
from api.schemas.campaigns import CommandAnswer
from api.schemas.commands import Instruction
from api.schemas.renders import (
    AiUsageView,
    PurposeCost,
    RenderBody,
    RenderDetail,
    RenderModelView,
    RenderSearch,
    RenderView,
)
from api.services import Services
from api.visibility import require_team
from models.contracts import commands as c
from models.tables.render import RenderJob
from records import ai_usage
from records.access import Caller
from records.campaigns import facts as campaign_facts
from records.campaigns.pictures import reference_ids
from records.renders import reading

router = APIRouter(tags=["renders"])

READ = problems(401, 403, 404)
COMMAND = problems(400, 401, 403, 404, 409, 412, 422, 503, 504)

Wanted = Annotated[RenderSearch, Query()]


@router.get(
    "/render-models",
    operation_id="list_render_models",
    responses=problems(401),
    dependencies=[Depends(get_caller)],
)
async def list_render_models(services: ServicesDep) -> list[RenderModelView]:
    """The models that can be asked for, with what they take and cost."""
    return render_models(services)


@router.get("/renders", operation_id="list_renders", responses=problems(400, 401, 403))
async def list_renders(services: ServicesDep, caller: CallerDep, wanted: Wanted) -> Page[RenderView]:
    """The renders of all campaigns, newest first."""
    require_team(caller)
    return await _page(services, caller, wanted)


@router.get("/renders/{render_id}", operation_id="get_render", responses=READ)
async def get_render(render_id: UUID, services: ServicesDep, caller: CallerDep) -> RenderDetail:
    """One render with its whole log."""
    require_team(caller)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        job = await _known(session, render_id)
        attempts = (await reading.attempts_of(session, [job.id])).get(job.id, [])
        files = (await reading.files_of(session, [job.id])).get(job.id, [])
    return RenderDetail.of(job, attempts, files)


@router.get("/campaigns/{campaign_id}/renders", operation_id="list_campaign_renders", responses=READ)
async def list_campaign_renders(
    campaign_id: UUID, services: ServicesDep, caller: CallerDep, wanted: Wanted
) -> Page[RenderView]:
    """The renders of one campaign, newest first."""
    require_team(caller)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        await campaign_facts.load(session, campaign_id)
    return await _page(services, caller, wanted, campaign_id)


@router.post("/campaigns/{campaign_id}/renders", operation_id="render", responses=COMMAND)
async def render(campaign_id: UUID, body: RenderBody, commands: CreateDep) -> CommandAnswer:
    """Have new pictures or a video made, one render per ratio. `detail.renders` holds their ids."""
    return await commands.send(campaign_id, await render_command(commands.services, commands.caller, campaign_id, body))


@router.post("/renders/{render_id}/cancel", operation_id="cancel_render", responses=COMMAND)
async def cancel_render(render_id: UUID, commands: CommandDep) -> CommandAnswer:
    """Stop it: at once before it is sent, else as soon as the provider agrees. What is finished by then is kept."""
    return await commands.send(await _campaign_of(commands, render_id), c.CancelRender(render_id=render_id))


@router.post("/renders/{render_id}/again", operation_id="render_again", responses=COMMAND)
async def render_again(render_id: UUID, commands: CreateDep) -> CommandAnswer:
    """Pay for the same once more. It is a new render; `detail.renders` holds its id."""
    return await commands.send(await _campaign_of(commands, render_id), c.RenderAgain(render_id=render_id))


@router.get("/workspace/ai-usage", operation_id="get_ai_usage", responses=problems(401, 403))
async def get_ai_usage(services: ServicesDep, caller: CallerDep) -> AiUsageView:
    """What AI models cost this month, against the cap above which nothing is asked of them."""
    require_team(caller)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        costs = await ai_usage.by_purpose(session, caller.workspace_id)
        cap = await ai_usage.monthly_cap(
            session, caller.workspace_id, services.settings.ai_monthly_cap_cents * ai_usage.MICROS_PER_CENT
        )
    purposes = [PurposeCost(purpose=name, calls=calls, cost_micro_usd=micros) for name, calls, micros in costs]
    spent = sum(cost.cost_micro_usd for cost in purposes)
    return AiUsageView(spent_micro_usd=spent, cap_micro_usd=cap, purposes=purposes)


async def render_command(services: Services, caller: Caller, campaign_id: UUID, body: RenderBody) -> c.Render:
    """The command for a body, once the model is known to make that; its words are stored for it."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        references = len(reference_ids((await campaign_facts.load(session, campaign_id)).brief))
    model = chosen_model(services, body, references)
    stored = None
    if body.instruction:
        stored = await campaign_client.store_input(services, caller, Instruction(instruction=body.instruction))
    values = body.model_dump(exclude={"instruction", "model"})
    return c.Render(**values, model=model, input_id=stored)


async def _campaign_of(commands: Commands, render_id: UUID) -> UUID:
    async with commands.services.database.workspace_transaction(commands.caller.workspace_id) as session:
        return (await _known(session, render_id)).campaign_id


async def _known(session: AsyncSession, render_id: UUID) -> RenderJob:
    job = await session.get(RenderJob, render_id)
    if job is None:
        raise not_found("picture or video in the making")
    return job


async def _page(
    services: Services, caller: Caller, wanted: RenderSearch, campaign_id: UUID | None = None
) -> Page[RenderView]:
    after = wanted.after
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        rows = await reading.page_of_renders(
            session,
            limit=wanted.limit + 1,
            after=after,
            campaign_id=campaign_id,
            states=wanted.state,
        )
        shown = rows[: wanted.limit]
        ids = [job.id for job in shown]
        attempts, files = await reading.attempts_of(session, ids), await reading.files_of(session, ids)
    more = next_cursor(rows, wanted.limit)
    views = [RenderView.of(job, attempts.get(job.id, []), files.get(job.id, [])) for job in shown]
    return Page(items=views, next_cursor=more)
