"""What an advertiser looks up before advertising: minimum budgets and the events that a pixel has seen."""

from datetime import timedelta

from simulator.meta.clock import local
from simulator.meta.currencies import CURRENCIES, minimum_budgets
from simulator.meta.world import Call
from simulator.store import Document


def minimums(call: Call) -> Document:
    own = call.owner["currency"]
    codes = [own, *sorted(CURRENCIES.keys() - {own})]
    return {"data": [{"currency": code, **minimum_budgets(code)} for code in codes]}


def pixel_stats(call: Call) -> Document:
    """Events of the last two hours, one row per hour; a simulated pixel hears its events all the time."""
    rows = []
    for hours_ago in (2, 1):
        start = (call.now - timedelta(hours=hours_ago)).replace(minute=0, second=0, microsecond=0)
        counts = [{"value": event, "count": 40 // (index + 1)} for index, event in enumerate(call.node["_events"])]
        rows.append({"start_time": local(start.isoformat(), call.owner), "aggregation": "event", "data": counts})
    return {"data": rows}


HANDLERS = {
    ("account", "minimum_budgets", "GET"): minimums,
    ("pixel", "stats", "GET"): pixel_stats,
}
