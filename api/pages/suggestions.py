"""The inbox of suggestions over all campaigns, and a person's decision on each."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api import suggestion_desk
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.field_errors import invalid
from api.pages.rendering import render
from api.pages.views.problems import ProblemWords, problem_words
from api.pages.views.suggestions import facets, suggestion_card
from api.pages.views.typed import Typed
from api.pages.views.words import zone_words
from api.pages.visitor import FormDep, Visitor, VisitorDep, text_of
from api.schemas.base import next_cursor, place_of
from api.schemas.optimizer import MoveRequestView
from api.schemas.suggestions import BudgetBody, DismissBody, EditSuggestionBody, SuggestionView
from api.security import require_money
from api.services import Services
from api.visibility import require_team
from models.domain.states import SuggestionState
from models.tables.campaign import Campaign
from records.optimizing import lists

router = APIRouter()

PER_PAGE = 20
DONE = {
    "dismissed": "Dismissed. The reason is kept with it.",
    "edited": "The amounts are changed. Approve it to apply them.",
    "working": "Approved. Meta has not answered everything yet; this page tells what becomes of it.",
    "done": "Approved and carried out; below is what became of it.",
    "created": "Proposed. It is applied once somebody approves it.",
}


@router.get("/suggestions")
async def inbox(
    services: ServicesDep,
    visitor: VisitorDep,
    status: SuggestionState = SuggestionState.OPEN,
    campaign: UUID | None = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    require_team(visitor.caller)
    after = place_of(cursor)
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        rows = await lists.page_of_suggestions(
            session,
            limit=PER_PAGE + 1,
            after=after,
            campaign_id=campaign,
            states=(status,),
        )
        views = await suggestion_desk.views_of(session, rows[:PER_PAGE])
        counts = await lists.suggestion_counts(session, campaign_id=campaign)
        zones = await _zones(session, views)
        about = await session.get(Campaign, campaign) if campaign else None
    return render(
        "suggestions.html",
        services.settings,
        visitor,
        cards=[suggestion_card(view, zones[view.campaign_id]) for view in views],
        facets=facets(counts, status, campaign),
        wanted=status.value,
        about=about,
        more=next_cursor(rows, PER_PAGE),
        first_page=after is None,
    )


@router.get("/suggestions/{suggestion_id}")
async def suggestion(
    suggestion_id: UUID,
    services: ServicesDep,
    visitor: VisitorDep,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    require_team(visitor.caller)
    return await _page(services, visitor, suggestion_id, done=done)


@router.post("/suggestions/{suggestion_id}/approve")
async def approve(suggestion_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    answer: list[MoveRequestView] = []

    async def work() -> None:
        seen = text_of(form, "seen_hash") or None
        answer.append(await suggestion_desk.approve(services, visitor.caller, suggestion_id, _key(form), seen))

    refusal = await _refused(work)
    if refusal:
        return await _page(services, visitor, suggestion_id, refusal=refusal)
    done = "working" if answer[0].state == "working" else "done"
    return RedirectResponse(f"/suggestions/{suggestion_id}?done={done}", status_code=303)


@router.post("/suggestions/{suggestion_id}/amounts")
async def edit(suggestion_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    """Other amounts, typed in the campaign's currency; what does not fit keeps every figure that was typed."""
    require_money(visitor.caller)
    view = await suggestion_desk.one(services, visitor.caller, suggestion_id)
    typed = Typed.of(form)
    budgets = _typed_budgets(typed, view)
    if typed.mistakes:
        return await _page(services, visitor, suggestion_id, typed=typed)

    async def work() -> None:
        body = EditSuggestionBody(budgets=budgets, seen_hash=text_of(form, "seen_hash") or None)
        await suggestion_desk.edit(services, visitor.caller, suggestion_id, body, _key(form))

    refusal = await _refused(work)
    if refusal:
        return await _page(services, visitor, suggestion_id, refusal=refusal, typed=typed)
    return RedirectResponse(f"/suggestions/{suggestion_id}?done=edited", status_code=303)


@router.post("/suggestions/{suggestion_id}/dismiss")
async def dismiss(suggestion_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    async def work() -> None:
        body = DismissBody(reason=text_of(form, "reason"))
        await suggestion_desk.dismiss(services, visitor.caller, suggestion_id, body.reason, _key(form))

    refusal = await _refused(work)
    if refusal:
        return await _page(services, visitor, suggestion_id, refusal=refusal, typed=Typed.of(form))
    return RedirectResponse(f"/suggestions/{suggestion_id}?done=dismissed", status_code=303)


@dataclass(frozen=True, slots=True)
class Refusal:
    problem: ProblemWords
    status: int


async def _refused(work: Callable[[], Awaitable[None]]) -> Refusal | None:
    try:
        await work()
    except ValidationError as error:
        refused = invalid(error.errors())
    except TRANSLATED as error:
        refused = translate(error)
    else:
        return None
    return Refusal(problem_words(refused), refused.status_code)


def _typed_budgets(typed: Typed, view: SuggestionView) -> list[BudgetBody]:
    found = []
    for place, budget in enumerate(view.budgets):
        amount = typed.minor("amount", view.currency or "USD", place=place)
        if amount is None:
            typed.wrong("amount", f"Write an amount for {budget.name}; it is not guessed.")
        else:
            found.append(BudgetBody(object_id=budget.object_id, after_minor=amount))
    return found


def _key(form: FormDep) -> str | None:
    return text_of(form, "key") or None


async def _page(
    services: Services,
    visitor: Visitor,
    suggestion_id: UUID,
    *,
    done: str = "",
    refusal: Refusal | None = None,
    typed: Typed | None = None,
) -> Response:
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        row = await suggestion_desk.read(session, suggestion_id)
        view = (await suggestion_desk.views_of(session, [row]))[0]
        zone = (await _zones(session, [view]))[view.campaign_id]
    status = refusal.status if refusal else 422 if typed and typed.mistakes else 200
    return render(
        "suggestion.html",
        services.settings,
        visitor,
        status=status,
        card=suggestion_card(view, zone),
        clock=zone_words(zone, view.created_at),
        problem=refusal.problem if refusal else None,
        typed=typed or Typed(),
        done=DONE.get(done, ""),
    )


async def _zones(session: AsyncSession, views: list[SuggestionView]) -> dict[UUID, str]:
    """The clock of each campaign."""
    query = select(Campaign.id, Campaign.timezone).where(col(Campaign.id).in_({view.campaign_id for view in views}))
    return {row.id: row.timezone or "UTC" for row in await session.execute(query)}
