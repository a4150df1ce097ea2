"""Draws the hidden parameters of an ad set. Ranges are our own: rough averages of published benchmarks per objective.

The draw depends on the account's seed and on the ad set's number in the account, so a run can be repeated.
"""

from collections.abc import Mapping
from enum import IntEnum
from fnmatch import fnmatchcase

import numpy as np

from simulator.meta.currencies import CURRENCIES
from simulator.meta.market import seasons
from simulator.meta.market.curves import BENDS, Family
from simulator.meta.market.state import ARM, Records
from simulator.store import Document


class Basis(IntEnum):
    """What Meta counts as a result under an optimization goal."""

    CONVERSION = 0
    LINK_CLICK = 1
    LANDING_PAGE_VIEW = 2
    IMPRESSION = 3
    THRUPLAY = 4


BASES = {
    "LINK_CLICKS": Basis.LINK_CLICK, "LANDING_PAGE_VIEWS": Basis.LANDING_PAGE_VIEW, "REACH": Basis.IMPRESSION,
    "IMPRESSIONS": Basis.IMPRESSION, "AD_RECALL_LIFT": Basis.IMPRESSION, "THRUPLAY": Basis.THRUPLAY,
}  # fmt: skip
# Medians per objective: US dollars per 1000 impressions, link clicks per impression, conversions per link click.
_OBJECTIVES = {
    "OUTCOME_AWARENESS": (4.0, 0.005, 0.006),
    "OUTCOME_TRAFFIC": (7.0, 0.016, 0.012),
    "OUTCOME_ENGAGEMENT": (5.0, 0.011, 0.012),
    "OUTCOME_LEADS": (11.0, 0.011, 0.060),
    "OUTCOME_SALES": (12.0, 0.012, 0.030),
    "OUTCOME_APP_PROMOTION": (9.0, 0.010, 0.080),
}
ON_META_GOALS = {
    "LEAD_GENERATION", "QUALITY_LEAD", "CONVERSATIONS", "PAGE_LIKES", "POST_ENGAGEMENT", "EVENT_RESPONSES",
    "QUALITY_CALL",
}  # fmt: skip
SOLD = {"PURCHASE", "VALUE", "DONATE", "SUBSCRIBE"}
DEATHS = 0.04


def draw(seed: int, number: int, account: Document, campaign: Document, adset: Document) -> Records:
    """One record. `_first_budget` of the ad set is its daily share of the budget that it starts with."""
    rng = np.random.default_rng([seed, 1, number])
    cost, click_rate, conversion_rate = _OBJECTIVES[campaign["objective"]]
    offset, per_usd = CURRENCIES[account["currency"]]
    usd = offset * per_usd
    arm = np.zeros(1, ARM)
    family = Family(int(rng.integers(len(Family))))
    arm["family"], arm["bend"] = family, rng.uniform(*BENDS[family])
    arm["season"] = rng.integers(seasons.KINDS)
    # Budgets are sized to audiences: whatever is first spent lies somewhere on the bend of the curve.
    arm["saturation"] = max(adset["_first_budget"], usd) * rng.lognormal(0, 0.6)
    arm["reachable"] = rng.uniform(3, 8)
    arm["click_rate"] = min(0.08, click_rate * rng.lognormal(0, 0.35))
    arm["conversion_rate"] = min(0.4, conversion_rate * rng.lognormal(0, 0.5))
    arm["click_cost"] = cost * rng.lognormal(0, 0.35) * usd / 1000 / arm["click_rate"]
    arm["value"] = 45 * usd * rng.lognormal(0, 0.4) if event_of(adset) in SOLD else 0
    arm["basis"] = BASES.get(adset["optimization_goal"], Basis.CONVERSION)
    arm["on_meta"] = adset["optimization_goal"] in ON_META_GOALS
    per_day = arm["saturation"] / arm["click_cost"] / arm["click_rate"]
    arm["audience"] = np.maximum(50, per_day * rng.lognormal(np.log(12), 0.6))
    arm["fatigue"], arm["volatility"] = rng.uniform(0.05, 0.25), rng.uniform(0.08, 0.2)
    arm["learning_cost"] = rng.uniform(0.15, 0.3)
    death = rng.uniform(2, 21) * 86_400
    arm["dies_at"] = adset["_starts"] + death if rng.random() < DEATHS else 0
    arm["learnt"] = 1
    if adset.get("_retargets"):
        arm["audience"] /= 6
        arm["conversion_rate"] = np.minimum(0.5, 2.2 * arm["conversion_rate"])
    return arm


def event_of(adset: Document) -> str:
    """The conversion event that the ad set's people cause: what it is optimised for, else what a shop's pixel sees."""
    if adset["optimization_goal"] in ON_META_GOALS:
        return str(adset["optimization_goal"])
    return str((adset.get("promoted_object") or {}).get("custom_event_type") or "PURCHASE")


def apply(rules: list[Document], market_arms: Records, names: Mapping[int, str]) -> None:
    """Sets parameters that were chosen by hand; `names` has the ad sets to look at by place."""
    for rule in rules:
        for place, name in names.items():
            if fnmatchcase(name, rule["adset"]):
                for key, value in rule["set"].items():
                    market_arms[key][place] = value
