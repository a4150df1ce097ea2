"""Control of an ads market: choose or change hidden parameters, plan outages and tracking faults, read the books."""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated, Self

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field, model_validator

from simulator.meta.clock import market_now
from simulator.meta.market import arms, outages, state
from simulator.meta.market.books import market_books
from simulator.meta.market.curves import Family
from simulator.meta.market.opening import market_of
from simulator.meta.market.run import settle
from simulator.meta.world import World
from simulator.store import Document

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Curve(StrEnum):
    HILL = "hill"
    POWER = "power"
    LOG = "log"
    EXPONENTIAL = "exponential"


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Arms(_Body):
    """Hidden parameters for ad sets created under a name that the glob matches, those to come included.

    Money in minor units. `alive: false` kills, true revives. Only what is given changes.
    """

    adset: str = "*"
    family: Curve | None = None
    bend: Positive | None = None
    saturation: Positive | None = None
    click_cost: Positive | None = None
    click_rate: Annotated[float, Field(gt=0, le=0.5)] | None = None
    conversion_rate: Share | None = None
    value: Annotated[float, Field(ge=0)] | None = None
    reachable: Positive | None = None
    audience: Positive | None = None
    fatigue: Annotated[float, Field(ge=0)] | None = None
    volatility: Annotated[float, Field(ge=0)] | None = None
    learning_cost: Share | None = None
    alive: bool | None = None

    @model_validator(mode="after")
    def concave(self) -> Self:
        if (self.family is None) != (self.bend is None):
            raise ValueError("family and bend make a curve: give both")
        if self.family is Curve.POWER and self.bend is not None and self.bend >= 1:
            raise ValueError("a power curve is concave below a bend of 1")
        return self


class Outage(_Body):
    """The platform answers 503 with code 2 in these hours of the market clock."""

    in_hours: Annotated[float, Field(ge=0)] = 0
    hours: Positive


class Freeze(Outage):
    """A tracking fault: what happens off Meta in these hours is lost, or else reported when they are over."""

    lost: bool = True


def add(routes: APIRouter, world: World, find: Callable[[str], Document]) -> None:
    """`find` gives an account by its id, or answers 404."""

    @routes.put("/accounts/{account_id}/market/arms")
    async def set_arms(account_id: str, body: Arms) -> Document:
        account = find(account_id)
        settle(world, account)
        return {"adsets": _set_arms(world, account, body)}

    @routes.post("/accounts/{account_id}/market/outages", status_code=201)
    async def plan_outage(account_id: str, body: Outage) -> Document:
        account = find(account_id)
        outage = outages.plan(account, body.in_hours, body.hours)
        world.store.put("account", account)
        return outage

    @routes.post("/accounts/{account_id}/market/freezes", status_code=201)
    async def plan_freeze(account_id: str, body: Freeze) -> Document:
        account = find(account_id)
        settle(world, account)
        market = market_of(world, account)
        since = market_now(account) + timedelta(hours=body.in_hours)
        until = since + timedelta(hours=body.hours)
        freeze = {"since": since.timestamp(), "until": until.timestamp(), "lost": body.lost}
        market.freezes.append(freeze)
        state.save(world.store, account["account_id"], market)
        return freeze

    @routes.get("/accounts/{account_id}/market/books")
    async def read_books(
        account_id: str, pool: str = "campaign", since: int = 0, until: int = 2**60, as_of: int | None = None
    ) -> Document:
        if pool not in ("campaign", "account"):
            raise HTTPException(422, "pool must be campaign or account")
        account = find(account_id)
        settle(world, account)
        return market_books(world, account, pool, (since, until), as_of)


def _set_arms(world: World, account: Document, body: Arms) -> int:
    """Keeps the choice for ad sets to come; returns how many have it already."""
    market = market_of(world, account)
    chosen = body.model_dump(exclude_none=True, exclude={"adset", "family", "alive"})
    if body.family:
        chosen["family"] = int(Family[body.family.upper()])
    if body.alive is not None:
        chosen["dies_at"] = 0 if body.alive else 1
    rule = {"adset": body.adset, "set": chosen}
    market.rules.append(rule)
    names = {
        place: adset["_created_name"]
        for adset in world.store.all("adset", account=account["account_id"])
        if (place := market.place(adset["id"])) is not None and fnmatchcase(adset["_created_name"], body.adset)
    }
    arms.apply([rule], market.arms, names)
    state.save(world.store, account["account_id"], market)
    return len(names)
