"""The first schedule and ads plan that a brief and its strategy call for; people change them afterwards."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Annotated, NamedTuple

from pydantic import Field

from models.domain.ads_plan import AdsPlan, BidStrategy, PlannedCampaign
from models.domain.base import Currency, Document, ZoneName, local_time
from models.domain.brief import Blackout, Brief, BudgetKind, Dsa
from models.domain.content import ItemContent
from models.domain.money import in_words, split_above
from models.domain.naming import Naming, plan_key, render_name
from models.domain.plan_tree import PlanContext, countries_of, grow_tree, name_fields
from models.domain.schedule import BudgetLevel, BudgetPeriod, Entry, EntryKind, Envelope, IfLate, Schedule, Split
from models.domain.strategy import Strategy

REVIEW_LEAD = timedelta(hours=24)
CAMPAIGN_KEY = "main"
# Without an end date the total still needs a bound that people approve; when it is reached, they are asked again.
OPEN_ENDED_DAYS = 30
LONGEST_MONTH_DAYS = 31
FIRST_STEP = 4_000
"""Basis points: large enough to follow what the first days show, and small enough to be wrong once."""


class AccountFacts(Document):
    """What was chosen when the ad account was connected, and its own settings. Ids are the platform's."""

    account_id: str
    currency: Currency
    zone: ZoneName
    page_id: str
    instagram_user_id: str | None = None
    pixel_id: str | None = None
    event: str | None = None
    lead_form_id: str | None = None
    dsa: Dsa | None = None
    min_daily_minor: Annotated[int, Field(gt=0)]


class NotPlannable(ValueError):
    """The brief cannot become a schedule or plan yet; the message says what to change."""


class PlanNotes(Document):
    """What was changed or left out on the way from strategy to plan, in words, and why."""

    reasons: list[str] = []


class PlanDraft(NamedTuple):
    plan: AdsPlan
    notes: PlanNotes


class BudgetOwners(NamedTuple):
    """Who holds a budget: plan keys with their weights (basis points of the segment, shared by its languages)."""

    level: BudgetLevel
    period: BudgetPeriod
    weights: dict[str, int]


def default_schedule(brief: Brief, strategy: Strategy, account: AccountFacts, now: datetime) -> Schedule:
    """Money and dates of the brief in the account's currency and zone.

    As soon as possible means the next full hour after the review lead. Daily and monthly budgets become daily ones per
    ad set, a total becomes one lifetime budget. The split follows the segments' shares, equally over languages.

    Raises:
        NotPlannable: no budget, another currency, no time left, or too little for the account's minimum.
    """
    amount = _amount(brief, account)
    owners = budget_owners(brief, strategy, account)
    start = _start(brief, account, now)
    end = brief.flight.end
    if end is not None and end <= start:
        raise NotPlannable(f"the flight ends {end:%Y-%m-%d %H:%M} UTC, before it could start; move the end date")
    days = ceil((end - start) / timedelta(days=1)) if end else OPEN_ENDED_DAYS
    daily = None if owners.period is BudgetPeriod.LIFETIME else _daily(brief, amount)
    total = amount if daily is None else daily * days
    floor = account.min_daily_minor * (days if daily is None else 1)
    return Schedule(
        currency=account.currency,
        zone=account.zone,
        start=start,
        end=end,
        if_late=_if_late(brief),
        total_cap_minor=total,
        daily_cap_minor=daily,
        budget_level=owners.level,
        budget_period=owners.period,
        entries=_flights(start, end, brief.flight.blackouts),
        split=_split(total if daily is None else daily, owners, floor, account.currency),
        envelope=Envelope(first_step=FIRST_STEP),
    )


def refitted(kept: Schedule, fresh: Schedule) -> Schedule:
    """The schedule as people left it, its money split anew only where `fresh` names other budget owners.

    Dates, caps and envelope stay. Where the budgets change their level or period, `fresh` gives money and split.
    """
    if (kept.budget_level, kept.budget_period) != (fresh.budget_level, fresh.budget_period):
        own = kept.model_dump(include={"if_late", "envelope"})
        return Schedule.model_validate(fresh.model_dump() | own)
    if {part.plan_key for part in kept.split} == {part.plan_key for part in fresh.split}:
        return kept
    floor = fresh.split[0].floor_minor
    weights = [part.initial_minor for part in fresh.split]
    if kept.pool_minor < floor * len(weights):
        raise NotPlannable(
            f"{in_words(kept.pool_minor, kept.currency)} is below the account's minimum for {len(weights)} budgets; "
            "raise the budget in the schedule or use fewer segments and languages"
        )
    parts = split_above(kept.pool_minor, weights, floor)
    ceiling = kept.pool_minor - floor * (len(parts) - 1)
    split = [
        part.model_copy(update={"initial_minor": amount, "ceiling_minor": ceiling})
        for part, amount in zip(fresh.split, parts, strict=True)
    ]
    return Schedule.model_validate(kept.model_dump() | {"split": [part.model_dump() for part in split]})


