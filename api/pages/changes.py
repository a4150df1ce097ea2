"""Proposing a change of a campaign that runs: budgets, dates, single ads. Nothing is sent before it is approved."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from api import campaign_client
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.field_errors import invalid
from api.pages.rendering import render
from api.pages.views.change_form import first_values, typed_change
from api.pages.views.problems import ProblemWords, problem_words
from api.pages.views.schedule import owner_names
from api.pages.views.titles import title_of
from api.pages.views.typed import Typed
from api.pages.views.words import readable
from api.pages.visitor import FormDep, Visitor, VisitorDep, text_of
from api.problems import ApiError, ProblemType
from api.security import require_editor
from api.services import Services
from models.contracts.commands import OpenChangeSet
from models.domain.ads_plan import AdsPlan
from models.domain.content import item_key
from models.domain.schedule import Schedule
from records.campaigns import facts as campaign_facts
from records.campaigns.facts import CampaignFacts
from records.campaigns.progress import ON_PLATFORM
from records.campaigns.running import running_schedule

router = APIRouter(prefix="/campaigns/{campaign_id}/change")


@dataclass(frozen=True, slots=True)
class Running:
    """What a change starts from."""

    facts: CampaignFacts
    schedule: Schedule
    plan: AdsPlan

    def ads(self) -> list[tuple[str, str]]:
        """Plan keys of the ads with their words."""
        names = owner_names(self.facts)
        found = []
        for ad in self.plan.ads:
            key = item_key(ad.concept, ad.language)
            title = title_of(self.facts, key) if key in self.facts.items else readable(key)
            found.append((ad.key, f"{title}: {names.get(ad.ad_set, readable(ad.ad_set))}"))
        return found


@router.get("")
async def propose(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    running = await _running(services, visitor, campaign_id)
    return _form(services, visitor, running, first_values(running.schedule))


@router.post("")
async def open_change(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    running, typed = await _running(services, visitor, campaign_id), Typed.of(form)
    try:
        change = typed_change(typed, running.schedule)
        if typed.mistakes:
            return _form(services, visitor, running, typed, status=422)
        command = OpenChangeSet(input_id=await campaign_client.store_input(services, visitor.caller, change))
        await campaign_client.send(services, visitor.caller, campaign_id, command, key=text_of(form, "key") or None)
    except ValidationError as error:
        return _form(services, visitor, running, typed, status=422, problem=problem_words(invalid(error.errors())))
    except TRANSLATED as error:
        refused = translate(error)
        words = problem_words(refused)
        return _form(services, visitor, running, typed, status=refused.status_code, problem=words)
    return RedirectResponse(f"/campaigns/{campaign_id}?done=change-open#changes", status_code=303)


async def _running(services: Services, visitor: Visitor, campaign_id: UUID) -> Running:
    require_editor(visitor.caller)
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        facts = await campaign_facts.load(session, campaign_id)
        schedule = await running_schedule(session, facts)
    if facts.campaign.status not in ON_PLATFORM or schedule is None or facts.plan is None:
        raise ApiError(ProblemType.NOT_ALLOWED, "Nothing of this campaign runs. Edit its drafts instead.")
    return Running(facts, schedule, facts.plan)


def _form(
    services: Services,
    visitor: Visitor,
    running: Running,
    typed: Typed,
    *,
    status: int = 200,
    problem: ProblemWords | None = None,
) -> Response:
    names = owner_names(running.facts)
    return render(
        "change_form.html",
        services.settings,
        visitor,
        status=status,
        typed=typed,
        problem=problem,
        campaign=running.facts.campaign,
        schedule=running.schedule,
        owners=[names.get(part.plan_key, readable(part.plan_key)) for part in running.schedule.split],
        ads=running.ads(),
        labels={"part": "Budgets", "end": "End", "total": "At most in all"},
        edit=None,
    )
