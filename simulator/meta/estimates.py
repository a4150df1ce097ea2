"""Delivery estimates: how many people an audience holds, and what an ad set would bring a day for its money.

Meta gives a curve of daily outcomes only where it is sure of it; else one point of zeros. An audience that is still
being built has `estimate_ready` false. Spend is an integer in the account's unit, outcomes are fractions (Marketing
API v26.0, delivery_estimate of ad accounts and ad sets; parameters optimization_goal, targeting_spec, promoted_object).
"""

import hashlib
import json

import numpy as np

from simulator.faults import FaultName
from simulator.meta import params
from simulator.meta.currencies import CURRENCIES, minimum_for
from simulator.meta.errors import GraphError, Refusal, invalid
from simulator.meta.market.opening import seed_of
from simulator.meta.rules import targeting as rules
from simulator.meta.world import Call
from simulator.store import Document, Json

# US dollars per 1000 impressions and results per impression: those of the market, seen from afar.
_GOALS = {
    "OFFSITE_CONVERSIONS": (12.0, 0.00036),
    "VALUE": (12.0, 0.00030),
    "LEAD_GENERATION": (11.0, 0.00066),
    "LANDING_PAGE_VIEWS": (7.0, 0.0131),
    "LINK_CLICKS": (7.0, 0.016),
    "REACH": (4.0, 0.8),
    "IMPRESSIONS": (4.0, 1.0),
}
_PIXEL_GOALS = {"OFFSITE_CONVERSIONS", "VALUE"}
_PEOPLE = 20_000_000
_SMALLEST = 20_000
"""People below whom nothing is foretold."""
_SPREAD = 0.25
_STEPS = (0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256)
_NOTHING = {"spend": 0, "reach": 0, "impressions": 0, "actions": 0}
_SPEC = {"optimization_goal": params.text, "targeting_spec": params.record, "promoted_object": params.record}


def of_account(call: Call) -> Document:
    given = params.read(_SPEC, call.params)
    for name in ("optimization_goal", "targeting_spec"):
        if name not in given:
            raise GraphError(Refusal.MISSING_PARAM, name, param=name)
    return _answer(call, given)


def of_adset(call: Call) -> Document:
    """As the ad set is; parameters that are given stand in for its own."""
    own = {
        "optimization_goal": call.node["optimization_goal"],
        "targeting_spec": call.node["targeting"],
        "promoted_object": call.node.get("promoted_object") or {},
    }
    return _answer(call, own | params.read(_SPEC, call.params))


def _answer(call: Call, given: Document) -> Document:
    goal, targeting, promoted = given["optimization_goal"], given["targeting_spec"], given.get("promoted_object") or {}
    if goal not in _GOALS:
        raise invalid("optimization_goal", f"{goal} is not one of {', '.join(sorted(_GOALS))}")
    geo = targeting.get("geo_locations") or {}
    if not any(geo.get(place) for place in rules.PLACES) and not targeting.get("custom_audiences"):
        raise invalid("targeting_spec", "Your audience targeting is incomplete. Select at least one location.")
    if goal in _PIXEL_GOALS and not promoted.get("pixel_id"):
        raise GraphError(Refusal.MISSING_PARAM, "promoted_object", param="promoted_object")
    audiences = [call.fetch("audience", str(row.get("id"))) for row in targeting.get("custom_audiences", [])]
    people = _people(targeting, audiences)
    ready = all(audience["operation_status"]["code"] == 200 for audience in audiences)
    sure = ready and people >= _SMALLEST and _has_seen(call, goal, promoted)
    if call.take(FaultName.UNSURE_ESTIMATE):
        sure = False
    return {
        "data": [
            {
                "daily_outcomes_curve": _curve(call, goal, targeting, people) if sure else [_NOTHING],
                "estimate_dau": round(people * 0.6) if ready else 0,
                "estimate_mau_lower_bound": round(people * 0.92, -2) if ready else -1,
                "estimate_mau_upper_bound": round(people * 1.08, -2) if ready else -1,
                "estimate_ready": ready,
            }
        ]
    }


def _people(targeting: Document, audiences: list[Document]) -> int:
    """Narrower ages, one gender and interests leave fewer; custom audiences are as large as they are."""
    if audiences:
        return sum(int(audience["approximate_count_lower_bound"]) for audience in audiences)
    years = targeting.get("age_max", 65) - targeting.get("age_min", 18) + 1
    part = min(years / 48, 1) * (0.5 if len(targeting.get("genders", [])) == 1 else 1)
    countries = (targeting.get("geo_locations") or {}).get("countries", [])
    part *= 0.3 if targeting.get("interests") or targeting.get("flexible_spec") else 1
    return int(_PEOPLE * max(len(countries), 0.1) * part)


def _has_seen(call: Call, goal: str, promoted: Document) -> bool:
    """Nothing is foretold of an event that the pixel has not sent lately."""
    if goal not in _PIXEL_GOALS:
        return True
    pixel = call.fetch("pixel", str(promoted["pixel_id"]))
    return promoted.get("custom_event_type") in pixel["_events"]


def _curve(call: Call, goal: str, targeting: Document, people: int) -> list[Json]:
    """The same audience in the same account has the same curve; more money brings ever less more."""
    account = call.owner
    offset, per_usd = CURRENCIES[account["currency"]]
    words = json.dumps([seed_of(account), goal, targeting], sort_keys=True)
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(words.encode()).digest()[:8], "big"))
    per_1000, per_view = _GOALS[goal]
    price = per_1000 * per_usd * offset / 1000 * rng.lognormal(0, _SPREAD)
    worth = per_view * rng.lognormal(0, _SPREAD)
    least, holds = minimum_for(goal, account["currency"]), people * 0.25
    points: list[Json] = [_NOTHING]
    for step in _STEPS:
        spend = max(round(least * step), 1)
        shown = holds * np.log1p(spend / price / holds)
        points.append(
            {
                "spend": spend,
                "reach": float(shown / 1.3),
                "impressions": float(shown),
                "actions": float(shown * min(worth, 1.0) * (spend / least) ** -0.1),
            }
        )
    return points


HANDLERS = {
    ("account", "delivery_estimate", "GET"): of_account,
    ("adset", "delivery_estimate", "GET"): of_adset,
}
