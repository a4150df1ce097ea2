"""Many running ad sets at once, each with one approved ad, written into the store: over HTTP thousands take minutes."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from simulator.meta.clock import market_now
from simulator.meta.world import World
from simulator.store import Document


class Crowd(BaseModel):
    """So many campaigns with so many ad sets each; the budget is daily and the same for all, in minor units."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    campaigns: Annotated[int, Field(ge=1, le=1_000)] = 1
    adsets: Annotated[int, Field(ge=1, le=10_000)] = 1
    daily_budget: Annotated[int, Field(ge=100)] = 10_000


@dataclass(frozen=True)
class _Place:
    """What all of a crowd share."""

    world: World
    account: Document
    crowd: Crowd
    creative: str
    pixel: str


def add(world: World, account: Document, crowd: Crowd) -> list[Document]:
    """Returns each campaign with the ids and names of its ad sets and ads."""
    pixel = next(iter(world.store.all("pixel", account=account["account_id"])))["id"]
    with world.store.transaction():
        creative = _put(world, account, "creative", "", {"name": "Crowd"})
        place = _Place(world, account, crowd, creative, pixel)
        return [_campaign(place, number) for number in range(crowd.campaigns)]


def _campaign(place: _Place, number: int) -> Document:
    name = f"Crowd {number}"
    more = {"name": name, "objective": "OUTCOME_SALES", "buying_type": "AUCTION", "special_ad_categories": []}
    campaign = _put(place.world, place.account, "campaign", "", more)
    adsets = [_adset(place, campaign, f"{name} set {n}") for n in range(place.crowd.adsets)]
    return {"id": campaign, "name": name, "created_time": market_now(place.account).isoformat(), "adsets": adsets}


def _adset(place: _Place, campaign: str, name: str) -> Document:
    now = market_now(place.account).isoformat()
    more = {
        "name": name,
        "campaign_id": campaign,
        "optimization_goal": "OFFSITE_CONVERSIONS",
        "billing_event": "IMPRESSIONS",
        "bid_strategy": "LOWEST_COST_WITHOUT_CAP",
        "promoted_object": {"pixel_id": place.pixel, "custom_event_type": "PURCHASE"},
        "targeting": {"geo_locations": {"countries": ["US"]}},
        "daily_budget": place.crowd.daily_budget,
        "_significant_edit": now,
    }
    adset = _put(place.world, place.account, "adset", campaign, more)
    above = {"campaign_id": campaign, "adset_id": adset, "creative": {"id": place.creative}}
    review = {"due": now, "verdict": "APPROVED"}
    ad = _put(place.world, place.account, "ad", adset, {"name": f"{name} ad", **above, "_review": review})
    return {"id": adset, "name": name, "ad": {"id": ad, "name": f"{name} ad"}}


def _put(world: World, account: Document, kind: str, parent: str, more: Document) -> str:
    now = market_now(account).isoformat()
    document: Document = {"id": world.store.new_id(), "account_id": account["account_id"], "status": "ACTIVE", **more}
    document |= {"_created_name": document["name"], "created_time": now, "updated_time": now}
    if kind in ("campaign", "adset"):
        document["start_time"] = now
    world.store.put(kind, document, account=account["account_id"], parent=parent or account["account_id"])
    return str(document["id"])
