"""What the hours after going live came to: decisions, money and conversions, beside the truth of the market."""

from collections import Counter
from datetime import datetime

from demo.client import Json
from demo.hours import OUTAGE_AFTER, OUTAGE_HOURS, MarketHours

# What Meta may spend of a daily budget on one day (its budget pages, September 2026).
OVERSPEND = 1.75


def figures(market: MarketHours) -> Json:
    """`spend_minor` and `conversions` as our analytics tell them; what begins with `market_` is the truth."""
    if not market.runs:
        return {"optimizer": {"hours": 0}}
    moves = market.moves()
    seen = market.api.get(f"{market.path}/analytics?since={market.first_day()}")
    ours, read_at = seen["total"], int(datetime.fromisoformat(seen["data"]["read_at"]).timestamp())
    truth = market.simulator.market(market.number, market.began_at, read_at)
    ended = Counter(run["outcome"] for run in market.runs)
    return {
        "optimizer": {
            "hours": len(market.runs),
            "decisions": len(moves),
            "applied": sum(1 for move in moves if move["origin"] != "undo" and _applied(move)),
            "proposed": sum(1 for move in moves if move["origin"] == "suggestion"),
            "undone": sum(1 for move in moves if move["origin"] == "undo" and _applied(move)),
            "dropped": sum(1 for move in moves if move["state"] == "dropped"),
            "left_alone": sum(1 for move in moves if move["state"] == "no_action"),
            "runs": dict(ended),
            "waited_s": sum(float(run["counts"].get("waited_s") or 0) for run in market.runs),
        },
        "spend_minor": ours["spend_minor"],
        "conversions": ours["conversions"],
        "market_spend_minor": truth["spend_minor"],
        "market_conversions": truth["conversions"]["reported"] if market.event else None,
        "expected_conversions": truth["conversions"]["expected"],
        "equal_split_conversions": truth["conversions"]["equal_split"],
        "clairvoyant_conversions": truth["conversions"]["clairvoyant"],
        "retargeting_minor": market.retargeting_budgets(),
        "cap_breaches": _breaches(market, truth),
    }


def _applied(move: Json) -> bool:
    return move["state"] in ("applied", "partly_applied", "undone")


def _breaches(market: MarketHours, truth: Json) -> int:
    """Hours in which more was asked for than approved, and days or totals that cost more than they may."""
    schedule = market.api.get(f"{market.path}/schedule")["content"]
    approved = market.requested[0]
    asked = sum(1 for amount in market.requested if amount > approved)
    over = truth["spend_minor"] > schedule["total_cap_minor"]
    daily = schedule["daily_cap_minor"] if schedule["budget_period"] == "daily" else None
    days = Counter[str]()
    for adset in truth["adsets"]:
        for start, spent, _ in adset["hours"]:
            days[market.day_of(start)] += spent
    too_dear = sum(1 for spent in days.values() if daily and spent > OVERSPEND * daily)
    return asked + int(over) + too_dear


def wrong_of_hours(optimizer: Json, found: Json) -> list[str]:
    """What three days must have shown; fewer hours promise less."""
    if not optimizer["hours"]:
        return []
    wrong = []
    if found["cap_breaches"]:
        wrong.append(f"{found['cap_breaches']} times more was asked for or spent than approved")
    if found["spend_minor"] != found["market_spend_minor"]:
        wrong.append(f"we say {found['spend_minor']} were spent, the platform {found['market_spend_minor']}")
    if found["market_conversions"] not in (None, found["conversions"]):
        wrong.append(f"we say {found['conversions']} conversions, the platform {found['market_conversions']}")
    through = optimizer["runs"].get("unreachable", 0)
    if optimizer["hours"] > OUTAGE_AFTER + OUTAGE_HOURS and not through:
        wrong.append("the outage went unnoticed")
    return wrong