def default_plan(
    brief: Brief, strategy: Strategy, items: Sequence[ItemContent], account: AccountFacts, naming: Naming
) -> PlanDraft:
    """One campaign; an ad set per segment and language; an ad per item whose angle speaks to the segment.

    Retargeting shares the campaign, since a strategy has one objective. Notes say what was left out or taken away.

    Raises:
        NotPlannable: there is no item to show.
    """
    if not items:
        raise NotPlannable("there is no item to make ads of; include or add some content first")
    owners = budget_owners(brief, strategy, account)
    campaign_pays = owners.level is BudgetLevel.CAMPAIGN
    context = PlanContext(
        brief=brief,
        strategy=strategy,
        naming=naming,
        campaign_key=CAMPAIGN_KEY,
        event=account.event,
        dsa=brief.dsa or account.dsa,
        bid_strategy=None if campaign_pays else BidStrategy.LOWEST_COST,
    )
    tree = grow_tree(context, list(items))
    categories = brief.special_categories or []
    campaign = PlannedCampaign(
        key=CAMPAIGN_KEY,
        name=render_name(naming.campaign, name_fields(context)),
        objective=strategy.measurement.objective,
        special_categories=categories,
        countries=(brief.special_category_countries or countries_of(strategy)) if categories else [],
        bid_strategy=BidStrategy.LOWEST_COST if campaign_pays else None,
    )
    conversion = strategy.measurement.conversion or brief.conversion
    plan = AdsPlan(
        ad_account_id=account.account_id,
        page_id=account.page_id,
        instagram_user_id=account.instagram_user_id,
        pixel_id=brief.tracking.pixel_id or account.pixel_id,
        lead_form_id=(conversion.lead_form_id if conversion else None) or account.lead_form_id,
        campaigns=[campaign],
        ad_sets=tree.ad_sets,
        ads=tree.ads,
    )
    return PlanDraft(plan, PlanNotes(reasons=tree.notes))


def budget_owners(brief: Brief, strategy: Strategy, account: AccountFacts) -> BudgetOwners:
    """A total pays from the campaign; daily money goes to ad sets, unless it cannot carry each one's minimum."""
    languages = strategy.message.languages
    ad_sets = {
        plan_key(segment.key, language): segment.share
        for segment in strategy.audience.segments
        for language in languages
    }
    kind = brief.budget.kind if brief.budget else BudgetKind.DAILY
    if kind is BudgetKind.TOTAL:
        return BudgetOwners(BudgetLevel.CAMPAIGN, BudgetPeriod.LIFETIME, {CAMPAIGN_KEY: 1})
    if brief.budget and _daily(brief, brief.budget.amount.amount_minor) < account.min_daily_minor * len(ad_sets):
        return BudgetOwners(BudgetLevel.CAMPAIGN, BudgetPeriod.DAILY, {CAMPAIGN_KEY: 1})
    return BudgetOwners(BudgetLevel.AD_SET, BudgetPeriod.DAILY, ad_sets)


def next_full_hour(at: datetime, zone: str) -> datetime:
    """The first full hour at or after `at` on the clock of the zone, which may be half an hour off UTC's."""
    local = local_time(at, zone)
    full = local.replace(minute=0, second=0, microsecond=0)
    past = local - full
    return at if not past else at + (timedelta(hours=1) - past)


def _amount(brief: Brief, account: AccountFacts) -> int:
    if brief.budget is None:
        raise NotPlannable("the brief has no budget; add an amount")
    if brief.budget.amount.currency != account.currency:
        raise NotPlannable(
            f"the budget is in {brief.budget.amount.currency}, the ad account pays in {account.currency}; "
            f"give the budget in {account.currency} or choose another account"
        )
    return brief.budget.amount.amount_minor


def _daily(brief: Brief, amount_minor: int) -> int:
    """A monthly budget is spread over the longest month, so that no month can exceed it."""
    monthly = brief.budget is not None and brief.budget.kind is BudgetKind.MONTHLY
    return amount_minor // LONGEST_MONTH_DAYS if monthly else amount_minor


def _start(brief: Brief, account: AccountFacts, now: datetime) -> datetime:
    wanted = brief.flight.start
    return wanted if wanted and wanted > now else next_full_hour(now + REVIEW_LEAD, account.zone)


def _if_late(brief: Brief) -> IfLate:
    """Shifting would move the ads into a blackout or past a date that does not wait."""
    return IfLate.SHORTEN if brief.flight.immovable or brief.flight.blackouts else IfLate.SHIFT


def _split(pool: int, owners: BudgetOwners, floor: int, currency: str) -> list[Split]:
    keys, weights = list(owners.weights), list(owners.weights.values())
    if pool < floor * len(keys):
        raise NotPlannable(
            f"{in_words(pool, currency)} is below the account's minimum of {in_words(floor, currency)} "
            f"for each of {len(keys)} budgets; raise the budget or shorten the flight"
        )
    parts = split_above(pool, weights, floor)
    ceiling = pool - floor * (len(keys) - 1)
    return [
        Split(plan_key=key, initial_minor=part, floor_minor=floor, ceiling_minor=ceiling)
        for key, part in zip(keys, parts, strict=True)
    ]


def _flights(start: datetime, end: datetime | None, blackouts: list[Blackout]) -> list[Entry]:
    """The stretches between blackouts; none where the ads run through from start to end."""
    inside = sorted((b for b in blackouts if b.end > start and (end is None or b.start < end)), key=lambda b: b.start)
    if not inside:
        return []
    stretches: list[tuple[datetime, datetime | None]] = []
    begin = start
    for blackout in inside:
        if blackout.start > begin:
            stretches.append((begin, blackout.start))
        begin = max(begin, blackout.end)
    if end is None or begin < end:
        stretches.append((begin, end))
    return [
        Entry(key=f"flight-{number}", kind=EntryKind.FLIGHT, at=at, until=until)
        for number, (at, until) in enumerate(stretches, 1)
    ]
