"""What an hour's money buys: impressions, clicks, page views, video views and conversions, as whole numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.meta.market import conversions, learning
from simulator.meta.market.arms import Basis
from simulator.meta.market.curves import response
from simulator.meta.market.ledger import COUNTS, TRUTH, Table
from simulator.meta.market.pacing import split
from simulator.meta.market.state import Indices, Market, Records

Floats = NDArray[np.float64]
NOISE = 0.15
LANDS = 0.82  # page views per link click
OTHER_CLICKS = 0.25  # clicks elsewhere on the ad, per link click
VIEWS, THRUPLAYS = 0.22, 0.3  # 3-second views per impression, ThruPlays per such view
DRIFT_KEPT = 0.5 ** (1 / (5 * 24))  # half of a drift has gone after five days
EXPOSURE_KEPT = 0.5 ** (1 / (7 * 24))


@dataclass(slots=True)
class Levels:
    """Per ad set: quality of the ads that run, clicks and conversions against the hidden parameters, learning apart."""

    quality: Floats
    clicks: Floats
    conversions: Floats
    learning: Floats


def drift(rng: np.random.Generator, arms: Records) -> None:
    """Two slow, mean-reverting walks per ad set: one for clicks, one for conversions (Ornstein-Uhlenbeck)."""
    for name in ("click_drift", "conversion_drift"):
        step = arms["volatility"] * np.sqrt(1 - DRIFT_KEPT**2)
        arms[name] = DRIFT_KEPT * arms[name] + step * rng.standard_normal(len(arms))


def levels(market: Market, shares: Floats) -> Levels:
    """`shares` is how delivery divides over ads. Fatigue sets in above one showing per person and week."""
    arms, ads = market.arms, market.ads
    running = np.bincount(ads["arm"], shares * ads["quality"], minlength=len(arms))
    at_rest = np.bincount(ads["arm"], ads["quality"], minlength=len(arms))
    count = np.bincount(ads["arm"], minlength=len(arms))
    quality = np.where(running > 0, running, at_rest / np.maximum(count, 1))
    frequency = arms["exposure"] / arms["audience"]
    wear = 1 / (1 + arms["fatigue"] * np.maximum(frequency - 1, 0) ** 1.3)
    learnt = learning.left_over(arms)
    return Levels(quality, np.exp(arms["click_drift"]) * wear, np.exp(arms["conversion_drift"]), learnt)


def clicks_at_response_one(arms: Records, weight: Floats) -> Floats:
    """Link clicks while fresh that an hour with this share of the day's traffic brings at the saturation spend."""
    return np.asarray(weight * arms["saturation"] / arms["click_cost"])


def truth(market: Market, found: Levels, weight: Floats, spend: Indices) -> Records:
    """One row per ad set, from which expected conversions at any other spend can be computed."""
    arms = market.arms
    rows = np.zeros(len(arms), TRUTH)
    rows["arm"], rows["spend"] = np.arange(len(arms)), spend
    rows["clicks"] = clicks_at_response_one(arms, weight) * found.clicks * found.quality
    rows["scale"] = arms["saturation"] * weight
    rows["rate"] = arms["conversion_rate"] * found.conversions
    rows["learning"] = found.learning**2
    return rows


def deliver(
    rng: np.random.Generator, market: Market, found: Levels, weight: Floats, shares: Floats, spend: Indices
) -> tuple[Table, Indices, Indices]:
    """Counts per ad in the order of COUNTS; conversions after clicks and after views, caused per ad."""
    arms, ads, arm = market.arms, market.ads, market.ads["arm"]
    with np.errstate(divide="ignore", invalid="ignore"):
        u = np.where(spend > 0, spend / (arms["saturation"] * weight), 0)
    fresh = clicks_at_response_one(arms, weight) * response(arms["family"], arms["bend"], np.nan_to_num(u))
    shown = fresh / arms["click_rate"] * np.exp(NOISE * rng.standard_normal(len(arms)))
    table = np.zeros((len(ads), len(COUNTS)), np.int64)
    table[:, 0] = split(spend, arm, shares)
    impressions = np.maximum(rng.poisson(shown[arm] * shares), table[:, 0] > 0)
    chance = arms["click_rate"] * found.clicks * found.learning
    links = rng.binomial(impressions, np.minimum(chance[arm] * ads["quality"], 0.5))
    views = rng.binomial(impressions, VIEWS) * ads["video"]
    others = rng.binomial(impressions, np.minimum(OTHER_CLICKS * chance[arm], 0.5))
    pages = rng.binomial(links, LANDS) * ~arms["on_meta"][arm]
    table[:, 1:] = np.stack([impressions, links + others, links, pages, views, rng.binomial(views, THRUPLAYS)], axis=1)
    rate = (arms["conversion_rate"] * found.conversions * found.learning)[arm]
    clicked = rng.binomial(links, np.minimum(rate * (1 - conversions.VIEW_SHARE), 0.9))
    viewed = rng.poisson(rate * conversions.VIEW_SHARE * impressions * chance[arm] * ads["quality"])
    return table, clicked, viewed


def results(arms: Records, arm: Indices, table: Table, caused: Indices) -> Indices:
    """Per ad set, what counts as a result under its optimization goal; conversions when they are caused."""
    per_basis = {
        Basis.CONVERSION: caused,
        Basis.LINK_CLICK: table[:, COUNTS.index("link_clicks")],
        Basis.LANDING_PAGE_VIEW: table[:, COUNTS.index("landing_page_views")],
        Basis.IMPRESSION: table[:, COUNTS.index("impressions")],
        Basis.THRUPLAY: table[:, COUNTS.index("thruplays")],
    }
    sums = [np.bincount(arm, per_basis[basis], minlength=len(arms)) for basis in Basis]
    return np.choose(arms["basis"], sums).astype(np.int64)
