"""Do schedule and ads plan fit the brief, the account and each other?"""

from collections import Counter
from datetime import datetime

from models.domain.ads_plan import AdsPlan, OptimizationGoal
from models.domain.base import local_time
from models.domain.brief import Brief, Budget, BudgetKind
from models.domain.content import item_key
from models.domain.defaults import LONGEST_MONTH_DAYS, AccountFacts
from models.domain.exposure import publish_by
from models.domain.money import in_words
from models.domain.naming import name_collisions
from models.domain.remarks import Documents, Remarks, blocker, recommendation
from models.domain.schedule import BudgetLevel, BudgetPeriod, Schedule
from models.domain.special_categories import restricted_targeting
from models.domain.structure import structure_check

ADS_PER_AD_SET = 50


def account_remarks(documents: Documents) -> Remarks:
    account, brief = documents.account, documents.brief
    if account is None:
        yield blocker(
            "account.missing", "ad_account", "ads need an account to run in", "connect or choose an ad account"
        )
        return
    if brief.budget and brief.budget.amount.currency != account.currency:
        reason = f"the budget is in {brief.budget.amount.currency}, the account pays in {account.currency}"
        yield blocker("account.currency", "budget.amount", reason, f"give the budget in {account.currency}")
    form = brief.conversion.lead_form_id if brief.conversion else None
    if documents.opens_form() and not (form or account.lead_form_id):
        reason = "the ads are to open an instant form, none is chosen"
        yield blocker("account.lead_form.missing", "conversion.lead_form_id", reason, "choose the form")
    yield from _pixel(documents, account)


def _pixel(documents: Documents, account: AccountFacts) -> Remarks:
    converts = documents.brief.conversion is not None and not documents.opens_form()
    if converts and not (documents.brief.tracking.pixel_id or account.pixel_id):
        reason = "conversions on the website are counted by a pixel, none is chosen"
        yield blocker("account.pixel.missing", "tracking.pixel_id", reason, "choose the pixel of the website")


def schedule_remarks(schedule: Schedule, documents: Documents, now: datetime) -> Remarks:
    brief, account = documents.brief, documents.account
    if schedule.start <= now:
        reason = f"the start {local_time(schedule.start, schedule.zone):%Y-%m-%d %H:%M} has passed"
        yield blocker("schedule.start.past", "start", reason, "choose a later start")
    elif publish_by(schedule) <= now:
        reason = "Meta's review may take a day, so the ads may begin late"
        yield recommendation("schedule.review.late", "start", reason, "approve now, or start a day later")
    if brief.budget and brief.budget.hard_cap and (over := _over_brief(schedule, brief.budget)):
        yield blocker("schedule.over_budget", "total_cap_minor", over, "lower the schedule or raise the brief's budget")
    if account:
        yield from _against_account(schedule, account)


def _over_brief(schedule: Schedule, budget: Budget) -> str | None:
    """In words, by how much the schedule goes beyond what the brief allows; None where it does not."""
    planned = {
        BudgetKind.TOTAL: schedule.total_cap_minor,
        BudgetKind.DAILY: schedule.daily_cap_minor or 0,
        BudgetKind.MONTHLY: min((schedule.daily_cap_minor or 0) * LONGEST_MONTH_DAYS, schedule.total_cap_minor),
    }[budget.kind]
    if planned <= budget.amount.amount_minor:
        return None
    allowed = in_words(budget.amount.amount_minor, budget.amount.currency)
    return f"{in_words(planned, schedule.currency)} is planned, the brief allows {allowed} ({budget.kind})"


