"""Where an object stands in the market: what it has spent, and how its learning goes."""

from dataclasses import dataclass

from simulator.meta.clock import local_day
from simulator.meta.market.learning import Stage
from simulator.meta.market.opening import market_of
from simulator.meta.world import Call
from simulator.store import Document


@dataclass(frozen=True, slots=True)
class Spent:
    """Minor units; today is the account's day."""

    today: int = 0
    ever: int = 0


def spent(call: Call, kind: str, object_id: str) -> Spent:
    """Of a campaign or ad set; nothing as long as it has not been part of a played hour."""
    market = market_of(call.world, call.owner)
    place = market.place(object_id)
    if place is None:
        return Spent()
    purse = (market.campaigns if kind == "campaign" else market.adsets)[place]
    is_today = int(purse["day"]) == local_day(call.owner).toordinal()
    return Spent(int(purse["today"]) if is_today else 0, int(purse["spent"]))


def learning(call: Call, adset: Document, edited: int) -> tuple[str, int] | None:
    """Stage and results since the significant edit at this second; None before its first hour is over."""
    market = market_of(call.world, call.owner)
    place = market.place(adset["id"])
    if place is None or int(market.arms["edited"][place]) < edited:
        return None
    return Stage(int(market.arms["stage"][place])).name, int(market.arms["results"][place])
