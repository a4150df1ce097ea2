"""Undoing on the page: what would be set back, then what became of it."""

from datetime import datetime

from playwright.async_api import expect

from models.tables.ad_account import AdAccount
from providers.ads.meta.transport import MetaTransport
from records import budgets
from records.budgets import SeenBudget
from records.platform_clock import platform_now
from settings import Settings
from tests.activities.moving_desk import apply, decide, edit_by_hand, held, owners
from tests.activities.publishing_desk import Desk
from tests.api.optimized import live_desk
from tests.pages.people import People, Person, Visit
from tests.providers.ads.meta.advertiser import Advertiser
from tests.providers.ads.meta.conftest import advertisers, shop, transport

__all__ = ["advertisers", "shop", "transport"]
SHIFT = {"broad": (10_000, 11_500), "look": (10_000, 9_000), "cart": (10_000, 9_500)}


async def test_a_move_is_undone_after_a_look_and_the_rest_is_told(
    visit: Visit, owner: Person, people: People, site_settings: Settings, shop: Advertiser, transport: MetaTransport
) -> None:
    page = visit.page
    desk = await live_desk(people.database, site_settings, shop, transport, owner.workspace_id)
    await apply(desk, await decide(desk, SHIFT))
    await edit_by_hand(desk, "cart", daily_budget=9_200)

    await visit.open(f"/campaigns/{desk.campaign_id}/optimizer")
    await visit.press("24 hours")
    await expect(page.get_by_role("region", name="Set back")).to_contain_text("USD 115.00 → USD 100.00")
    await expect(page.get_by_role("region", name="Set back")).to_contain_text("A raise cannot be undone for today")
    await visit.usable()
    await read_anew(desk, "cart", 9_200)
    await visit.press("Set 3 back")
    await expect(page.get_by_role("alert")).to_contain_text("has changed since you looked")
    await expect(page.get_by_role("region", name="Stays as it is")).to_contain_text("It is USD 92.00 now")
    await visit.press("Set 2 back")

    await visit.until("2 applied")
    await expect(page.locator(".move")).to_contain_text("Set back to what it was before")
    assert await held(desk) == {"broad": 10_000, "look": 10_000, "cart": 9_200}
    await visit.usable()
    await visit.open(f"/campaigns/{desk.campaign_id}/undo?since={(await now_of(desk)).isoformat()}".replace("+", "%2B"))
    await expect(page.get_by_role("heading", name="Nothing to undo")).to_be_visible()
    visit.sound()


async def now_of(desk: Desk) -> datetime:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        return await platform_now(session, desk.account_id)


async def read_anew(desk: Desk, key: str, amount_minor: int) -> None:
    """The next reading sees what a colleague set in Ads Manager."""
    row = (await owners(desk))[key]
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        account = await session.get_one(AdAccount, desk.account_id)
        now = await platform_now(session, desk.account_id)
        await budgets.note(session, account, [SeenBudget(str(row.platform_id), True, amount_minor, now)])
