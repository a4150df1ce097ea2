"""Rules for ad sets, at creation and at each edit."""

from datetime import datetime, timedelta

from simulator.meta.errors import GraphError, Refusal, invalid
from simulator.meta.rules import budgets, objectives, targeting
from simulator.meta.rules.campaigns import live_adsets
from simulator.meta.world import Call
from simulator.store import Document

MAX_PER_CAMPAIGN = 200
WINDOWS = {"CLICK_THROUGH": (1, 7), "VIEW_THROUGH": (0, 1), "ENGAGED_VIDEO_VIEW": (0, 1)}


def check(call: Call, adset: Document, changed: set[str]) -> None:
    """`adset` as it would be; `changed` the parameters that this call gives."""
    budgets.require(adset, "name", "campaign_id", "billing_event", "optimization_goal", "targeting")
    campaign = call.fetch("campaign", adset["campaign_id"])
    siblings = [other for other in live_adsets(call, campaign) if other["id"] != adset.get("id")]
    if len(siblings) >= MAX_PER_CAMPAIGN:
        raise invalid("campaign_id", f"a campaign holds at most {MAX_PER_CAMPAIGN} ad sets")
    objectives.check(call, adset, campaign["objective"])
    targeting.check(call, adset, set(campaign["special_ad_categories"]))
    days = _check_flight(call, adset, campaign, changed)
    _check_budget(call, adset, campaign, days)
    if campaign.get("is_adset_budget_sharing_enabled") and any(_differ(adset, other) for other in siblings):
        raise GraphError(Refusal.SHARING_UNIFORM, "campaign_id")
    _check_schedule(adset, campaign)
    _check_attribution(adset)
    goals = [other["optimization_goal"] for other in (*siblings, adset)]
    budgets.check_campaign_covers(call, campaign, goals, days)


def _owner(adset: Document, campaign: Document) -> Document:
    return campaign if budgets.budget_of(campaign) else adset


def _check_flight(call: Call, adset: Document, campaign: Document, changed: set[str]) -> int:
    """Start and end against each other and the clock; returns the days of the flight, 1 when open ended."""
    owned = budgets.budget_of(_owner(adset, campaign))
    end_text = adset.get("end_time") or ""
    if not end_text:
        if owned and owned[0] == "lifetime_budget":
            raise GraphError(Refusal.MISSING_PARAM, "end_time", param="end_time")
        return 1
    end = datetime.fromisoformat(end_text)
    start = datetime.fromisoformat(adset["start_time"]) if adset.get("start_time") else call.now
    if changed & {"end_time", "start_time"} and (end <= call.now or end <= start):
        raise GraphError(Refusal.END_IN_PAST, "end_time")
    if end <= call.now and changed - {"name", "status"}:
        raise GraphError(Refusal.ENDED)
    if owned and owned[0] == "daily_budget" and end - start < timedelta(hours=24):
        raise invalid("end_time", "an ad set with a daily budget must run for at least 24 hours")
    return budgets.days_between(start, end)


def _check_budget(call: Call, adset: Document, campaign: Document, days: int) -> None:
    own = budgets.budget_of(adset)
    if budgets.budget_of(campaign):
        if own:
            raise GraphError(Refusal.BOTH_LEVELS, own[0])
        if adset.get("bid_strategy"):
            raise GraphError(
                Refusal.BID_CONTRADICTION, "bid_strategy", why="with a campaign budget it belongs on the campaign"
            )
        budgets.check_bid(adset, campaign["bid_strategy"])
        return
    if not own:
        raise GraphError(Refusal.MISSING_PARAM, "daily_budget", param="daily_budget or lifetime_budget")
    strategy = str(adset.setdefault("bid_strategy", campaign.get("bid_strategy") or budgets.DEFAULT_STRATEGY))
    budgets.check_strategy(strategy)
    budgets.check_bid(adset, strategy)
    budgets.check_minimum(call, adset, adset["optimization_goal"], days)


def _differ(adset: Document, other: Document) -> bool:
    kinds = {bool(part.get("lifetime_budget")) for part in (adset, other)}
    return len(kinds) > 1 or adset["bid_strategy"] != other["bid_strategy"]


def _check_schedule(adset: Document, campaign: Document) -> None:
    schedule = adset.get("adset_schedule") or []
    if not schedule:
        return
    owned = budgets.budget_of(_owner(adset, campaign))
    if owned and owned[0] != "lifetime_budget":
        raise invalid("adset_schedule", "day parts need a lifetime budget")
    for entry in schedule:
        start, end = entry.get("start_minute"), entry.get("end_minute")
        if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= 1440):
            raise invalid("adset_schedule", "start_minute and end_minute must be minutes of one day, start before end")
        if start % 60 or end % 60:
            raise invalid("adset_schedule", "day parts begin and end at full hours")
        if not entry.get("days") or not set(entry["days"]) <= set(range(7)):
            raise invalid("adset_schedule", "days holds numbers from 0 (Sunday) to 6")


def _check_attribution(adset: Document) -> None:
    for row in adset.get("attribution_spec") or []:
        windows = WINDOWS.get(row.get("event_type"))
        if windows is None or row.get("window_days") not in windows:
            raise invalid("attribution_spec", "clicks count for 1 or 7 days, views for 0 or 1")
