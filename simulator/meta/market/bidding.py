"""Who spends how much of an hour's budget: pacing, Meta's division of campaign budgets, demand and bid limits."""

from bisect import bisect_left
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulator.meta.market import pacing, seasons
from simulator.meta.market.curves import response
from simulator.meta.market.delivery import Levels, clicks_at_response_one
from simulator.meta.market.hours import Hour
from simulator.meta.market.roster import ALWAYS, Records, Roster
from simulator.meta.market.state import Indices, Market

Floats = NDArray[np.float64]
HOUR_NOISE = 0.12


@dataclass(slots=True)
class Traffic:
    """Shares of an average day's traffic per kind of season: this hour, the rest of the local day, all of it."""

    now: Floats
    later: Floats
    whole: Floats


@dataclass(slots=True)
class Flights:
    """For lifetime budgets: the traffic ahead, by season and day parts, summed over the hours of `ahead`."""

    ahead: list[Hour]
    parts: list[NDArray[np.bool_]]
    sums: dict[tuple[int, int], Floats] = field(default_factory=dict)

    def left(self, season: int, parts: int, hour: Hour, closes: int) -> float:
        """Traffic from this hour until the flight closes."""
        if (season, parts) not in self.sums:
            share = [
                seasons.WEIGHTS[season, each.weekday, each.hour]
                * each.length
                * self.parts[parts][each.weekday, each.hour]
                for each in self.ahead
            ]
            self.sums[season, parts] = np.concatenate([[0.0], np.cumsum(share)])
        sums = self.sums[season, parts]
        begin, end = (bisect_left(self.ahead, at, key=lambda each: each.start) for at in (hour.start, closes))
        return float(sums[end] - sums[begin])


@dataclass(slots=True)
class Slot:
    """One hour of one account: whose share of it is open (0 to 1), and how much traffic it has."""

    hour: Hour
    traffic: Traffic
    adsets_open: Floats
    campaigns_open: Floats
    adset_factors: Floats
    campaign_factors: Floats
    flights: Flights


def bid(rng: np.random.Generator, market: Market, roster: Roster, slot: Slot, found: Levels) -> Indices:
    """What each ad set spends in this hour, in minor units; purses are charged."""
    wanted = _own_budgets(market, roster, slot) + _from_campaigns(market, roster, slot, found)
    arms = market.arms
    weight = slot.traffic.now[arms["season"]] * slot.adsets_open
    wanted *= np.exp(HOUR_NOISE * rng.standard_normal(len(arms)))
    wanted = np.minimum(wanted, arms["reachable"] * arms["saturation"] * weight)
    wanted[(arms["dies_at"] > 0) & (arms["dies_at"] <= slot.hour.start)] = 0
    wanted = _within_bid(market, roster, found, weight, wanted)
    amounts = np.floor(wanted + rng.random(len(arms))).astype(np.int64) * (wanted > 0)
    amounts = _within_limits(market, roster, slot.hour, amounts)
    pacing.spend(market.adsets, amounts)
    campaign = roster.adsets["campaign"]
    per_campaign = np.zeros(len(market.campaigns), np.int64)
    np.add.at(per_campaign, campaign, amounts)
    pacing.spend(market.campaigns, per_campaign)
    roster.account_room -= int(amounts.sum())
    return amounts


def _own_budgets(market: Market, roster: Roster, slot: Slot) -> Floats:
    season = market.arms["season"]
    daily = _daily(market.adsets, roster.adsets, slot.adset_factors, slot.adsets_open, slot.traffic, season)
    rows, now = roster.adsets, slot.traffic.now[season] * slot.adsets_open
    for place in np.flatnonzero((rows["lifetime"] > 0) & (slot.adsets_open > 0)):
        left = slot.flights.left(int(season[place]), int(rows["parts"][place]), slot.hour, int(rows["closes"][place]))
        rest = max(0, int(rows["lifetime"][place]) - int(market.adsets["spent"][place]))
        daily[place] = rest * min(1.0, now[place] / left) if left > 0 else rest
    return np.where(rows["owns"], daily, 0.0)


