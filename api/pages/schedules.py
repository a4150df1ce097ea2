"""Budget and dates, edited as a draft."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import FormData

from api import campaign_client
from api.deps import ServicesDep
from api.pages.edits import Edit, EditForm
from api.pages.views.schedule import envelope_words, owner_names
from api.pages.views.schedule_form import LABELS, first_values, typed_schedule
from api.pages.views.typed import Typed
from api.pages.views.words import readable
from api.pages.visitor import FormDep, Visitor, VisitorDep
from api.problems import ApiError, ProblemType
from api.security import require_editor
from api.services import Services
from models.contracts.commands import EditSchedule
from models.domain.schedule import Schedule
from records.campaigns import facts as campaign_facts

router = APIRouter(prefix="/campaigns/{campaign_id}/schedule")


@router.get("")
async def edit_schedule(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    return (await _form(services, visitor, campaign_id)).show()


@router.post("")
async def save_schedule(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    page = await _form(services, visitor, campaign_id, form)

    async def send(schedule: Schedule, version: int) -> None:
        command = EditSchedule(input_id=await campaign_client.store_input(services, visitor.caller, schedule))
        await campaign_client.send(services, visitor.caller, campaign_id, command, expected_version=version)

    schedule = typed_schedule(page.typed, page.begun.present)
    return await page.save(schedule, send, f"/campaigns/{campaign_id}?done={{done}}#schedule")


async def _form(
    services: Services, visitor: Visitor, campaign_id: UUID, form: FormData | None = None
) -> EditForm[Schedule]:
    require_editor(visitor.caller)
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        facts = await campaign_facts.load(session, campaign_id)
    version = facts.schedules.working
    if version is None:
        raise ApiError(
            ProblemType.NOT_FOUND, "Budget and dates are not drafted yet. Choose an ad account, then wait a moment."
        )
    schedule, names = Schedule.model_validate(version.body), owner_names(facts)
    edit = Edit.begun(schedule, facts.campaign.version)
    owners = [names.get(part.plan_key, readable(part.plan_key)) for part in schedule.split]
    return EditForm(
        "schedule_form.html",
        services.settings,
        visitor,
        typed=Typed.of(form) if form else first_values(schedule),
        edit=edit.of(form) if form else edit,
        values={
            "campaign_id": campaign_id,
            "schedule": schedule,
            "owners": owners,
            "envelope": envelope_words(schedule.envelope),
            "labels": LABELS,
        },
    )
