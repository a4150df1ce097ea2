"""Rules for campaigns, at creation and at each edit."""

from datetime import datetime

from simulator.meta.errors import GraphError, Refusal, invalid, missing
from simulator.meta.rules import budgets, objectives
from simulator.meta.world import Call
from simulator.store import Document

CATEGORIES = {
    "NONE", "EMPLOYMENT", "HOUSING", "CREDIT", "ISSUES_ELECTIONS_POLITICS", "ONLINE_GAMBLING_AND_GAMING",
    "FINANCIAL_PRODUCTS_SERVICES",
}  # fmt: skip
BUYING_TYPES = {"AUCTION", "RESERVED"}


def check(call: Call, campaign: Document, changed: set[str]) -> None:
    """`campaign` as it would be; `changed` the parameters that this call gives."""
    budgets.require(campaign, "name", "objective")
    if "special_ad_categories" not in campaign:
        raise missing("special_ad_categories")
    if campaign["objective"] not in objectives.OBJECTIVES:
        raise invalid("objective", f"must be one of {sorted(objectives.OBJECTIVES)}")
    if campaign.setdefault("buying_type", "AUCTION") not in BUYING_TYPES:
        raise invalid("buying_type", "must be AUCTION or RESERVED")
    _check_categories(campaign)
    _check_budget(call, campaign)
    budgets.check_spend_cap(call, campaign)
    if "stop_time" in changed and campaign["stop_time"] and datetime.fromisoformat(campaign["stop_time"]) <= call.now:
        raise GraphError(Refusal.END_IN_PAST, "stop_time")


def _check_categories(campaign: Document) -> None:
    categories = set(campaign["special_ad_categories"])
    if unknown := categories - CATEGORIES:
        raise invalid("special_ad_categories", f"{sorted(unknown)} must be among {sorted(CATEGORIES)}")
    if "NONE" in categories and len(categories) > 1:
        raise invalid("special_ad_categories", "NONE stands alone")
    if "ISSUES_ELECTIONS_POLITICS" in categories and not campaign.get("special_ad_category_country"):
        raise missing("special_ad_category_country")


def _check_budget(call: Call, campaign: Document) -> None:
    owned = budgets.budget_of(campaign)
    sharing = campaign.get("is_adset_budget_sharing_enabled")
    strategy = campaign.get("bid_strategy")
    if strategy:
        budgets.check_strategy(strategy)
    if owned:
        if sharing:
            raise GraphError(Refusal.SHARING_WITH_BUDGET, "is_adset_budget_sharing_enabled")
        if any(budgets.budget_of(adset) for adset in live_adsets(call, campaign)):
            raise GraphError(Refusal.BOTH_LEVELS, owned[0])
        budgets.check_minimum(call, campaign, "IMPRESSIONS", 1)
        goals = [adset["optimization_goal"] for adset in live_adsets(call, campaign)]
        budgets.check_campaign_covers(call, campaign, goals, 1)
        campaign.setdefault("bid_strategy", budgets.DEFAULT_STRATEGY)
        return
    if sharing is None:
        raise GraphError(Refusal.SHARING_MISSING, "is_adset_budget_sharing_enabled")
    if sharing and not strategy:
        raise GraphError(Refusal.SHARING_NEEDS_BID, "bid_strategy")
    if strategy and not sharing:
        raise GraphError(
            Refusal.BID_CONTRADICTION, "bid_strategy", why="without a campaign budget it belongs on the ad sets"
        )


def live_adsets(call: Call, campaign: Document) -> list[Document]:
    """Ad sets of a stored campaign that are neither archived nor deleted."""
    adsets = call.store.all("adset", parent=campaign.get("id", "-"))
    return [adset for adset in adsets if adset["status"] in ("ACTIVE", "PAUSED")]
