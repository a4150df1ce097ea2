"""Rules for budgets: a list in the order in which they decide, a form, tries on the past, and every look."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from api import optimizer_log, rule_desk, rule_trying
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.pages.rendering import render
from api.pages.views import rule_form
from api.pages.views.problems import ProblemWords, problem_words
from api.pages.views.rule_typed import written_of
from api.pages.views.rules import CERTAIN, DONE, Trial, look_cards, rule_cards, trial_words
from api.pages.views.typed import Typed
from api.pages.visitor import FormDep, Visitor, VisitorDep, text_of
from api.problems import ApiError, not_found
from api.schemas.rules import LookSearch, RuleView
from api.security import require_editor
from api.services import Services
from api.visibility import require_team
from models.domain.rule_templates import TEMPLATES, template
from records.rules import choices, looks
from records.rules.written import Written

router = APIRouter(prefix="/rules")

DAYS = 14
PER_PAGE = 20
EMPTY = {"action": ["cut"], "rest_hours": ["24"], "hours": ["6, 12, 18"]}


@dataclass(frozen=True, slots=True)
class Around:
    """What a form is shown with: the saved rule, more empty rows, a try, a refusal, or what was just done."""

    rule: RuleView | None = None
    more: bool = False
    trial: Trial | None = None
    problem: ProblemWords | None = None
    status: int = 200
    done: str = ""


@router.get("")
async def rule_list(
    services: ServicesDep, visitor: VisitorDep, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    require_team(visitor.caller)
    return await _list(services, visitor, done=done)


@router.get("/looks")
async def rule_looks(
    services: ServicesDep,
    visitor: VisitorDep,
    rule: UUID | None = None,
    campaign: UUID | None = None,
    held: bool = False,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """What each look found, of one rule or campaign or of all."""
    require_team(visitor.caller)
    wanted = LookSearch(rule_id=rule, campaign_id=campaign, matched=held, cursor=cursor, limit=PER_PAGE)
    views, more = await rule_desk.page_of_looks(services, visitor.caller, wanted)
    rules = {each.id: each.rule.name for each in await rule_desk.all_rules(services, visitor.caller)}
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        names = await optimizer_log.campaign_names(session, {view.campaign_id for view in views})
    return render(
        "rule_looks.html",
        services.settings,
        visitor,
        cards=look_cards(views, rules, names),
        rule=rule,
        rule_name=rules.get(rule) if rule else None,
        campaign=campaign,
        held=held,
        more=more,
        first_page=cursor is None,
    )


@router.get("/new")
async def begin(services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        known = await choices.currencies(session)
    only = {"currency": known} if len(known) == 1 else {}
    return await _form(services, visitor, Typed({**EMPTY, **only}), Around())


@router.post("/new")
async def create(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_editor(visitor.caller)
    return await _save(services, visitor, form, None)


@router.post("/templates/{key}")
async def add(
    services: ServicesDep, visitor: VisitorDep, form: FormDep, key: Annotated[str, Path(max_length=40)]
) -> Response:
    """One press; it is off, and opens to be made one's own."""
    require_editor(visitor.caller)
    chosen = template(key)
    if chosen is None:
        raise not_found("template")
    try:
        made = await rule_desk.create(services, visitor.caller, Written(chosen.body), text_of(form, "key") + key)
    except TRANSLATED as error:
        return await _list(services, visitor, refused=translate(error))
    return RedirectResponse(f"/rules/{made.id}?done=added", status_code=303)


