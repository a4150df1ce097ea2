"""Submitting turns drafts into versions that people can approve, and asks them to."""

from typing import TypeVar

from pydantic import JsonValue

from models.contracts import commands as c
from models.domain import hashing
from models.domain.ads_plan import AdsPlan
from models.domain.copy_checks import Level, check_item
from models.domain.schedule import BudgetLevel
from models.domain.states import DocumentState, Scope
from models.tables.approval import Approval
from models.tables.document import DocumentVersion
from models.tables.strategy import Concept
from records.campaigns.context import Context
from records.campaigns.facts import Versions
from records.campaigns.progress import dry_run_passed, items_to_compose
from records.campaigns.refusals import CommandRefused, RefusalType, needed
from records.campaigns.renders import items_awaiting

NO_STRATEGY = "There is no strategy yet; wait for the draft or write one."
NO_SCHEDULE = "There is no schedule yet; choose an ad account and wait for the draft."
NO_PLAN = "There is no ads plan yet; choose an ad account and wait for the draft."

V = TypeVar("V", bound=DocumentVersion)


async def submit(context: Context, command: c.Submit) -> dict[str, JsonValue]:
    scopes = [scope for scope in Scope if not command.scopes or scope in command.scopes]
    revised = False
    for scope in scopes:
        match scope:
            case Scope.STRATEGY:
                revised = _submit_strategy(context)
            case Scope.CONTENT:
                _submit_content(context)
            case Scope.SCHEDULE:
                _submit_schedule(context)
            case Scope.ADS:
                _submit_plan(context)
    _refresh_hashes(context)
    for scope in scopes:
        request(context, scope)
    if revised:
        _ask_the_others_again(context)
    context.facts.campaign.problem = None
    return {"submitted": [scope.value for scope in scopes]}


def _promote(context: Context, versions: Versions[V], missing: str) -> V | None:
    """Makes the draft the submitted version. Returns it, or None where nothing new was to submit."""
    draft = versions.draft
    if draft is None:
        if versions.submitted is None:
            raise CommandRefused(RefusalType.NOT_ALLOWED, missing)
        return None
    if versions.submitted is not None:
        versions.submitted.state = DocumentState.SUPERSEDED
        context.session.add(versions.submitted)
    draft.state, draft.submitted_at = DocumentState.SUBMITTED, context.now
    context.session.add(draft)
    versions.submitted, versions.draft = draft, None
    return draft


def _submit_strategy(context: Context) -> bool:
    facts = context.facts
    version = _promote(context, facts.strategies, NO_STRATEGY)
    if facts.briefs.draft is not None:
        _promote(context, facts.briefs, "")
    if version is None:
        return False
    context.facts.forget_derived()
    strategy = needed(facts.strategy, NO_STRATEGY)
    hashes = hashing.strategy_hashes(strategy)
    version.content_hash, version.hash_t, version.hash_a, version.hash_m = hashes.whole, hashes.t, hashes.a, hashes.m
    for concept in strategy.message.concepts:
        context.session.add(
            Concept(
                workspace_id=facts.campaign.workspace_id,
                strategy_version_id=version.id,
                key=concept.key,
                angle=concept.angle,
                format=concept.format,
                ratios=[ratio.value for ratio in concept.ratios],
                idea=concept.idea,
            )
        )
    facts.campaign.objective = strategy.measurement.objective.value
    return True


def _need_strategy(context: Context) -> None:
    if context.facts.strategies.submitted is None:
        raise CommandRefused(RefusalType.NOT_ALLOWED, "Submit the strategy first; everything else rests on it.")


def _submit_content(context: Context) -> None:
    _need_strategy(context)
    facts = context.facts
    unwritten = [key for key in facts.called_for if key not in facts.items or facts.items[key].working is None]
    if unwritten:
        raise CommandRefused(
            RefusalType.NOT_ALLOWED,
            f"{len(unwritten)} item(s) have no copy yet; wait until they are written.",
            items=list[JsonValue](unwritten),
        )
    _refuse_unfinished_pictures(context)
    _refuse_broken_copy(context)
    for key in facts.agreed_items:
        if facts.items[key].versions.draft is not None:
            _promote(context, facts.items[key].versions, f"The item {key!r} has no copy yet.")


def _refuse_unfinished_pictures(context: Context) -> None:
    """Nobody is asked to approve what will look different in a minute."""
    facts = context.facts
    awaiting = items_awaiting(facts)
    drawn = set(items_to_compose(facts))
    unfinished = [key for key in facts.agreed_items if facts.included[key] and (key in awaiting or key in drawn)]
    if unfinished:
        raise CommandRefused(
            RefusalType.NOT_ALLOWED,
            f"{len(unfinished)} item(s) still wait for pictures. They are made once the strategy is approved; wait for "
            "them, or cancel them and choose others.",
            items=list[JsonValue](unfinished),
        )


