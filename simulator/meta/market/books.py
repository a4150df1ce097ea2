"""The market's books of one account: hidden parameters, what ad sets got, and what other divisions would have got."""

from typing import Any

import numpy as np

from simulator.meta.clock import market_now
from simulator.meta.currencies import CURRENCIES
from simulator.meta.market import ledger, reference
from simulator.meta.market.conversions import known, last_refresh
from simulator.meta.market.curves import Family
from simulator.meta.market.opening import market_of, seed_of
from simulator.meta.market.state import Market, Records
from simulator.meta.world import World
from simulator.store import Document

HIDDEN = (
    "bend", "saturation", "click_cost", "click_rate", "conversion_rate", "value", "on_meta", "reachable", "audience",
    "fatigue", "volatility", "learning_cost", "dies_at",
)  # fmt: skip


def market_books(world: World, account: Document, pool: str, span: tuple[int, int], as_of: int | None) -> Document:
    """Hours that begin from the first second of `span` to just before its last; money moves within a `pool`.

    `pool` is "campaign" or "account". `reported` is what a report told at `as_of` (unix seconds), or tells now.
    `expected` conversions come from the true curves, without the luck of the draw.
    """
    market, store, number = market_of(world, account), world.store, account["account_id"]
    since, until = span
    truths = ledger.read(store, number, "truth", since, until)
    even, planned = reference.begin(market.arms), reference.begin(market.arms)
    expected = np.zeros(len(market.arms))
    for _, truth in truths:
        pools = market.arms["campaign"][truth["arm"]].astype(np.int64) * (pool == "campaign")
        even.take(truth, reference.equal(truth, pools))
        planned.take(truth, reference.clairvoyant(truth, market.arms, pools))
        np.add.at(expected, truth["arm"], reference.expected(truth, market.arms))
    spend, hours = _hours(market, ledger.read(store, number, "hour", since, until))
    events = market.events[(market.events["caused"] >= since) & (market.events["caused"] < until)]
    return {
        "account_id": number,
        "currency": account["currency"],
        "minor_units": CURRENCIES[account["currency"]][0],
        "seed": seed_of(account),
        "settled_until": market.settled,
        "hours": len(hours),
        "spend_minor": int(spend.sum()),
        "conversions": {
            "caused": len(events),
            "reported": len(_reported(market, span, market_now(account).timestamp() if as_of is None else as_of)),
            "expected": round(float(expected.sum()), 3),
            "equal_split": round(float(even.conversions.sum()), 3),
            "clairvoyant": round(float(planned.conversions.sum()), 3),
        },
        "adsets": _adsets(market, hours, events, (expected, even.conversions, planned.conversions)),
    }


def _reported(market: Market, span: tuple[int, int], as_of: float) -> Records:
    events = known(market, last_refresh(as_of))
    return events[(events["caused"] >= span[0]) & (events["caused"] < span[1])]


def _hours(market: Market, rows: list[tuple[int, Records]]) -> tuple[Any, dict[int, Any]]:
    """Spend per ad set, altogether and per hour."""
    count = len(market.arms)
    hours = {
        start: np.bincount(market.ads["arm"][found["ad"]], found["spend"], minlength=count).astype(np.int64)
        for start, found in rows
    }
    return sum(hours.values(), np.zeros(count, np.int64)), hours


def _adsets(market: Market, hours: dict[int, Any], events: Records, totals: tuple[Any, Any, Any]) -> list[Document]:
    starts = sorted(hours)
    arm = market.ads["arm"][events["ad"]]
    per_hour = {start: np.zeros(len(market.arms), np.int64) for start in starts}
    slots = np.searchsorted(starts, events["caused"], side="right") - 1
    for slot, start in enumerate(starts):
        per_hour[start] = np.bincount(arm[slots == slot], minlength=len(market.arms))
    return [
        {
            "id": adset_id,
            "campaign_id": market.campaign_ids[market.arms["campaign"][place]],
            "family": Family(int(market.arms["family"][place])).name.lower(),
            **{name: market.arms[name][place].item() for name in HIDDEN},
            "spend_minor": sum(int(hours[start][place]) for start in starts),
            "caused": int((arm == place).sum()),
            **{
                name: round(float(total[place]), 3)
                for name, total in zip(("expected", "equal_split", "clairvoyant"), totals, strict=True)
            },
            "hours": [[start, int(hours[start][place]), int(per_hour[start][place])] for start in starts],
        }
        for place, adset_id in enumerate(market.adset_ids)
    ]
