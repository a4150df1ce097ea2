"""Plays the hours of one account that have ended since the last time, and keeps what they brought."""

from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from simulator.meta.clock import market_now
from simulator.meta.market import bidding, conversions, delivery, learning, ledger, pacing, seasons, state
from simulator.meta.market.enlisting import enlist
from simulator.meta.market.hours import HOUR_S, Hour, day_start, hour_start, hours, hours_of_day
from simulator.meta.market.opening import market_of, seed_of
from simulator.meta.market.roster import Roster, share_open
from simulator.meta.market.state import Market
from simulator.meta.world import Call, Request, World
from simulator.store import Document

Floats = NDArray[np.float64]
FURTHEST_S = 400 * 86_400


def settle(world: World, account: Document) -> None:
    """Brings the market up to the account's clock; `account` is brought up to date and saved.

    An hour is played once it has ended, by the budgets that stood at its end; starts and stops within it count to five
    minutes. Between two ends of an hour this costs nothing.
    """
    market, now = market_of(world, account), market_now(account).timestamp()
    if now < market.settled + HOUR_S:
        return
    try:
        with world.store.transaction():
            _play_until(world, account, market, now)
    except BaseException:
        # What is in memory may be half played; the store is not.
        del world.markets[account["account_id"]]
        raise


def _play_until(world: World, account: Document, market: Market, now: float) -> None:
    call = Call(world, Request("GET", account["id"], {}), {}, "account", account, account)
    zone = ZoneInfo(account["timezone_name"])
    roster = enlist(call, market)
    if roster.anything_runs:
        game = _Game(call, market, roster, zone, now)
        for hour in hours(zone, market.settled, now):
            game.play(hour)
        game.close()
        account["amount_spent"] = int(market.adsets["spent"].sum())
        world.store.put("account", account)
    market.settled = max(market.settled, hour_start(zone, now))
    state.save(world.store, account["account_id"], market)


class _Game:
    """One stretch of hours, during which the account's objects stay as they are."""

    def __init__(self, call: Call, market: Market, roster: Roster, zone: ZoneInfo, now: float) -> None:
        self._store, self._number = call.store, call.owner["account_id"]
        self._market, self._roster, self._zone = market, roster, zone
        self._seed = seed_of(call.owner)
        self._flights = bidding.Flights(self._ahead(now), roster.parts)
        self._days: dict[int, ledger.Table] = {}
        self._events = [market.events]

    def _ahead(self, now: float) -> list[Hour]:
        """The hours that lifetime budgets may still be spread over."""
        rows = self._roster
        if not (rows.campaigns["lifetime"].any() or rows.adsets["lifetime"].any()):
            return []
        ends = rows.adsets["closes"]
        last = ends[ends < now + FURTHEST_S].max(initial=int(now))
        return list(hours(self._zone, self._market.settled, int(last) + HOUR_S))

    def play(self, hour: Hour) -> None:
        market, roster = self._market, self._roster
        rng = np.random.default_rng([self._seed, 4, hour.start])
        self._turn_day(hour)
        learning.begin(market.arms, roster.adsets["edited"])
        delivery.drift(rng, market.arms)
        shares, adsets_open = self._open(hour)
        found = delivery.levels(market, shares)
        slot = self._slot(hour, adsets_open)
        spend = bidding.bid(rng, market, roster, slot, found)
        market.arms["begun"] |= spend > 0
        weight = slot.traffic.now[market.arms["season"]]
        self._keep_truth(hour, found, np.where(adsets_open > 0, adsets_open, 1) * weight, spend)
        table, clicked, viewed = delivery.deliver(rng, market, found, weight * adsets_open, shares, spend)
        ledger.write(self._store, self._number, "hour", hour.start, ledger.sparse(table))
        self._day(hour.day)[:] += table
        events = conversions.cause(rng, self._zone, hour, market, clicked, viewed)
        ledger.write(self._store, self._number, "events", hour.start, events)
        self._events.append(events)
        arm = market.ads["arm"]
        shown = np.bincount(arm, table[:, 1], minlength=len(market.arms))
        market.arms["exposure"] = delivery.EXPOSURE_KEPT * market.arms["exposure"] + shown
        learning.advance(market.arms, delivery.results(market.arms, arm, table, clicked + viewed), hour)

    def close(self) -> None:
        for day, table in self._days.items():
            ledger.write(self._store, self._number, "day", day, ledger.sparse(table))
        self._market.events = np.concatenate(self._events)

    def _turn_day(self, hour: Hour) -> None:
        since = day_start(self._zone, hour.day)
        pacing.turn_day(self._market.campaigns, self._roster.campaigns, self._roster.campaign_highs, hour, since)
        pacing.turn_day(self._market.adsets, self._roster.adsets, self._roster.adset_highs, hour, since)

    def _open(self, hour: Hour) -> tuple[Floats, Floats]:
        """How delivery divides over the ads of an ad set, and which share of the hour each ad set is open."""
        ads, arm = self._roster.ads, self._market.ads["arm"]
        parts = np.array([part[hour.weekday, hour.hour] for part in self._roster.parts])
        opened = ads["runs"] * share_open(ads["opens"], np.minimum(ads["closes"], ads["stops"]), hour)
        opened = opened * parts[self._roster.adsets["parts"]][arm]
        adsets_open = np.zeros(len(self._market.arms))
        np.maximum.at(adsets_open, arm, opened)
        worth = opened * self._market.ads["quality"] ** 2
        total = np.bincount(arm, worth, minlength=len(adsets_open))
        return worth / np.maximum(total[arm], 1e-300), adsets_open

    def _slot(self, hour: Hour, adsets_open: Floats) -> bidding.Slot:
        day = hours_of_day(self._zone, hour.day)
        traffic = bidding.Traffic(
            seasons.weights(hour), seasons.total(each for each in day if each.start > hour.start), seasons.total(day)
        )
        campaigns_open = np.zeros(len(self._market.campaigns))
        np.maximum.at(campaigns_open, self._roster.adsets["campaign"], adsets_open)
        factors = [
            pacing.day_factors(self._seed, hour.day, level, count)
            for level, count in enumerate((len(adsets_open), len(campaigns_open)))
        ]
        return bidding.Slot(hour, traffic, adsets_open, campaigns_open, factors[0], factors[1], self._flights)

    def _keep_truth(self, hour: Hour, found: delivery.Levels, weight: Floats, spend: state.Indices) -> None:
        rows, arms = self._roster.adsets, self._market.arms
        listed = (arms["begun"] & rows["alive"] & (rows["closes"] > hour.start)) | (spend > 0)
        truth = delivery.truth(self._market, found, weight, spend)
        truth["clicks"][(arms["dies_at"] > 0) & (arms["dies_at"] <= hour.start)] = 0
        ledger.write(self._store, self._number, "truth", hour.start, truth[listed])

    def _day(self, day: int) -> ledger.Table:
        if day not in self._days:
            kept = ledger.read(self._store, self._number, "day", day, day + 1)
            rows = kept[0][1] if kept else np.zeros(0, ledger.DELIVERY)
            self._days[day] = ledger.dense(rows, len(self._market.ads))
        return self._days[day]
