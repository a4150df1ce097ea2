"""An account with many ad sets, made in the store itself: over HTTP thousands would take minutes."""

from datetime import UTC, datetime, timedelta

from simulator.faults import Faults
from simulator.meta import accounts
from simulator.meta.clock import market_now
from simulator.meta.market.run import settle
from simulator.meta.world import World
from simulator.store import Document, Store

START = datetime(2027, 1, 10, tzinfo=UTC)


def crowd(store: Store, count: int) -> tuple[World, Document]:
    """As many ad sets with one running ad each, by one seed, at midnight."""
    world = World(store, Faults(store))
    spec = accounts.AccountSpec(timezone="UTC", seed=1)
    info = accounts.create(world, spec, accounts.new_user(world, spec.name))
    account = store.get("account", info["id"]) or {}
    advance(world, account, (START - market_now(account)).total_seconds() / 3600)
    with store.transaction():
        campaign = _put(store, account, "campaign", "", {"objective": "OUTCOME_SALES"})
        creative = _put(store, account, "creative", "", {})
        for _ in range(count):
            adset = _put(store, account, "adset", campaign, _adset(campaign))
            review = {"due": START.isoformat(), "verdict": "APPROVED"}
            ad = {"campaign_id": campaign, "adset_id": adset, "creative": {"id": creative}, "_review": review}
            _put(store, account, "ad", adset, ad)
    return world, account


def advance(world: World, account: Document, hours: float) -> None:
    account["_offset_s"] += timedelta(hours=hours).total_seconds()
    world.store.put("account", account)
    settle(world, account)


def _adset(campaign: str) -> Document:
    return {
        "campaign_id": campaign,
        "optimization_goal": "OFFSITE_CONVERSIONS",
        "promoted_object": {"custom_event_type": "PURCHASE"},
        "targeting": {},
        "daily_budget": 10_000,
        "_significant_edit": START.isoformat(),
    }


def _put(store: Store, account: Document, kind: str, parent: str, more: Document) -> str:
    document = {"id": store.new_id(), "account_id": account["account_id"], "status": "ACTIVE", "name": kind, **more}
    document |= {"_created_name": kind, "created_time": START.isoformat(), "start_time": START.isoformat()}
    store.put(kind, document, account=account["account_id"], parent=parent or account["account_id"])
    return str(document["id"])
