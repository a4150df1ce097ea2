"""Rules for budgets: written, tried on the past, switched on, and what each look at them found."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from api import rule_desk, rule_trying
from api.deps import CallerDep, EditorDep, IdempotencyKey, ServicesDep
from api.responses import problems
from api.schemas.base import Page
from api.schemas.rules import (
    EditRuleBody,
    LookSearch,
    RuleLookView,
    RuleOrderBody,
    RuleTemplateView,
    RuleTrialView,
    RuleView,
    RuleWords,
    TryRuleBody,
    WriteRuleBody,
)
from api.visibility import require_team
from models.domain.rule_templates import TEMPLATES
from records.rules.written import Written

router = APIRouter(tags=["rules"])

READ = problems(401, 403, 404)
WRITE = problems(401, 403, 404, 409, 412, 422)


@router.get("/rules", operation_id="list_rules", responses=problems(401, 403))
async def list_rules(services: ServicesDep, caller: CallerDep, campaign_id: UUID | None = None) -> list[RuleView]:
    """In the order in which they decide; with a campaign those that it is subject to."""
    require_team(caller)
    return await rule_desk.all_rules(services, caller, campaign_id)


@router.post(
    "/rules",
    operation_id="create_rule",
    status_code=status.HTTP_201_CREATED,
    responses=problems(400, 401, 403, 409, 422),
)
async def create_rule(
    body: WriteRuleBody, services: ServicesDep, caller: EditorDep, key: IdempotencyKey, response: Response
) -> RuleView:
    """Write a rule. It is off: try it on the past, then enable it."""
    made = await rule_desk.create(services, caller, Written(body.rule, body.campaign_id), key)
    response.headers["Location"] = f"/api/v1/rules/{made.id}"
    return made


@router.put("/rules/order", operation_id="order_rules", responses=problems(401, 403, 409, 422))
async def order_rules(body: RuleOrderBody, services: ServicesDep, caller: EditorDep) -> list[RuleView]:
    """Of several rules that want one budget the first decides."""
    return await rule_desk.reorder(services, caller, body.rule_ids)


@router.get("/rule-templates", operation_id="list_rule_templates", responses=problems(401, 403))
async def list_rule_templates(caller: CallerDep) -> list[RuleTemplateView]:
    """Rules to begin with."""
    require_team(caller)
    return [
        RuleTemplateView(key=each.key, why=each.why, rule=each.body, words=RuleWords.of(each.body))
        for each in TEMPLATES
    ]


@router.post("/rules/try", operation_id="try_rule", responses=problems(401, 403, 422))
async def try_rule(body: TryRuleBody, services: ServicesDep, caller: CallerDep) -> RuleTrialView:
    """What a rule, saved or not, would have done in the hours that the optimizer recorded. Nothing is written."""
    require_team(caller)
    return await rule_trying.try_on_the_past(services, caller, Written(body.rule, body.campaign_id), body.days)


@router.get("/rule-looks", operation_id="list_rule_looks", responses=problems(400, 401, 403))
async def list_rule_looks(
    services: ServicesDep, caller: CallerDep, wanted: Annotated[LookSearch, Query()]
) -> Page[RuleLookView]:
    """Every look of every rule at a campaign, newest first, for 90 days: what held, what failed, what came of it."""
    require_team(caller)
    views, more = await rule_desk.page_of_looks(services, caller, wanted)
    return Page(items=views, next_cursor=more)


@router.get("/rules/{rule_id}", operation_id="get_rule", responses=READ)
async def get_rule(rule_id: UUID, services: ServicesDep, caller: CallerDep) -> RuleView:
    """One rule."""
    require_team(caller)
    return await rule_desk.one(services, caller, rule_id)


@router.put("/rules/{rule_id}", operation_id="edit_rule", responses=WRITE)
async def edit_rule(rule_id: UUID, body: EditRuleBody, services: ServicesDep, caller: EditorDep) -> RuleView:
    """Put another rule in its place. It is switched off by that: try it, then enable it again."""
    rule = Written(body.rule, body.campaign_id)
    return await rule_desk.edit(services, caller, rule_id, rule, body.seen_version)


@router.delete("/rules/{rule_id}", operation_id="delete_rule", status_code=status.HTTP_204_NO_CONTENT, responses=READ)
async def delete_rule(rule_id: UUID, services: ServicesDep, caller: EditorDep) -> None:
    """It holds no more; what it did stays in the log."""
    await rule_desk.delete(services, caller, rule_id)


@router.post("/rules/{rule_id}/enable", operation_id="enable_rule", responses=READ)
async def enable_rule(rule_id: UUID, services: ServicesDep, caller: EditorDep) -> RuleView:
    """It decides from the next run on, inside what each campaign's mode and approved schedule allow."""
    return await rule_desk.switch(services, caller, rule_id, enabled=True)


@router.post("/rules/{rule_id}/disable", operation_id="disable_rule", responses=READ)
async def disable_rule(rule_id: UUID, services: ServicesDep, caller: EditorDep) -> RuleView:
    """It decides nothing from the next run on."""
    return await rule_desk.switch(services, caller, rule_id, enabled=False)
