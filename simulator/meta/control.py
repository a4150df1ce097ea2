"""Control of the simulated Meta: new advertisers, the market clock, review rules, quotas, tokens, and the books."""

from datetime import timedelta
from typing import Annotated, Self

from fastapi import APIRouter, HTTPException
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from simulator.meta import accounts, crowd, review, usage
from simulator.meta.books import books
from simulator.meta.clock import market_now
from simulator.meta.crowd import Crowd
from simulator.meta.market import control as market_control
from simulator.meta.market.run import settle
from simulator.meta.world import World
from simulator.store import Document


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ReviewRule(_Body):
    """Rejects ads whose creative contains the phrase and whose name matches the glob; each where given."""

    phrase: str | None = None
    ad_name: str | None = None
    code: str = "POLICY"
    text: str = "This ad does not comply with our Advertising Standards."


class Usage(_Body):
    """Pretends for some real seconds that this share of the hourly quota is used."""

    percent: Annotated[float, Field(ge=0)]
    regain_minutes: int = 1
    for_s: float = 60


class AccountChange(_Body):
    """Only what is given changes."""

    account_status: int | None = None
    funded: bool | None = None
    tier: str | None = None
    review_delay_s: Annotated[float, Field(ge=0)] | None = None
    review_rules: list[ReviewRule] | None = None
    usage: Usage | None = None
    pixel_events: list[str] | None = None
    spend_cap: Annotated[int, Field(ge=0)] | None = None


class Issues(_Body):
    """`issues_info` of a campaign, ad set or ad, which then reads as WITH_ISSUES; an empty list heals it."""

    issues: list[dict[str, str | int]]


class Verdict(_Body):
    """A review that ends now: approved, or rejected with a code and Meta's words for it."""

    approved: bool
    code: str = "POLICY"
    text: str = "This ad does not comply with our Advertising Standards."


class Advance(_Body):
    """By hours, or to a moment ahead; either one."""

    hours: Annotated[float, Field(gt=0)] | None = None
    to: AwareDatetime | None = None

    @model_validator(mode="after")
    def one_of_two(self) -> Self:
        if (self.hours is None) == (self.to is None):
            raise ValueError("give either hours or to")
        return self


class TokenSpec(_Body):
    """A token for a simulated person; without `expires_in_s` it never expires."""

    user_id: str
    scopes: list[str] = accounts.ALL_SCOPES
    expires_in_s: float | None = None


def router(world: World) -> APIRouter:
    routes = APIRouter(prefix="/control/meta")

    @routes.get("/app")
    async def app() -> dict[str, str]:
        return {"app_id": world.app_id, "app_secret": world.app_secret}

    @routes.post("/tokens", status_code=201)
    async def create_token(spec: TokenSpec) -> dict[str, str]:
        if world.store.get("user", spec.user_id) is None:
            raise HTTPException(404, f"No simulated person has the id {spec.user_id}.")
        life = None if spec.expires_in_s is None else timedelta(seconds=spec.expires_in_s)
        return {"access_token": accounts.issue_token(world, spec.user_id, spec.scopes, expires_in=life)}

    @routes.put("/objects/{object_id}/issues")
    async def set_issues(object_id: str, body: Issues) -> Document:
        kind, document = world.store.find(object_id) or ("", {})
        if kind not in ("campaign", "adset", "ad"):
            raise HTTPException(404, f"No campaign, ad set or ad has the id {object_id}.")
        world.store.put(kind, document | {"_issues": body.issues})
        return {"issues": body.issues}

    @routes.put("/objects/{object_id}/review")
    async def end_review(object_id: str, body: Verdict) -> Document:
        if (ad := world.store.get("ad", object_id)) is None:
            raise HTTPException(404, f"No ad has the id {object_id}.")
        review.end(ad, {} if body.approved else {body.code: body.text})
        world.store.put("ad", ad)
        return {"verdict": ad["_review"]["verdict"]}

    _add_advertisers(routes, world)
    _add_one_account(routes, world)
    return routes


def _add_advertisers(routes: APIRouter, world: World) -> None:
    @routes.get("/accounts")
    async def list_accounts() -> list[Document]:
        return [row | {"id": f"act_{row['account_id']}"} for row in world.store.all("advertiser")]

    @routes.post("/accounts", status_code=201)
    async def create_account(spec: accounts.AccountSpec) -> Document:
        with world.store.transaction():
            user = world.store.get("user", spec.user_id) if spec.user_id else accounts.new_user(world, spec.name)
            if user is None:
                raise HTTPException(404, f"No simulated person has the id {spec.user_id}.")
            return accounts.create(world, spec, user)


def _add_one_account(routes: APIRouter, world: World) -> None:
    @routes.patch("/accounts/{account_id}")
    async def change_account(account_id: str, change: AccountChange) -> Document:
        account = _account(world, account_id)
        settle(world, account)
        with world.store.transaction():
            _apply(world, account, change)
        return account

    @routes.post("/accounts/{account_id}/advance")
    async def advance(account_id: str, by: Advance) -> Document:
        account = _account(world, account_id)
        ahead = timedelta(hours=by.hours or 0) if by.to is None else by.to - market_now(account)
        if ahead <= timedelta():
            raise HTTPException(422, f"The market clock stands at {market_now(account).isoformat()} and only advances.")
        with world.store.transaction():
            account["_offset_s"] += ahead.total_seconds()
            world.store.put("account", account)
            settle(world, account)
        return {"market_time": market_now(account).isoformat()}

    @routes.post("/accounts/{account_id}/crowd", status_code=201)
    async def add_crowd(account_id: str, body: Crowd) -> list[Document]:
        account = _account(world, account_id)
        settle(world, account)
        return crowd.add(world, account, body)

    @routes.get("/accounts/{account_id}/books")
    async def read_books(account_id: str) -> Document:
        return books(world, _account(world, account_id))

    market_control.add(routes, world, lambda account_id: _account(world, account_id))


def _account(world: World, account_id: str) -> Document:
    account = world.store.get("account", f"act_{account_id.removeprefix('act_')}")
    if account is None:
        raise HTTPException(404, f"No simulated ad account has the id {account_id}; GET /control/meta/accounts.")
    return account


def _apply(world: World, account: Document, change: AccountChange) -> None:
    plain = change.model_dump(include={"account_status", "spend_cap"}, exclude_none=True)
    account.update(plain)
    if change.funded is not None:
        account["funding_source"] = (account["funding_source"] or world.store.new_id()) if change.funded else None
    if change.tier is not None:
        if change.tier not in usage.TIERS:
            raise HTTPException(422, f"tier must be one of {sorted(usage.TIERS)}")
        account["_tier"] = change.tier
    if change.review_delay_s is not None:
        account["_review"]["delay_s"] = change.review_delay_s
    if change.review_rules is not None:
        account["_review"]["rules"] = [rule.model_dump() for rule in change.review_rules]
    if change.usage is not None:
        usage.set_usage(account, change.usage.percent, change.usage.regain_minutes, change.usage.for_s)
    if change.pixel_events is not None:
        for pixel in world.store.all("pixel", account=account["account_id"]):
            world.store.put("pixel", pixel | {"_events": change.pixel_events})
    world.store.put("account", account)