def _refuse_broken_copy(context: Context) -> None:
    facts = context.facts
    strategy = needed(facts.strategy, NO_STRATEGY)
    found: list[JsonValue] = []
    for key in context.facts.agreed_items:
        content = context.facts.items[key].working
        if content is None or not facts.included[key]:
            continue
        for finding in check_item(content, strategy, facts.brief, context.now):
            if finding.level is Level.REFUSE:
                found.append({"item": key, "field": finding.field, "problem": finding.message})
    if found:
        raise CommandRefused(
            RefusalType.INVALID, f"{len(found)} text(s) would be refused by Meta; correct them first.", errors=found
        )


def _submit_schedule(context: Context) -> None:
    _need_strategy(context)
    _promote(context, context.facts.schedules, NO_SCHEDULE)
    context.facts.forget_derived()
    if needed(context.facts.schedule, NO_SCHEDULE).start <= context.now:
        raise CommandRefused(
            RefusalType.INVALID, "The start has passed; set a later start and submit again.", field="start"
        )


def _submit_plan(context: Context) -> None:
    _need_strategy(context)
    facts = context.facts
    _promote(context, facts.plans, NO_PLAN)
    context.facts.forget_derived()
    plan = needed(facts.plan, NO_PLAN)
    _check_account(context, plan)
    if facts.brief.special_categories is None:
        raise CommandRefused(
            RefusalType.INVALID,
            "Nobody has said yet whether this advertises housing, employment, finance or politics. Meta is told so "
            "with every campaign; answer it in the brief, also where it is none of these.",
            field="special_categories",
        )
    agreed = [facts.items[key].row for key in facts.agreed_items]
    active = {(row.concept_key, row.language) for row in agreed}
    strangers = [ad.key for ad in plan.ads if (ad.concept, ad.language) not in active]
    if strangers:
        raise CommandRefused(
            RefusalType.INVALID,
            "The ads plan has ads for items that the strategy no longer has; remove them.",
            ads=list[JsonValue](strangers),
        )
    _check_budgets(context, plan)


def _check_account(context: Context, plan: AdsPlan) -> None:
    account = context.facts.account
    if account is not None and plan.ad_account_id != account.external_id:
        raise CommandRefused(
            RefusalType.INVALID,
            f"The ads plan is for the ad account {plan.ad_account_id}, but {account.name} ({account.external_id}) is "
            "chosen; plan the ads for that one.",
            field="ad_account_id",
        )


def _check_budgets(context: Context, plan: AdsPlan) -> None:
    schedule = needed(context.facts.schedule, "Submit the schedule first; the ads need its budgets and dates.")
    parts = plan.campaigns if schedule.budget_level is BudgetLevel.CAMPAIGN else plan.ad_sets
    owners, split = {part.key for part in parts}, {part.plan_key for part in schedule.split}
    if owners != split:
        raise CommandRefused(
            RefusalType.INVALID,
            "The schedule's split and the plan's budget owners differ; give each owner exactly one budget.",
            without_budget=list[JsonValue](sorted(owners - split)),
            unknown_in_split=list[JsonValue](sorted(split - owners)),
        )


def _refresh_hashes(context: Context) -> None:
    context.facts.forget_derived()
    facts = context.facts
    for key, digest in facts.item_hashes.items():
        version = facts.items[key].versions.submitted
        if version is not None:
            version.content_hash = digest
    for scope in (Scope.SCHEDULE, Scope.ADS):
        document = facts.submitted_version(scope)
        if document is not None:
            document.content_hash = facts.hashes.get(scope)


def request(context: Context, scope: Scope) -> None:
    """Asks for the scope's approval; for ads only once the dry run of exactly this launch has passed."""
    facts = context.facts
    row = facts.approvals.get(scope)
    if row is None:
        row = Approval(workspace_id=facts.campaign.workspace_id, campaign_id=facts.campaign.id, scope=scope)
        facts.approvals[scope] = row
        context.session.add(row)
    version = facts.submitted_version(scope)
    row.version = version.version if version else None
    row.requested_by = context.actor_id
    if scope is Scope.ADS:
        row.requested_at = context.now if dry_run_passed(facts) else None
    else:
        row.requested_at = context.now


def _ask_the_others_again(context: Context) -> None:
    """A revised strategy puts the other scopes up for review again, all in the same round."""
    for scope in (Scope.CONTENT, Scope.SCHEDULE, Scope.ADS):
        if context.facts.requested(scope):
            request(context, scope)
