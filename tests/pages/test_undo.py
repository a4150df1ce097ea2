"""Undoing on the page: what would be set back, then what became of it."""

from playwright.async_api import expect

from providers.ads.meta.transport import MetaTransport
from settings import Settings
from tests.activities.moving_desk import apply, decide, edit_by_hand, held
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
    await visit.press("Set 3 back")

    # A colleague's edit, which nobody had read yet, is met when it is written, and stays.
    await visit.until("2 applied, 1 not done")
    await expect(page.locator(".move")).to_contain_text("Cart")
    await expect(page.locator(".move")).to_contain_text("Not done")
    assert await held(desk) == {"broad": 10_000, "look": 10_000, "cart": 9_200}
    await visit.usable()
    visit.sound()
