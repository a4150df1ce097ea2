"""Reads what an account may use: itself, pages, pixels, Instagram accounts, lead forms, minimum budgets."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import JsonValue, SecretStr

from providers.ads.meta.facts import FACTS
from providers.ads.meta.listing import list_all
from providers.ads.meta.transport import Call, MetaTransport
from providers.ads.meta.tree_reads import account_node
from providers.ads.meta.wire import (
    Row,
    WireAccount,
    WireEventHour,
    WireInstagram,
    WireLeadForm,
    WireMinimum,
    WirePage,
    WirePixel,
    as_wire,
)
from providers.ads.preflight import EVENT_FRESHNESS, account_obstacles, page_obstacles, pixel_obstacles
from providers.ads.results import (
    AccountState,
    InstagramChoice,
    LeadFormChoice,
    MinimumBudgets,
    Obstacle,
    PageChoice,
    PixelChoice,
)

_ACCOUNT_FIELDS = (
    "account_id,name,currency,timezone_name,account_status,amount_spent,spend_cap,min_daily_budget,funding_source"
)
_STATUS_WORDS = {
    1: "active",
    2: "disabled",
    3: "unsettled",
    7: "pending_review",
    9: "in_grace_period",
    100: "pending_closure",
    101: "closed_or_unavailable",
}
_MAY_ADVERTISE = frozenset({"ADVERTISE", "MANAGE"})


class MetaAccountReader:
    """What an ad account is and what may be used with it. Part of `MetaReader`."""

    _transport: MetaTransport
    _page_size: int

    async def accounts(self, token: SecretStr) -> list[AccountState]:
        params: Row = {"fields": _ACCOUNT_FIELDS, "limit": self._page_size}
        listing = await list_all(self._transport, "me/adaccounts", params, token)
        return [_account(as_wire(WireAccount, row), listing.platform_time) for row in listing.rows]

    async def account(self, account_id: str, token: SecretStr) -> AccountState:
        reply = await self._transport.call(Call("GET", account_node(account_id), {"fields": _ACCOUNT_FIELDS}), token)
        return _account(as_wire(WireAccount, reply.body), reply.platform_time)

    async def minimum_budgets(self, account_id: str, token: SecretStr) -> list[MinimumBudgets]:
        """The minimums per currency, in Meta's unit of that currency."""
        rows = await self._rows(f"{account_node(account_id)}/minimum_budgets", {}, token)
        minimums = (as_wire(WireMinimum, row) for row in rows)
        return [
            MinimumBudgets(
                currency=row.currency,
                impressions=row.min_daily_budget_imp,
                frequent=row.min_daily_budget_high_freq,
                rare=row.min_daily_budget_low_freq,
                video_views=row.min_daily_budget_video_views,
            )
            for row in minimums
        ]

    async def pages(self, token: SecretStr) -> list[PageChoice]:
        fields = "id,name,tasks,access_token,instagram_business_account{id,username}"
        pages = (as_wire(WirePage, row) for row in await self._rows("me/accounts", {"fields": fields}, token))
        return [_page(page) for page in pages]

    async def pixels(self, account_id: str, token: SecretStr) -> list[PixelChoice]:
        path = f"{account_node(account_id)}/adspixels"
        pixels = (
            as_wire(WirePixel, row) for row in await self._rows(path, {"fields": "id,name,last_fired_time"}, token)
        )
        return [PixelChoice(pixel.id, pixel.name, pixel.last_fired_time) for pixel in pixels]

    async def pixel_events(self, pixel_id: str, since: datetime, token: SecretStr) -> dict[str, int]:
        """How often each event fired since then, by the names that an ad set's goal uses."""
        params: Row = {"aggregation": "event", "start_time": int(since.timestamp())}
        counts: Counter[str] = Counter()
        for row in await self._rows(f"{pixel_id}/stats", params, token):
            for event in as_wire(WireEventHour, row).data:
                counts[FACTS.pixel_events.get(event.value, event.value)] += event.count
        return dict(counts)

    async def instagram_accounts(self, account_id: str, token: SecretStr) -> list[InstagramChoice]:
        path = f"{account_node(account_id)}/instagram_accounts"
        found = (as_wire(WireInstagram, row) for row in await self._rows(path, {"fields": "id,username"}, token))
        return [InstagramChoice(row.id, row.username) for row in found]

    async def lead_forms(self, page_id: str, page_token: SecretStr) -> list[LeadFormChoice]:
        """The instant forms of a page; Meta answers only to a token of that page (`PageChoice.token`)."""
        rows = await self._rows(f"{page_id}/leadgen_forms", {"fields": "id,name,status,locale"}, page_token)
        forms = (as_wire(WireLeadForm, row) for row in rows)
        return [LeadFormChoice(form.id, form.name, form.status, form.locale) for form in forms]

    async def preflight(
        self, account_id: str, *, page_id: str, pixel_id: str | None, event: str | None = None, token: SecretStr
    ) -> list[Obstacle]:
        """Everything about account, page, pixel and its event that would make a publish fail."""
        account = await self.account(account_id, token)
        page = next((page for page in await self.pages(token) if page.id == page_id), None)
        found = account_obstacles(account) + page_obstacles(page)
        if pixel_id is None:
            return found
        pixel = next((pixel for pixel in await self.pixels(account_id, token) if pixel.id == pixel_id), None)
        since = account.platform_time - EVENT_FRESHNESS
        fired = await self.pixel_events(pixel_id, since, token) if pixel and event else {}
        return found + pixel_obstacles(pixel, event, fired, since=since)

    async def _rows(self, path: str, params: Mapping[str, JsonValue], token: SecretStr) -> list[Row]:
        return (await list_all(self._transport, path, {**params, "limit": self._page_size}, token)).rows


def _account(account: WireAccount, platform_time: datetime) -> AccountState:
    status = _STATUS_WORDS.get(account.account_status, f"in status {account.account_status}")
    return AccountState(
        id=account.account_id,
        name=account.name,
        currency=account.currency,
        timezone=account.timezone_name,
        active=account.account_status == 1,
        funded=bool(account.funding_source),
        status=status,
        amount_spent=account.amount_spent,
        spend_cap=account.spend_cap,
        min_daily_budget=account.min_daily_budget,
        platform_time=platform_time.astimezone(UTC),
    )


def _page(page: WirePage) -> PageChoice:
    instagram = page.instagram_business_account
    return PageChoice(
        id=page.id,
        name=page.name,
        may_advertise=bool(_MAY_ADVERTISE.intersection(page.tasks)),
        instagram_user_id=instagram.id if instagram else None,
        instagram_username=instagram.username if instagram else None,
        token=SecretStr(page.access_token) if page.access_token else None,
    )
