"""One item's texts and pictures, edited as a draft, and the talk about it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from fastapi.responses import Response
from starlette.datastructures import FormData

from api import campaign_client
from api.deps import ServicesDep
from api.pages.desk import DeskDep
from api.pages.edits import Edit, EditForm
from api.pages.views.item_form import fields_of, first_values, labels_of, typed_item
from api.pages.views.previews import BUTTONS
from api.pages.views.titles import title_of
from api.pages.views.typed import Typed
from api.pages.views.words import direction
from api.pages.visitor import FormDep, Visitor, VisitorDep, text_of
from api.problems import not_found
from api.routers import comments as threads
from api.schemas.comments import OpenThreadBody
from api.security import require_editor
from api.services import Services
from models.contracts.commands import EditItem
from models.domain.content import ItemContent
from models.domain.copy_checks import allowed_ctas
from models.domain.states import Scope
from models.tables.approval import Visibility
from models.tables.asset import Asset, AssetKind
from records import asset_search
from records.asset_search import AssetQuery
from records.campaigns import facts as campaign_facts
from records.campaigns.facts import CampaignFacts

router = APIRouter(prefix="/campaigns/{campaign_id}")

SHOWN_PICTURES = 60
ItemKey = Annotated[str, Path(max_length=120)]


@router.get("/items/{item}")
async def edit_item(campaign_id: UUID, item: ItemKey, services: ServicesDep, visitor: VisitorDep) -> Response:
    return (await _form(services, visitor, campaign_id, item))[0].show()


@router.post("/items/{item}")
async def save_item(
    campaign_id: UUID, item: ItemKey, services: ServicesDep, visitor: VisitorDep, form: FormDep
) -> Response:
    page, pictures = await _form(services, visitor, campaign_id, item, form)

    async def send(content: ItemContent, version: int) -> None:
        stored = await campaign_client.store_input(services, visitor.caller, content)
        command = EditItem(item=item, input_id=stored)
        await campaign_client.send(services, visitor.caller, campaign_id, command, expected_version=version)

    content = typed_item(page.typed, page.begun.present, pictures)
    return await page.save(content, send, f"/campaigns/{campaign_id}?done={{done}}#item-{item.replace('.', '-')}")


async def _form(
    services: Services, visitor: Visitor, campaign_id: UUID, item: str, form: FormData | None = None
) -> tuple[EditForm[ItemContent], dict[UUID, Asset]]:
    require_editor(visitor.caller)
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        facts = await campaign_facts.load(session, campaign_id)
        library = await asset_search.search(session, AssetQuery(kind=AssetKind.IMAGE, limit=SHOWN_PICTURES))
    known = facts.active_items.get(item)
    content = known.working if known else None
    if content is None:
        raise not_found("text")
    edit = Edit.begun(content, facts.campaign.version)
    page = EditForm(
        "item_form.html",
        services.settings,
        visitor,
        typed=Typed.of(form) if form else first_values(content),
        edit=edit.of(form) if form else edit,
        values=_values(facts, item, content, library),
    )
    return page, {asset.id: asset for asset in library}


def _values(facts: CampaignFacts, item: str, content: ItemContent, library: list[Asset]) -> dict[str, object]:
    strategy = facts.working_strategy
    buttons = allowed_ctas(strategy.measurement.objective) if strategy else list(BUTTONS)
    return {
        "campaign_id": facts.campaign.id,
        "item": item,
        "title": title_of(facts, item),
        "direction": direction(content.language),
        "language": content.language,
        "fields": fields_of(content),
        "cards": len(content.cards),
        "buttons": [(button.value, BUTTONS[button]) for button in dict.fromkeys([content.cta, *buttons])],
        "pictures": library if content.assets or not content.cards else [],
        "present_pictures": {str(asset.asset_id) for asset in content.assets},
        "labels": labels_of(content),
    }


@router.post("/comment")
async def comment(desk: DeskDep) -> Response:
    """A new thread on an item. What a client writes, the client reads."""

    async def work() -> None:
        client = text_of(desk.form, "client") == "yes"
        body = OpenThreadBody(
            body=text_of(desk.form, "body"),
            scope=Scope.CONTENT,
            item=text_of(desk.form, "item") or None,
            visibility=Visibility.CLIENT if client else Visibility.INTERNAL,
        )
        key = text_of(desk.form, "key")
        await threads.open_thread(desk.campaign_id, body, desk.services, desk.visitor.caller, key)

    return await desk.finish(work, "comment")


@router.post("/threads/{thread_id}/resolve")
async def resolve(desk: DeskDep, thread_id: UUID) -> Response:
    async def work() -> None:
        await threads.resolve_thread(desk.campaign_id, thread_id, desk.services, desk.visitor.caller)

    return await desk.finish(work, "resolve")
