"""Finds an account's market: in memory, in the store, or a new one."""

from datetime import datetime
from zoneinfo import ZoneInfo

from simulator.meta.market import state
from simulator.meta.market.hours import hour_start
from simulator.meta.market.state import Market
from simulator.meta.world import World
from simulator.store import Document


def market_of(world: World, account: Document) -> Market:
    number = account["account_id"]
    if number not in world.markets:
        zone = ZoneInfo(account["timezone_name"])
        created = datetime.fromisoformat(account["created_time"]).timestamp()
        world.markets[number] = state.load(world.store, number) or Market(hour_start(zone, created))
    return world.markets[number]


def seed_of(account: Document) -> int:
    seed = account.get("_seed")
    return int(account["account_id"]) if seed is None else int(seed)
