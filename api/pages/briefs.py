"""The brief: written once, edited as a draft. Whatever was typed stays in the form until it is saved."""

from dataclasses import dataclass
from typing import NotRequired, TypedDict, Unpack
from uuid import UUID, uuid4

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api import campaign_client
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.pages.edits import Edit, EditForm
from api.pages.views.brief_form import LABELS, typed_brief
from api.pages.views.brief_sources import sources_of
from api.pages.views.brief_values import Clock, first_values
from api.pages.views.problems import problem_words
from api.pages.views.typed import Typed
from api.pages.visitor import FormDep, Visitor, VisitorDep, text_of
from api.problems import not_found
from api.schemas.campaigns import CreateCampaignBody
from api.security import require_editor
from api.services import Services
from models.contracts.commands import EditBrief
from models.domain.brief import Brief
from models.domain.states import AdAccountState
from models.tables.asset import Asset, AssetKind
from records import ad_accounts, asset_search
from records.asset_search import AssetQuery
from records.campaigns import facts as campaign_facts
from records.campaigns.facts import CampaignFacts

router = APIRouter()

MORE_ROWS = 3
SHOWN_PICTURES = 40


@dataclass(frozen=True, slots=True)
class Around:
    """What the form offers beside the brief itself."""

    clock: Clock
    pictures: list[Asset]
    facts: CampaignFacts | None = None


class Values(TypedDict):
    """`key` makes a new campaign once; `edit` belongs to a campaign that is there."""

    key: NotRequired[str]
    edit: NotRequired[Edit[Brief]]
    more_rows: NotRequired[bool]


@router.get("/campaigns/new")
async def new_brief(services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    around = await _around(services, visitor)
    return _form(services, visitor, first_values(None, around.clock), around, key=visitor.form_key).show()


# Not at the form's own address: browsers drop from their memory what was posted to, and with it the form's key.
@router.post("/campaigns")
async def create(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    """Sending the form again makes no second campaign: its key was made when the form was first shown."""
    require_editor(visitor.caller)
    typed, around = Typed.of(form), await _around(services, visitor)
    key = text_of(form, "key") or uuid4().hex
    if text_of(form, "rows"):
        return _form(services, visitor, typed, around, key=key, more_rows=True).show()
    brief = typed_brief(typed, None)
    if brief is None:
        return _form(services, visitor, typed, around, key=key).show(status=422)
    try:
        started = await campaign_client.create(services, visitor.caller, CreateCampaignBody(brief=brief), key)
    except TRANSLATED as error:
        # A refused key is spent; the corrected brief needs a new one.
        refused = translate(error)
        again = _form(services, visitor, typed, around, key=uuid4().hex)
        return again.show(status=refused.status_code, problem=problem_words(refused))
    return RedirectResponse(f"/campaigns/{started.campaign_id}?done=created", status_code=303)


@router.get("/campaigns/{campaign_id}/brief")
async def edit_brief(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    edit, around = await _edit(services, visitor, campaign_id)
    return _form(services, visitor, first_values(edit.present, around.clock), around, edit=edit).show()


@router.post("/campaigns/{campaign_id}/brief")
async def save_brief(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    typed = Typed.of(form)
    edit, around = await _edit(services, visitor, campaign_id)
    page = _form(services, visitor, typed, around, edit=edit.of(form), more_rows=bool(text_of(form, "rows")))
    if text_of(form, "rows"):
        return page.show()

    async def send(brief: Brief, version: int) -> None:
        command = EditBrief(input_id=await campaign_client.store_input(services, visitor.caller, brief))
        await campaign_client.send(services, visitor.caller, campaign_id, command, expected_version=version)

    return await page.save(typed_brief(typed, edit.present), send, f"/campaigns/{campaign_id}?done={{done}}")


async def _edit(services: Services, visitor: Visitor, campaign_id: UUID) -> tuple[Edit[Brief], Around]:
    require_editor(visitor.caller)
    around = await _around(services, visitor, campaign_id)
    if around.facts is None:
        raise not_found("campaign")
    return Edit.begun(around.facts.brief, around.facts.campaign.version), around


async def _around(services: Services, visitor: Visitor, campaign_id: UUID | None = None) -> Around:
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        facts = await campaign_facts.load(session, campaign_id) if campaign_id else None
        known = await ad_accounts.all_of_workspace(session)
        pictures = await asset_search.search(session, AssetQuery(kind=AssetKind.IMAGE, limit=SHOWN_PICTURES))
    connected = [row for row in known if row.state is AdAccountState.CONNECTED]
    account = (facts.account if facts else None) or (connected[0] if connected else None)
    return Around(Clock.of(account), pictures, facts)


def _form(
    services: Services, visitor: Visitor, typed: Typed, around: Around, **values: Unpack[Values]
) -> EditForm[Brief]:
    edit = values.get("edit")
    rows = len(typed.all("product_name")) + (MORE_ROWS if values.get("more_rows") else 0)
    return EditForm(
        "brief.html",
        services.settings,
        visitor,
        typed,
        edit,
        {
            "key": values.get("key", ""),
            "rows": max(rows, MORE_ROWS),
            "pictures": around.pictures,
            "campaign": around.facts.campaign if around.facts else None,
            "sources": sources_of(edit.present) if edit else {},
            "labels": LABELS,
        },
    )