@router.get("/{rule_id}")
async def show(
    rule_id: UUID, services: ServicesDep, visitor: VisitorDep, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    require_team(visitor.caller)
    rule = await rule_desk.one(services, visitor.caller, rule_id)
    typed = Typed(rule_form.first_values(Written(rule.rule, rule.campaign_id), rule.version))
    return await _form(services, visitor, typed, Around(rule, done=done))


@router.post("/{rule_id}")
async def edit(rule_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_editor(visitor.caller)
    return await _save(services, visitor, form, await rule_desk.one(services, visitor.caller, rule_id))


@router.get("/{rule_id}/try")
async def try_it(
    rule_id: UUID,
    services: ServicesDep,
    visitor: VisitorDep,
    days: Annotated[int, Query(ge=1, le=30)] = DAYS,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """What it would have done, before somebody switches it on."""
    require_team(visitor.caller)
    rule = await rule_desk.one(services, visitor.caller, rule_id)
    written = Written(rule.rule, rule.campaign_id)
    trial = trial_words(await rule_trying.try_on_the_past(services, visitor.caller, written, days))
    (card,) = rule_cards([rule], await _names(services, visitor, [rule]), {})
    return render(
        "rule_try.html", services.settings, visitor, card=card, trial=trial, days=days, done=DONE.get(done, "")
    )


@router.post("/{rule_id}/{action}")
async def act(
    rule_id: UUID, services: ServicesDep, visitor: VisitorDep, action: Annotated[str, Path(max_length=20)]
) -> Response:
    require_editor(visitor.caller)
    caller = visitor.caller
    try:
        match action:
            case "enable" | "disable":
                await rule_desk.switch(services, caller, rule_id, enabled=action == "enable")
                done = "on" if action == "enable" else "off"
            case "delete":
                await rule_desk.delete(services, caller, rule_id)
                done = "deleted"
            case "up":
                await _move_up(services, visitor, rule_id)
                done = "order"
            case _:
                raise not_found("page")
    except TRANSLATED as error:
        return await _list(services, visitor, refused=translate(error))
    return RedirectResponse(f"/rules?done={done}", status_code=303)


async def _move_up(services: Services, visitor: Visitor, rule_id: UUID) -> None:
    order = [rule.id for rule in await rule_desk.all_rules(services, visitor.caller)]
    if rule_id not in order:
        raise not_found("rule")
    place = order.index(rule_id)
    if place:
        order[place - 1], order[place] = order[place], order[place - 1]
        await rule_desk.reorder(services, visitor.caller, order)


async def _save(services: Services, visitor: Visitor, form: FormData, rule: RuleView | None) -> Response:
    """Saves what was typed, or tries it, or gives more rows to type in."""
    typed, caller = Typed.of(form), visitor.caller
    if text_of(form, "do") == "more":
        return await _form(services, visitor, typed, Around(rule, more=True))
    written = written_of(typed)
    if written is None:
        return await _form(services, visitor, typed, Around(rule, status=422))
    if text_of(form, "do") == "try":
        found = await rule_trying.try_on_the_past(services, caller, written, DAYS)
        return await _form(services, visitor, typed, Around(rule, trial=trial_words(found)))
    seen = typed.one("version")
    try:
        if rule is None:
            saved = await rule_desk.create(services, caller, written, text_of(form, "key"))
        else:
            version = int(seen) if seen.isdecimal() else None
            saved = await rule_desk.edit(services, caller, rule.id, written, version)
    except TRANSLATED as error:
        refused = translate(error)
        typed.values["version"] = [str(rule.version)] if rule else []
        around = Around(rule, problem=problem_words(refused), status=refused.status_code)
        return await _form(services, visitor, typed, around)
    done = "unchanged" if rule is not None and saved.version == rule.version else "saved"
    return RedirectResponse(f"/rules/{saved.id}/try?done={done}", status_code=303)


async def _form(services: Services, visitor: Visitor, typed: Typed, around: Around) -> Response:
    rule = around.rule
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        campaigns = await choices.campaigns(session, rule.campaign_id if rule else None)
        currencies = await choices.currencies(session)
    chosen = typed.one("currency")
    listed = currencies if not chosen or chosen in currencies else [*currencies, chosen]
    return render(
        "rule_form.html",
        services.settings,
        visitor,
        status=around.status,
        rule=rule,
        typed=typed,
        labels=rule_form.labels_of(typed),
        groups=rule_form.groups_of(typed, more=around.more),
        form=rule_form,
        campaigns=[("", "All campaigns"), *((str(campaign_id), name) for campaign_id, name in campaigns)],
        currencies=[("", "No amounts in it"), *((currency, currency) for currency in listed)],
        certain=CERTAIN,
        trial=around.trial,
        problem=around.problem,
        done=DONE.get(around.done, ""),
        edit=None,
    )


async def _list(services: Services, visitor: Visitor, *, done: str = "", refused: ApiError | None = None) -> Response:
    rules = await rule_desk.all_rules(services, visitor.caller)
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        newest = await looks.newest_of(session, [rule.id for rule in rules])
    return render(
        "rules.html",
        services.settings,
        visitor,
        status=refused.status_code if refused else 200,
        cards=rule_cards(rules, await _names(services, visitor, rules), newest),
        templates=TEMPLATES,
        certain=CERTAIN,
        done=DONE.get(done, ""),
        problem=problem_words(refused) if refused else None,
    )


async def _names(services: Services, visitor: Visitor, rules: list[RuleView]) -> dict[UUID, str]:
    wanted = {rule.campaign_id for rule in rules if rule.campaign_id}
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        return await optimizer_log.campaign_names(session, wanted)
