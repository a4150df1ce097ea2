"""The brief: written once, edited as a draft. Whatever was typed stays in the form until it is saved."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api import campaign_client
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.pages.edits import Edit
from api.pages.rendering import render
from api.pages.views.brief_form import LABELS, typed_brief
from api.pages.views.brief_sources import sources_of
from api.pages.views.brief_values import Clock, first_values
from api.pages.views.problems import problem_words
from api.pages.views.typed import Typed
from api.pages.visitor import FormDep, Visitor, VisitorDep, text_of
from api.schemas.campaigns import CreateCampaignBody
from api.security import require_editor
from api.services import Services
from models.contracts.commands import EditBrief
from models.domain.brief import Brief
from models.domain.states import AdAccountState
from models.tables.asset import Asset, AssetKind
from records import ad_accounts, assets
from records.assets import AssetQuery
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


@router.get("/campaigns/new")
async def new_brief(services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    around = await _around(services, visitor)
    return _form(services, visitor, first_values(None, around.clock), around, key=visitor.form_key)


@router.post("/campaigns/new")
async def create(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    """Sending the form again makes no second campaign: its key was made when the form was first shown."""
    require_editor(visitor.caller)
    typed, around = Typed.of(form), await _around(services, visitor)
    key = text_of(form, "key") or uuid4().hex
    if text_of(form, "rows"):
        return _form(services, visitor, typed, around, key=key, more_rows=True)
    brief = typed_brief(typed, None)
    if brief is None:
        return _form(services, visitor, typed, around, key=key, status=422)
    try:
        started = await campaign_client.create(services, visitor.caller, CreateCampaignBody(brief=brief), key)
    except TRANSLATED as error:
        # A refused key is spent; the corrected brief needs a new one.
        refused = translate(error)
        words = problem_words(refused)
        return _form(services, visitor, typed, around, key=uuid4().hex, status=refused.status_code, problem=words)
    return RedirectResponse(f"/campaigns/{started.campaign_id}?done=created", status_code=303)


@router.get("/campaigns/{campaign_id}/brief")
async def edit_brief(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    around = await _around(services, visitor, campaign_id)
    edit = await _edit(services, visitor, campaign_id)
    return _form(services, visitor, first_values(edit.present, around.clock), around, edit=edit)


@router.post("/campaigns/{campaign_id}/brief")
async def save_brief(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_editor(visitor.caller)
    typed, around = Typed.of(form), await _around(services, visitor, campaign_id)
    edit = (await _edit(services, visitor, campaign_id)).of(form)
    if text_of(form, "rows"):
        return _form(services, visitor, typed, around, edit=edit, more_rows=True)
    brief = typed_brief(typed, edit.present)
    if brief is None:
        return _form(services, visitor, typed, around, edit=edit, status=422)
    if edit.moved:
        return _form(services, visitor, typed, around, edit=edit.acknowledged(), status=412)
    if brief == edit.present:
        return RedirectResponse(f"/campaigns/{campaign_id}?done=unchanged", status_code=303)
    try:
        command = EditBrief(input_id=await campaign_client.store_input(services, visitor.caller, brief))
        await campaign_client.send(services, visitor.caller, campaign_id, command, expected_version=edit.version)
    except TRANSLATED as error:
        refused = translate(error)
        now = (await _edit(services, visitor, campaign_id)).of(form).acknowledged()
        words = problem_words(refused)
        return _form(services, visitor, typed, around, edit=now, status=refused.status_code, problem=words)
    return RedirectResponse(f"/campaigns/{campaign_id}?done=saved", status_code=303)


async def _edit(services: Services, visitor: Visitor, campaign_id: UUID) -> Edit[Brief]:
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        facts = await campaign_facts.load(session, campaign_id)
        return Edit.begun(facts.brief, facts.campaign.version)


async def _around(services: Services, visitor: Visitor, campaign_id: UUID | None = None) -> Around:
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        facts = await campaign_facts.load(session, campaign_id) if campaign_id else None
        account = facts.account if facts else None
        connected = [
            row for row in await ad_accounts.all_of_workspace(session) if row.state is AdAccountState.CONNECTED
        ]
        pictures = await assets.search(session, AssetQuery(kind=AssetKind.IMAGE, limit=SHOWN_PICTURES))
    return Around(Clock.of(account or (connected[0] if connected else None)), pictures, facts)


def _form(
    services: Services, visitor: Visitor, typed: Typed, around: Around, *, status: int = 200, **rest: object
) -> Response:
    edit = rest.get("edit")
    campaign = around.facts.campaign if around.facts else None
    values: dict[str, object] = {"key": "", "problem": None, "edit": None, "more_rows": False, **rest}
    rows = len(typed.all("product_name")) + (MORE_ROWS if values["more_rows"] else 0)
    return render(
        "brief.html",
        services.settings,
        visitor,
        status=status,
        typed=typed,
        rows=max(rows, MORE_ROWS),
        pictures=around.pictures,
        campaign=campaign,
        sources=sources_of(edit.present) if isinstance(edit, Edit) else {},
        labels=LABELS,
        **values,
    )
