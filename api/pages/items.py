"""One item's texts and pictures, edited as a draft, and the talk about it."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData

from api import campaign_client
from api.deps import ServicesDep
from api.pages.desk import DeskDep
from api.pages.edits import Edit, EditForm
from api.pages.reading import MOST_RENDERS
from api.pages.views.item_form import fields_of, first_values, labels_of, typed_item
from api.pages.views.picture_choice import slots_of
from api.pages.views.previews import BUTTONS, picture_url
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
from models.domain.states import CreativeFormat, Ratio, Scope
from models.tables.approval import Visibility
from models.tables.asset import Asset, AssetKind, AssetSource
from records import asset_search, assets
from records.asset_search import AssetQuery
from records.campaigns import facts as campaign_facts
from records.campaigns.facts import CampaignFacts
from records.campaigns.renders import ratios_of
from records.renders import reading as renders

router = APIRouter(prefix="/campaigns/{campaign_id}")

SHOWN_PICTURES = 36
ItemKey = Annotated[str, Path(max_length=120)]


@router.get("/items/{item}")
async def edit_item(campaign_id: UUID, item: ItemKey, services: ServicesDep, visitor: VisitorDep) -> Response:
    return (await _form(services, visitor, campaign_id, item))[0].show()


@router.post("/items/{item}")
async def save_item(
    campaign_id: UUID, item: ItemKey, services: ServicesDep, visitor: VisitorDep, form: FormDep
) -> Response:
    page, files = await _form(services, visitor, campaign_id, item, form)

    async def send(content: ItemContent, version: int) -> None:
        stored = await campaign_client.store_input(services, visitor.caller, content)
        command = EditItem(item=item, input_id=stored)
        await campaign_client.send(services, visitor.caller, campaign_id, command, expected_version=version)

    content = typed_item(page.typed, page.begun.present, files)
    return await page.save(content, send, f"/campaigns/{campaign_id}?done={{done}}#item-{item.replace('.', '-')}")


async def _form(
    services: Services, visitor: Visitor, campaign_id: UUID, item: str, form: FormData | None = None
) -> tuple[EditForm[ItemContent], dict[UUID, Asset]]:
    require_editor(visitor.caller)
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        facts = await campaign_facts.load(session, campaign_id)
        known = facts.active_items.get(item)
        content = known.working if known else None
        if content is None:
            raise not_found("text")
        shelf = await _shelf(session, facts, item, content)
    edit = Edit.begun(content, facts.campaign.version)
    page = EditForm(
        "item_form.html",
        services.settings,
        visitor,
        typed=Typed.of(form) if form else first_values(content),
        edit=edit.of(form) if form else edit,
        values=_values(facts, item, content, shelf),
    )
    return page, shelf.files


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What may be chosen for an item: files made for it by ratio, and the newest of the library."""

    results: dict[Ratio, list[Asset]]
    library: list[Asset]
    stills: dict[UUID, Asset]

    @property
    def files(self) -> dict[UUID, Asset]:
        made = [asset for assets in self.results.values() for asset in assets]
        return {**self.stills, **{asset.id: asset for asset in (*made, *self.library)}}


async def _shelf(session: AsyncSession, facts: CampaignFacts, item: str, content: ItemContent) -> _Shelf:
    wanted = AssetKind.VIDEO if content.format is CreativeFormat.SINGLE_VIDEO else AssetKind.IMAGE
    newest = await asset_search.search(session, AssetQuery(kind=wanted, limit=SHOWN_PICTURES))
    jobs = [
        job
        for job in await renders.page_of_renders(session, campaign_id=facts.campaign.id, limit=MOST_RENDERS)
        if item in job.items and job.kind.value == wanted.value
    ]
    files = await renders.files_of(session, [job.id for job in jobs])
    results: dict[Ratio, list[Asset]] = {}
    for job in jobs:
        results.setdefault(job.ratio, []).extend(files.get(job.id, []))
    # Finished ads have logo and price on them already; drawing over those would show both twice.
    library = [asset for asset in newest if asset.source is not AssetSource.COMPOSED]
    found = [*library, *(asset for made in results.values() for asset in made)]
    posters = {asset.poster_asset_id for asset in found if asset.poster_asset_id}
    return _Shelf(results, library, await assets.read_many(session, posters))


def _values(facts: CampaignFacts, item: str, content: ItemContent, shelf: _Shelf) -> dict[str, object]:
    strategy = facts.working_strategy
    buttons = allowed_ctas(strategy.measurement.objective) if strategy else list(BUTTONS)
    ratios = ratios_of(facts, content.concept)
    return {
        "campaign_id": facts.campaign.id,
        "item": item,
        "title": title_of(facts, item),
        "direction": direction(content.language),
        "language": content.language,
        "fields": fields_of(content),
        "cards": len(content.cards),
        "buttons": [(button.value, BUTTONS[button]) for button in dict.fromkeys([content.cta, *buttons])],
        "slots": [] if content.cards else slots_of(content, ratios, shelf.results, shelf.library),
        "design": content.design,
        "logo": picture_url(content.design.logo.asset_id, width=240)
        if content.design and content.design.logo
        else None,
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
