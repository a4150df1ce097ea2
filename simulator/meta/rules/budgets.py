"""Money: one budget on one level, above the minimum, with the bid data that its strategy needs."""

import math
from datetime import datetime

from simulator.meta.currencies import NO_SPEND_CAP, minimum_for, spend_cap_floor
from simulator.meta.errors import GraphError, Refusal, invalid, missing
from simulator.meta.market import standing
from simulator.meta.world import Call
from simulator.store import Document

BUDGETS = ("daily_budget", "lifetime_budget")
CAPPED = {"LOWEST_COST_WITH_BID_CAP", "COST_CAP"}
STRATEGIES = {"LOWEST_COST_WITHOUT_CAP", "LOWEST_COST_WITH_MIN_ROAS", *CAPPED}
# What Meta assumes when nothing is said, and why leaving bid_strategy out so often fails for want of a bid amount.
DEFAULT_STRATEGY = "LOWEST_COST_WITH_BID_CAP"


def budget_of(document: Document) -> tuple[str, int] | None:
    """The budget's parameter name and amount in minor units, if this object owns one."""
    found = [(name, int(document[name])) for name in BUDGETS if document.get(name)]
    if len(found) > 1:
        raise invalid("lifetime_budget", "give either daily_budget or lifetime_budget")
    return found[0] if found else None


def days_between(start: datetime, end: datetime) -> int:
    return max(1, math.ceil((end - start).total_seconds() / 86_400))


def check_minimum(call: Call, document: Document, goal: str, days: int) -> None:
    """Daily budgets against the daily minimum, lifetime budgets against that times the days of the flight."""
    budget = budget_of(document)
    if budget is None:
        return
    name, amount = budget
    currency = call.owner["currency"]
    minimum = minimum_for(goal, currency) * (days if name == "lifetime_budget" else 1)
    if amount < minimum:
        raise GraphError(Refusal.BUDGET_TOO_LOW, name, param=name, minimum=minimum, currency=currency)
    if name == "lifetime_budget" and "id" in document:
        kind = "campaign" if "objective" in document else "adset"
        if amount <= (spent := standing.spent(call, kind, document["id"]).ever):
            raise GraphError(Refusal.BUDGET_BELOW_SPEND, name, spent=spent)


def check_spend_cap(call: Call, campaign: Document) -> None:
    cap = campaign.get("spend_cap")
    floor = spend_cap_floor(call.owner["currency"])
    if cap and cap != NO_SPEND_CAP and cap < floor:
        raise GraphError(Refusal.SPEND_CAP_TOO_LOW, "spend_cap", minimum=floor, currency=call.owner["currency"])


def check_strategy(strategy: str) -> None:
    if strategy not in STRATEGIES:
        raise invalid("bid_strategy", f"must be one of {sorted(STRATEGIES)}")


def check_bid(adset: Document, strategy: str) -> None:
    """The bid data of an ad set against the strategy in force, its own or its campaign's."""
    has_amount = bool(adset.get("bid_amount"))
    floor = (adset.get("bid_constraints") or {}).get("roas_average_floor")
    if strategy in CAPPED and not has_amount:
        raise GraphError(Refusal.BID_MISSING, "bid_amount", strategy=strategy, param="bid_amount")
    if strategy == "LOWEST_COST_WITH_MIN_ROAS":
        if not floor:
            param = "bid_constraints.roas_average_floor"
            raise GraphError(Refusal.BID_MISSING, "bid_constraints", strategy=strategy, param=param)
        if adset["optimization_goal"] != "VALUE":
            raise GraphError(Refusal.BID_CONTRADICTION, "bid_strategy", why="a minimum ROAS needs the goal VALUE")
    elif floor:
        raise GraphError(Refusal.BID_CONTRADICTION, "bid_constraints", why=f"{strategy} takes no ROAS floor")
    if has_amount and strategy not in CAPPED:
        raise GraphError(Refusal.BID_CONTRADICTION, "bid_amount", why=f"{strategy} takes no bid amount")


def check_campaign_covers(call: Call, campaign: Document, goals: list[str], days: int) -> None:
    """A campaign budget must cover the sum of its ad sets' minimums."""
    budget = budget_of(campaign)
    if budget is None:
        return
    minimum = sum(minimum_for(goal, call.owner["currency"]) for goal in goals)
    minimum *= days if budget[0] == "lifetime_budget" else 1
    if budget[1] < minimum:
        raise GraphError(Refusal.CAMPAIGN_BUDGET_TOO_LOW, budget[0], minimum=minimum)


def require(document: Document, *names: str) -> None:
    for name in names:
        if document.get(name) in (None, ""):
            raise missing(name)
