"""A person's own suggestion: other budgets for a running campaign, decided on like one of the optimizer's."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from api import suggestion_desk
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.field_errors import invalid
from api.pages.rendering import render
from api.pages.views.problems import ProblemWords, problem_words
from api.pages.views.typed import Typed, decimal_text
from api.pages.visitor import FormDep, Visitor, VisitorDep
from api.problems import ApiError, ProblemType, not_found
from api.schemas.suggestions import SuggestionBody
from api.security import require_editor
from api.services import Services
from models.tables.campaign import Campaign
from records.optimizing.owners import BudgetOwner, budget_owners

router = APIRouter(prefix="/campaigns/{campaign_id}/suggest")


@dataclass(frozen=True, slots=True)
class Running:
    """What a proposal starts from: the budgets as the platform last showed them, by name."""

    campaign: Campaign
    owners: list[BudgetOwner]

    @property
    def currency(self) -> str:
        return self.campaign.budget_currency or "USD"


LABELS = {"title": "What you propose", "amount": "Budgets"}


@router.get("")
async def propose(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    running = await _running(services, visitor, campaign_id)
    present = [decimal_text(owner.budget_minor, running.currency) for owner in running.owners]
    return _form(services, visitor, running, Typed({"amount": present}))


@router.post("")
async def send(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    running = await _running(services, visitor, campaign_id)
    typed = Typed.of(form)
    budgets = _changed(typed, running.owners, running.currency)
    if typed.mistakes:
        return _form(services, visitor, running, typed, status=422)
    try:
        body = SuggestionBody.model_validate(
            {"title": typed.one("title"), "description": typed.one("description"), "budgets": budgets}
        )
        view = await suggestion_desk.propose(services, visitor.caller, campaign_id, body, typed.one("key") or None)
    except ValidationError as error:
        problem = problem_words(invalid(error.errors()))
        return _form(services, visitor, running, typed, status=422, problem=problem)
    except TRANSLATED as error:
        refused = translate(error)
        problem = problem_words(refused)
        return _form(services, visitor, running, typed, status=refused.status_code, problem=problem)
    return RedirectResponse(f"/suggestions/{view.id}?done=created", status_code=303)


async def _running(services: Services, visitor: Visitor, campaign_id: UUID) -> Running:
    require_editor(visitor.caller)
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        campaign = await session.get(Campaign, campaign_id)
        if campaign is None:
            raise not_found("campaign")
        owners = sorted((await budget_owners(session, campaign_id)).values(), key=lambda owner: owner.name)
    if len(owners) < 2:
        raise ApiError(
            ProblemType.NOT_ALLOWED,
            "Money moves between budgets, and Greenlight has not seen two of this campaign on Meta yet.",
        )
    return Running(campaign, owners)


def _changed(typed: Typed, owners: list[BudgetOwner], currency: str) -> list[dict[str, object]]:
    """Only what differs from what the platform holds."""
    if not typed.one("title"):
        typed.wrong("title", "Say in a few words what you propose.")
    found: list[dict[str, object]] = []
    for place, owner in enumerate(owners):
        amount = typed.minor("amount", currency, place=place)
        if amount is None:
            typed.wrong("amount", f"Write an amount for {owner.name}; leave it as it was where nothing is to change.")
        elif amount != owner.budget_minor:
            found.append({"object_id": owner.object_id, "after_minor": amount})
    if len(found) < 2:
        typed.wrong("amount", "Raise at least one budget, and lower others by as much.")
    return found


def _form(
    services: Services,
    visitor: Visitor,
    running: Running,
    typed: Typed,
    *,
    status: int = 200,
    problem: ProblemWords | None = None,
) -> Response:
    currency = running.currency
    return render(
        "propose.html",
        services.settings,
        visitor,
        status=status,
        campaign=running.campaign,
        owners=[(owner.name, decimal_text(owner.budget_minor, currency), owner.daily) for owner in running.owners],
        currency=currency,
        typed=typed,
        problem=problem,
        labels=LABELS,
        edit=None,
    )
