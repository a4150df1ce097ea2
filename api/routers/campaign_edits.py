"""Edits of a campaign's drafts. Each needs If-Match; approvals are touched only by submitting."""

from uuid import UUID

from fastapi import APIRouter

from api.commanding import CommandDep, EditDep
from api.responses import problems
from api.schemas.campaigns import CommandAnswer
from api.schemas.commands import ChooseAdAccountBody, Instruction, RegenerateBody, RenameBody
from models.contracts.commands import (
    ChooseAdAccount,
    EditItem,
    EditPlan,
    EditSchedule,
    EditStrategy,
    Regenerate,
    Rename,
)
from models.domain.ads_plan import AdsPlan
from models.domain.content import ItemContent
from models.domain.schedule import Schedule
from models.domain.strategy import Strategy

router = APIRouter(prefix="/campaigns/{campaign_id}", tags=["drafts"])

EDIT = problems(400, 401, 403, 404, 409, 412, 422, 428, 503, 504)
COMMAND = problems(400, 401, 403, 404, 409, 412, 422, 503, 504)


@router.put("/strategy", operation_id="edit_strategy", responses=EDIT)
async def edit_strategy(campaign_id: UUID, body: Strategy, commands: EditDep) -> CommandAnswer:
    """Replace the draft of the strategy. Submitting it voids what rests on the parts that changed."""
    return await commands.send(campaign_id, EditStrategy(input_id=await commands.store(body)))


@router.put("/items/{item}", operation_id="edit_item", responses=EDIT)
async def edit_item(campaign_id: UUID, item: str, body: ItemContent, commands: EditDep) -> CommandAnswer:
    """Replace the draft of one item's texts and pictures."""
    return await commands.send(campaign_id, EditItem(item=item, input_id=await commands.store(body)))


@router.put("/schedule", operation_id="edit_schedule", responses=EDIT)
async def edit_schedule(campaign_id: UUID, body: Schedule, commands: EditDep) -> CommandAnswer:
    """Replace the draft of money and dates. Currency and zone are the ad account's."""
    return await commands.send(campaign_id, EditSchedule(input_id=await commands.store(body)))


@router.put("/plan", operation_id="edit_plan", responses=EDIT)
async def edit_plan(campaign_id: UUID, body: AdsPlan, commands: EditDep) -> CommandAnswer:
    """Replace the draft of the ads plan. A new dry run follows its submission."""
    return await commands.send(campaign_id, EditPlan(input_id=await commands.store(body)))


@router.post("/items/regenerate", operation_id="regenerate_items", responses=COMMAND)
async def regenerate_items(campaign_id: UUID, body: RegenerateBody, commands: CommandDep) -> CommandAnswer:
    """Have the copy of these items written anew, with an instruction if you give one. The others stay as they are."""
    given = Instruction(instruction=body.instruction) if body.instruction else None
    command = Regenerate(items=body.items, input_id=await commands.store(given) if given else None)
    return await commands.send(campaign_id, command)


@router.post("/rename", operation_id="rename_campaign", responses=COMMAND)
async def rename_campaign(campaign_id: UUID, body: RenameBody, commands: CommandDep) -> CommandAnswer:
    """Change the name people see. Voids nothing."""
    return await commands.send(campaign_id, Rename(title=body.name))


@router.post("/ad-account", operation_id="choose_ad_account", responses=COMMAND)
async def choose_ad_account(campaign_id: UUID, body: ChooseAdAccountBody, commands: CommandDep) -> CommandAnswer:
    """Choose where the ads run. Schedule and plan start anew, since they rest on its currency, zone and page."""
    return await commands.send(campaign_id, ChooseAdAccount(ad_account_id=body.ad_account_id))