def _daily(
    purses: Records, rows: Records, factors: Floats, opened: Floats, traffic: Traffic, season: NDArray[np.uint8]
) -> Floats:
    now, later = traffic.now[season] * opened, traffic.later[season]
    fresh = (purses["day_share"] == 0) & (opened > 0)
    purses["day_share"][fresh] = ((now + later) / traffic.whole[season])[fresh]
    return np.asarray(pacing.daily_aim(purses, rows, factors) * now / np.maximum(now + later, 1e-12))


def _from_campaigns(market: Market, roster: Roster, slot: Slot, found: Levels) -> Floats:
    """Campaign budgets go where Meta expects results: by size of the audience and results per money, not exactly."""
    rows, campaign = roster.campaigns, roster.adsets["campaign"]
    if not (rows["daily"] + rows["lifetime"]).any():
        return np.zeros(len(market.arms))
    season = np.full(len(rows), seasons.EVENING)
    money = _daily(market.campaigns, rows, slot.campaign_factors, slot.campaigns_open, slot.traffic, season)
    for place in np.flatnonzero((rows["lifetime"] > 0) & (slot.campaigns_open > 0)):
        members = roster.adsets[campaign == place]
        closes = min(int(rows["closes"][place]), int(members["closes"].max()))
        left = slot.flights.left(seasons.EVENING, int(members["parts"][0]), slot.hour, min(closes, ALWAYS))
        rest = max(0, int(rows["lifetime"][place]) - int(market.campaigns["spent"][place]))
        now = slot.traffic.now[seasons.EVENING] * slot.campaigns_open[place]
        money[place] = rest * min(1.0, now / left) if left > 0 else rest
    arms = market.arms
    worth = arms["saturation"] / arms["click_cost"] * arms["conversion_rate"] * found.clicks * slot.adset_factors
    worth = worth * slot.adsets_open * ~roster.adsets["owns"]
    total = np.bincount(campaign, worth, minlength=len(rows))
    given = money[campaign] * worth / np.maximum(total[campaign], 1e-300)
    least = (roster.adsets["least_today"] - market.adsets["today"]) * slot.adsets_open
    now = slot.traffic.now[arms["season"]]
    floor = np.maximum(least, 0) * now / np.maximum(now + slot.traffic.later[arms["season"]], 1e-12)
    given = np.maximum(given, np.where(roster.adsets["owns"], 0, floor))
    raised = np.bincount(campaign, given, minlength=len(rows))
    return np.asarray(given * np.minimum(1, money / np.maximum(raised, 1e-300))[campaign])


def _within_bid(market: Market, roster: Roster, found: Levels, weight: Floats, wanted: Floats) -> Floats:
    """A bid or cost cap below the expected cost of a result slows spending down by the square of their ratio."""
    bids = roster.adsets["bid"]
    if not bids.any():
        return wanted
    arms = market.arms
    u = wanted / np.maximum(arms["saturation"] * weight, 1e-12)
    clicks = clicks_at_response_one(arms, weight) * response(arms["family"], arms["bend"], u) * found.clicks
    per_click = np.where(arms["basis"] == 0, arms["conversion_rate"], 1)
    cost = wanted / np.maximum(clicks * per_click, 1e-12)
    return np.asarray(np.where(bids > 0, wanted * np.minimum(1, bids / np.maximum(cost, 1e-12)) ** 2, wanted))


def _within_limits(market: Market, roster: Roster, hour: Hour, amounts: Indices) -> Indices:
    rows, purses = roster.adsets, market.adsets
    amounts = np.minimum(amounts, pacing.rooms(purses, rows, hour))
    for limit, spent in (("most_today", "today"), ("most_ever", "spent")):
        room = np.maximum(rows[limit] - purses[spent], 0)
        amounts = np.where(rows[limit] > 0, np.minimum(amounts, room), amounts)
    amounts = pacing.fit(amounts, rows["campaign"], pacing.rooms(market.campaigns, roster.campaigns, hour))
    everyone = np.zeros(len(amounts), np.int64)
    return pacing.fit(amounts, everyone, np.array([max(0, roster.account_room)]))
