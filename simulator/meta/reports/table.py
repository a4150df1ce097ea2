"""Sums the market's records into the rows of a report: one per object, period and, if asked for, hour of the day."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from simulator.meta.market import conversions, ledger
from simulator.meta.market.hours import day_start
from simulator.meta.market.opening import market_of
from simulator.meta.market.state import Market, Records
from simulator.meta.reports.query import Query
from simulator.meta.world import Call
from simulator.store import Document

HOURS = 24
# People that ad sets of one account reach in common.
OVERLAP = 0.85
KEPT = 4
Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Table:
    """`keys` name object, period and hour of each row; `rows` says to which each conversion belongs, in order."""

    keys: Keys
    counts: NDArray[np.int64]
    reach: Keys
    conversions: Records
    rows: Keys


@dataclass(frozen=True, slots=True)
class Scope:
    """Which ads the node asked has, and which object of the report's level each ad belongs to."""

    market: Market
    mine: NDArray[np.bool_]
    objects: Keys
    ids: list[str]


def scope(call: Call, kind: str, node: Document, level: str) -> Scope:
    market = market_of(call.world, call.owner)
    arm = market.ads["arm"].astype(np.int64)
    campaign = market.arms["campaign"][arm].astype(np.int64)
    per_level = {
        "account": (np.zeros(len(arm), np.int64), [call.owner["id"]]),
        "campaign": (campaign, market.campaign_ids),
        "adset": (arm, market.adset_ids),
        "ad": (np.arange(len(arm)), market.ad_ids),
    }
    place = 0 if kind == "account" else market.place(node["id"])
    mine = per_level[kind][0] == (-1 if place is None else place)
    return Scope(market, mine, *per_level[level])


def build(call: Call, query: Query, found: Scope, node_id: str) -> Table:
    """As of the last full quarter of an hour; pages of one report come from the same sums."""
    market, at = found.market, conversions.last_refresh(call.now.timestamp())
    key = (node_id, query.level, query.periods, query.hourly, market.settled, at, len(market.freezes))
    if key not in market.sums:
        while len(market.sums) >= KEPT:
            del market.sums[next(iter(market.sums))]
        market.sums[key] = _build(call, query, found, max(at, market.settled))
    table: Table = market.sums[key]
    return table


def _build(call: Call, query: Query, found: Scope, at: int) -> Table:
    ads, slots, counts = _delivered(call, query, found)
    events, event_slots = _happened(query, found, at)
    keys, where = np.unique(
        np.concatenate([_key(query, found.objects[ads], slots), _key(query, found.objects[events["ad"]], event_slots)]),
        return_inverse=True,
    )
    own, rows = where[: len(ads)], where[len(ads) :]
    sums = np.zeros((len(keys), len(ledger.COUNTS)), np.int64)
    np.add.at(sums, own, counts)
    reach = np.zeros(len(keys), np.int64) if query.hourly else _reach(found.market, ads, own, counts[:, 1], len(keys))
    order = np.argsort(rows, kind="stable")
    return Table(keys, sums, reach, events[order], rows[order])


def place_of(query: Query, keys: Keys) -> tuple[Keys, Keys, Keys]:
    """Object, period and hour of each key."""
    rest, hours = np.divmod(keys, HOURS)
    return (*np.divmod(rest, len(query.periods)), hours)


def _key(query: Query, objects: Keys, slots: Keys) -> Keys:
    return np.asarray(objects * len(query.periods) * HOURS + slots)


def _delivered(call: Call, query: Query, found: Scope) -> tuple[Keys, Keys, NDArray[np.int64]]:
    parts: list[tuple[int, Records]] = []
    for index, (since, until) in enumerate(query.periods):
        for hour, rows in _records(call, query.hourly, since, until):
            parts.append((index * HOURS + hour, rows[found.mine[rows["ad"]]]))
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, len(ledger.COUNTS)), np.int64)
    rows = np.concatenate([part for _, part in parts])
    slots = np.repeat([slot for slot, _ in parts], [len(part) for _, part in parts])
    counts = np.stack([rows[name].astype(np.int64) for name in ledger.COUNTS], axis=1)
    return rows["ad"].astype(np.int64), slots, counts


def _records(call: Call, hourly: bool, since: date, until: date) -> list[tuple[int, Records]]:
    store, number = call.store, call.owner["account_id"]
    first, last = since.toordinal(), until.toordinal() + 1
    if not hourly:
        return [(0, rows) for _, rows in ledger.read(store, number, "day", first, last)]
    zone = ZoneInfo(call.owner["timezone_name"])
    found = ledger.read(store, number, "hour", day_start(zone, first), day_start(zone, last))
    return [(datetime.fromtimestamp(start, zone).hour, rows) for start, rows in found]


def _happened(query: Query, found: Scope, at: int) -> tuple[Records, Keys]:
    """Conversions that Meta knows of by now. Hours have lost those that happened off Meta."""
    events = conversions.known(found.market, at)
    events = events[found.mine[events["ad"]]]
    if query.hourly:
        events = events[events["on_meta"]]
    parts, slots = [events[:0]], [np.zeros(0, np.int64)]
    for index, (since, until) in enumerate(query.periods):
        inside = events[(events["day"] >= since.toordinal()) & (events["day"] <= until.toordinal())]
        parts.append(inside)
        slots.append(index * HOURS + (inside["hour"].astype(np.int64) if query.hourly else np.zeros(len(inside), int)))
    return np.concatenate(parts), np.concatenate(slots)


def _reach(market: Market, ads: Keys, rows: Keys, impressions: Keys, count: int) -> Keys:
    """People, not additive: showings fall on an audience of A at random, so I of them reach A(1 - e^(-I/A))."""
    pairs, where = np.unique(rows * len(market.arms) + market.ads["arm"][ads], return_inverse=True)
    shown = np.bincount(where, impressions, minlength=len(pairs))
    audience = market.arms["audience"][pairs % max(1, len(market.arms))]
    row = pairs // max(1, len(market.arms))
    people = np.bincount(row, audience * -np.expm1(-shown / audience), minlength=count).astype(float)
    people *= np.where(np.bincount(row, minlength=count) > 1, OVERLAP, 1)
    total = np.bincount(rows, impressions, minlength=count)
    return np.asarray(np.clip(np.rint(people), np.minimum(total, 1), total).astype(np.int64))