def _against_account(schedule: Schedule, account: AccountFacts) -> Remarks:
    if (schedule.currency, schedule.zone) != (account.currency, account.zone):
        reason = f"the schedule counts in {schedule.currency} and {schedule.zone}, the account in others"
        action = f"use {account.currency} and {account.zone}"
        yield blocker("schedule.account", "currency", reason, action)
    if schedule.budget_period is BudgetPeriod.DAILY:
        for part in schedule.split:
            if min(part.initial_minor, part.floor_minor) < account.min_daily_minor:
                minimum = in_words(account.min_daily_minor, account.currency)
                reason = f"the budget of {part.plan_key} may fall below the account's minimum of {minimum} a day"
                yield blocker("schedule.below_minimum", f"split.{part.plan_key}", reason, "raise its floor or merge it")


def plan_remarks(plan: AdsPlan, documents: Documents) -> Remarks:
    if documents.account and plan.ad_account_id != documents.account.account_id:
        reason = "the plan is for another ad account than the one chosen"
        yield blocker("plan.account", "ad_account_id", reason, "plan the ads again for this account")
    for name in name_collisions(plan):
        reason = f"several objects would be called {name!r}"
        yield blocker("plan.name_collision", "ads", reason, "add segment, concept or language to the name template")
    for ad_set, count in Counter(ad.ad_set for ad in plan.ads).items():
        if count > ADS_PER_AD_SET:
            reason = f"{ad_set} has {count} ads, Meta takes {ADS_PER_AD_SET}"
            yield blocker("plan.too_many_ads", f"ad_sets.{ad_set}", reason, "leave some ads out")
    yield from _items_exist(plan, documents)
    yield from _special_categories(plan, documents.brief)
    yield from _targets(plan)
    if documents.schedule:
        yield from _against_schedule(plan, documents.schedule, documents.brief)


def _items_exist(plan: AdsPlan, documents: Documents) -> Remarks:
    included = {item_key(item.concept, item.language) for item in documents.items}
    planned = {item_key(ad.concept, ad.language) for ad in plan.ads}
    for key in sorted(planned - included):
        reason = f"the plan shows {key}, which is not included"
        yield blocker("plan.item.missing", f"items.{key}", reason, "include the item or take its ads out of the plan")
    for key in sorted(included - planned):
        reason = f"no ad shows {key}"
        yield recommendation("plan.item.unused", f"items.{key}", reason, "add an ad for it or exclude the item")


def _special_categories(plan: AdsPlan, brief: Brief) -> Remarks:
    for ad_set in plan.ad_sets:
        _, reasons = restricted_targeting(ad_set.targeting, brief.special_categories or [])
        for reason in reasons:
            field = f"ad_sets.{ad_set.key}.targeting"
            yield blocker("plan.special_category", field, f"{ad_set.key}: {reason}", "widen the targeting like this")


def _targets(plan: AdsPlan) -> Remarks:
    for ad_set in plan.ad_sets:
        if ad_set.optimization_goal is OptimizationGoal.OFFSITE_CONVERSIONS and not plan.pixel_id:
            reason = f"{ad_set.key} optimises for conversions, which need a pixel"
            yield blocker("plan.pixel.missing", "pixel_id", reason, "choose the pixel of the website")
        if ad_set.optimization_goal is OptimizationGoal.LEAD_GENERATION and not plan.lead_form_id:
            reason = f"{ad_set.key} collects leads, which need a form"
            yield blocker("plan.lead_form.missing", "lead_form_id", reason, "choose the form")


def _against_schedule(plan: AdsPlan, schedule: Schedule, brief: Brief) -> Remarks:
    by_campaign = schedule.budget_level is BudgetLevel.CAMPAIGN
    owners = {part.key for part in (plan.campaigns if by_campaign else plan.ad_sets)}
    budgets = {part.plan_key for part in schedule.split}
    for key in sorted(owners - budgets):
        yield blocker("plan.budget.missing", f"split.{key}", f"{key} has no budget", "give it a part of the split")
    for key in sorted(budgets - owners):
        reason = f"{key} has a budget but is not in the plan"
        yield blocker("plan.budget.unused", f"split.{key}", reason, "share its budget out to the others")
    if advice := structure_check(brief, schedule, plan):
        yield recommendation("plan.structure", "ad_sets", advice.message, "merge ad sets as suggested")
