"""An ad set: audience, goal, bid, budget where it owns one, and an end in every case."""

from datetime import timedelta

from pydantic import JsonValue

from models.domain.ads_plan import BidStrategy, OptimizationGoal, PlannedAdSet, PlannedCampaign
from models.domain.schedule import BudgetLevel, BudgetPeriod, Entry, EntryKind, Schedule
from providers.ads.meta.currencies import to_platform
from providers.ads.meta.payloads.approved import Approved, Payload, platform_time, refuse
from providers.ads.meta.payloads.objectives import goal_payload
from providers.ads.meta.payloads.targeting import targeting_payload

_NEED_BID = (BidStrategy.BID_CAP, BidStrategy.COST_CAP)


def ad_set_payload(approved: Approved, ad_set: PlannedAdSet, name: str, *, campaign_id: str) -> Payload:
    """Parameters of POST act_X/adsets. `name` carries the marker; `campaign_id` is Meta's.

    Raises:
        Refused: Meta's rules do not allow this ad set; the message says what to change.
    """
    campaign = approved.campaign_of(ad_set)
    return {
        "name": name,
        "campaign_id": campaign_id,
        "status": "PAUSED",
        **goal_payload(approved.plan, campaign.objective, ad_set),
        **_bid(approved, campaign, ad_set),
        **approved.budget(BudgetLevel.AD_SET, ad_set.key),
        **_times(approved, ad_set),
        **_day_parts(approved, ad_set),
        **targeting_payload(campaign, ad_set),
    }


def _bid(approved: Approved, campaign: PlannedCampaign, ad_set: PlannedAdSet) -> Payload:
    """The strategy stands with whoever owns the budget, the amount always on the ad set."""
    campaign_owns = approved.schedule.budget_level is BudgetLevel.CAMPAIGN
    inherited = campaign.bid_strategy or BidStrategy.LOWEST_COST
    strategy = inherited if campaign_owns else ad_set.bid_strategy or inherited
    if (campaign_owns or campaign.adset_budget_sharing) and ad_set.bid_strategy not in (None, inherited):
        refuse(f"Ad sets that share a budget all bid by {inherited.value}: remove the other strategy.")
    payload: Payload = {} if campaign_owns else {"bid_strategy": strategy.value}
    if (strategy in _NEED_BID) != (ad_set.bid_minor is not None):
        refuse(f"{strategy.value} {'needs a bid: add one' if strategy in _NEED_BID else 'takes no bid: remove it'}.")
    if (strategy is BidStrategy.MIN_ROAS) != (ad_set.min_roas is not None):
        needed = "needs a return: add one" if strategy is BidStrategy.MIN_ROAS else "takes no return: remove it"
        refuse(f"{strategy.value} {needed}.")
    if strategy is BidStrategy.MIN_ROAS and ad_set.optimization_goal is not OptimizationGoal.VALUE:
        refuse("A minimum return works only for the goal VALUE: change the goal or the bid strategy.")
    if ad_set.bid_minor is not None:
        payload["bid_amount"] = to_platform(ad_set.bid_minor, approved.account.currency)
    if ad_set.min_roas is not None:
        payload["bid_constraints"] = {"roas_average_floor": ad_set.min_roas}
    return payload


def _times(approved: Approved, ad_set: PlannedAdSet) -> Payload:
    _refuse_unkept_plans(approved.schedule)
    start, end = approved.schedule.start, ad_set.end or approved.end()
    if end <= start:
        refuse(f"The ad set {ad_set.name!r} would end before it starts: move one of the dates.")
    if end > approved.end():
        refuse(f"The ad set {ad_set.name!r} would run on after the end of the schedule: take its own end away.")
    if approved.schedule.budget_period is BudgetPeriod.DAILY and end - start < timedelta(days=1):
        refuse("A daily budget needs at least 24 hours: choose a later end, or a lifetime budget.")
    return {"start_time": platform_time(start), "end_time": platform_time(end)}


def _refuse_unkept_plans(schedule: Schedule) -> None:
    """Ads that run through an approved pause, or on an old budget, are worse than none."""
    kinds = {entry.kind for entry in schedule.entries}
    if EntryKind.FLIGHT in kinds:
        refuse("Greenlight cannot pause between flights yet: remove the flights and blackouts, and pause by hand.")
    if EntryKind.BUDGET_STEP in kinds:
        refuse(
            "Greenlight cannot change budgets by plan yet: remove the budget steps, and open a change when one is due."
        )


def _day_parts(approved: Approved, ad_set: PlannedAdSet) -> Payload:
    parts = [
        entry
        for entry in approved.schedule.entries
        if entry.kind is EntryKind.DAYPART and entry.target in (None, ad_set.key, ad_set.campaign)
    ]
    if not parts:
        return {}
    return {"pacing_type": ["day_parting"], "adset_schedule": [_day_part(entry) for entry in parts]}


def _day_part(entry: Entry) -> JsonValue:
    """Whole hours of the account's day; Meta's week starts on Sunday with 0, ours on Monday."""
    first = 0 if entry.from_hour is None else entry.from_hour
    last = 24 if entry.to_hour is None else entry.to_hour
    if last <= first:
        refuse(f"The day part {entry.key!r} ends before it starts: split it at midnight.")
    days: list[JsonValue] = [*sorted((day + 1) % 7 for day in set(entry.weekdays or range(7)))]
    return {"start_minute": 60 * first, "end_minute": 60 * last, "days": days, "timezone_type": "ADVERTISER"}
