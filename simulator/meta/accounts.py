"""Simulated advertisers: a user with ad account, page, Instagram account, pixel, audiences and lead form."""

import secrets
from datetime import timedelta
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, field_validator

from simulator.meta import review
from simulator.meta.clock import real_now
from simulator.meta.currencies import CURRENCIES
from simulator.meta.world import World
from simulator.store import Document

ALL_SCOPES = [
    "ads_management", "ads_read", "business_management", "pages_show_list", "pages_read_engagement",
    "pages_manage_ads", "pages_manage_metadata", "leads_retrieval", "instagram_basic", "public_profile",
]  # fmt: skip


class AccountSpec(BaseModel):
    """What to simulate: an advertiser's name, money and time zone; `user_id` adds the account to an existing user.

    The same seed draws the same ads market; without one it is the account's number.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = "Demo advertiser"
    currency: str = "USD"
    timezone: str = "America/New_York"
    business: str | None = None
    user_id: str | None = None
    lead_form: bool = True
    funded: bool = True
    pixel_events: list[str] = ["PURCHASE", "LEAD", "CONTENT_VIEW"]
    tier: str = "standard_access"
    review_delay_s: float = review.DEFAULT_DELAY_S
    seed: int | None = None

    @field_validator("currency")
    @classmethod
    def known_currency(cls, code: str) -> str:
        if code not in CURRENCIES:
            raise ValueError(f"must be one of {', '.join(sorted(CURRENCIES))}")
        return code

    @field_validator("timezone")
    @classmethod
    def known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError):
            raise ValueError("must be an IANA zone such as Asia/Riyadh") from None
        return name


DEFAULT_ACCOUNTS = (
    AccountSpec(name="Najd Coffee Shop", currency="SAR", timezone="Asia/Riyadh", lead_form=False),
    AccountSpec(name="Harbor Clinic", currency="USD", timezone="America/New_York"),
    AccountSpec(name="Kanda Conference", currency="JPY", timezone="Asia/Tokyo", lead_form=False),
)


def seed(world: World) -> None:
    """One person with three advertisers, at the first start only."""
    if world.store.all("user"):
        return
    with world.store.transaction():
        user = new_user(world, "Demo Marketer")
        for spec in DEFAULT_ACCOUNTS:
            create(world, spec, user)


def new_user(world: World, name: str) -> Document:
    user: Document = {"id": world.store.new_id(), "name": name, "accounts": [], "pages": [], "scopes": {}}
    world.store.put("user", user)
    return user


def create(world: World, spec: AccountSpec, user: Document) -> Document:
    """Makes the account and its surroundings; returns their ids and a token that never expires."""
    account = _account(world, spec)
    number = account["account_id"]
    world.store.put("account", account)
    page = _page(world, spec, number, user)
    user["accounts"].append(account["id"])
    user["pages"].append(page["id"])
    world.store.put("user", user)
    advertiser: Document = {
        "user_id": user["id"],
        "account_id": number,
        "id": account["id"],
        "name": spec.name,
        "currency": spec.currency,
        "timezone": spec.timezone,
        "page_id": page["id"],
        "instagram_user_id": page["instagram_id"],
        "pixel_id": _pixel(world, spec, number),
        "lead_form_id": _lead_form(world, page) if spec.lead_form else None,
        "audiences": _audiences(world, number),
        "access_token": issue_token(world, user["id"], ALL_SCOPES, kind="SYSTEM_USER"),
    }
    world.store.put("advertiser", advertiser | {"id": f"advertiser:{number}"})
    return advertiser


def _page(world: World, spec: AccountSpec, number: str, user: Document) -> Document:
    """The page of the account, with its Instagram account."""
    store = world.store
    instagram: Document = {
        "id": store.new_id(),
        "account_id": number,
        "name": spec.name,
        "username": _handle(spec.name),
    }
    page: Document = {
        "id": store.new_id(),
        "account_id": number,
        "name": spec.name,
        "category": "Local business",
        "tasks": ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"],
        "instagram_id": instagram["id"],
        "is_published": True,
    }
    page["access_token"] = issue_token(world, user["id"], ALL_SCOPES, kind="PAGE", page_id=page["id"])
    store.put("page", page, account=number)
    store.put("instagram", instagram, account=number, parent=page["id"])
    return page


def _pixel(world: World, spec: AccountSpec, number: str) -> str:
    pixel = {
        "id": world.store.new_id(),
        "account_id": number,
        "name": f"{spec.name} pixel",
        "is_unavailable": False,
        "creation_time": real_now().isoformat(),
        "_events": spec.pixel_events,
    }
    world.store.put("pixel", pixel, account=number)
    return str(pixel["id"])


def _account(world: World, spec: AccountSpec) -> Document:
    number = world.store.new_id()
    return {
        "id": f"act_{number}",
        "account_id": number,
        "name": spec.name,
        "account_status": 1,
        "disable_reason": 0,
        "currency": spec.currency,
        "timezone_name": spec.timezone,
        "timezone_id": 1 + sorted(available_timezones()).index(spec.timezone),
        "amount_spent": 0,
        "balance": 0,
        "spend_cap": 0,
        "funding_source": world.store.new_id() if spec.funded else None,
        "capabilities": ["CAN_USE_BID_CAP"],
        "tos_accepted": {"web_custom_audience_tos": 1},
        "business": {"id": world.store.new_id(), "name": spec.business or spec.name},
        "created_time": real_now().isoformat(),
        "_offset_s": 0.0,
        "_tier": spec.tier,
        "_seed": spec.seed,
        "_usage": {},
        "_review": {"delay_s": spec.review_delay_s, "rules": review.DEFAULT_RULES},
    }


def _lead_form(world: World, page: Document) -> str:
    form = {
        "id": world.store.new_id(),
        "account_id": page["account_id"],
        "page_id": page["id"],
        "name": "Application form",
        "status": "ACTIVE",
        "locale": "en_US",
        "leads_count": 0,
        "created_time": real_now().isoformat(),
        "questions": [{"key": "full_name", "type": "FULL_NAME"}, {"key": "email", "type": "EMAIL"}],
    }
    world.store.put("form", form, account=page["account_id"], parent=page["id"])
    return str(form["id"])


def _audiences(world: World, number: str) -> dict[str, str]:
    ids = {}
    for name, subtype, size in (
        ("Buyers, 180 days", "WEBSITE", 4_200),
        ("Cart abandoners, 30 days", "WEBSITE", 9_800),
        ("Lookalike of buyers, 1 %", "LOOKALIKE", 410_000),
    ):
        audience = {
            "id": world.store.new_id(), "account_id": number, "name": name, "subtype": subtype,
            "approximate_count_lower_bound": size, "approximate_count_upper_bound": round(size * 1.2),
            "operation_status": {"code": 200, "description": "Normal"},
            "delivery_status": {"code": 200, "description": "This audience is ready for use."},
        }  # fmt: skip
        world.store.put("audience", audience, account=number)
        ids[name] = str(audience["id"])
    return ids


def issue_token(
    world: World,
    user_id: str,
    scopes: list[str],
    *,
    kind: str = "USER",
    page_id: str | None = None,
    expires_in: timedelta | None = None,
) -> str:
    """A new access token; without `expires_in` it never expires."""
    token = "EAASIM" + secrets.token_hex(24)
    now = real_now()
    world.store.put(
        "token",
        {
            "id": f"token:{token}",
            "token": token,
            "type": kind,
            "user_id": user_id,
            "page_id": page_id,
            "scopes": scopes,
            "issued_at": int(now.timestamp()),
            "expires_at": int((now + expires_in).timestamp()) if expires_in else 0,
        },
    )
    return token


def _handle(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())[:30] or "advertiser"
