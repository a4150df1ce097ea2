"""What looks wrong, on a phone and on a wide screen: seen where one looks first, dismissed with one press."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.pages.people import People, Person, Visit
from tests.readings import market
from tests.signs import broken_tracking, scored


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, site: str, owner: Person) -> AsyncIterator[Visit]:
    """The owner's, with a browser that runs no script."""
    context = await browser.new_context(java_script_enabled=False, locale="en")
    found = Visit(await context.new_page(), site)
    await found.log_in(owner)
    yield found
    await context.close()


async def test_what_looks_wrong_is_seen_and_dismissed_without_a_script(
    visit: Visit, people: People, owner: Person
) -> None:
    ads = await market(people.database, owner.workspace_id)
    broad = await ads.add("Broad")
    for ago in range(1, 5):
        await ads.read(broad, ago, spend_minor=6_000, impressions=40_000, clicks=500, conversions=20)
    await broken_tracking(ads)
    await scored(ads, "Broad", 0.7, "Results per spend are rising by 12 % a week (+3 % to +21 %).")
    await scored(ads, "حملة الشتاء", None)
    page = visit.page
    for width in (390, 1280):
        await page.set_viewport_size({"width": width, "height": 900})
        await visit.open("/")
        await expect(page.get_by_text("tracking may be broken")).to_be_visible()
        await visit.usable()
        await visit.open(f"/campaigns/{ads.campaign.id}/performance")
        await expect(page.get_by_text("Decisions wait")).to_be_visible()
        await expect(page.get_by_text("55 to 80", exact=True)).to_be_visible()
        await expect(page.get_by_text("rising by 12 % a week")).to_be_visible()
        await expect(page.get_by_text("Not enough to say").first).to_be_visible()
        await visit.usable()
        await visit.open("/anomalies")
        await expect(page.get_by_text("Nothing is moved until it is over")).to_be_visible()
        await visit.usable()

    await visit.press("That is right so")
    await visit.until("Noted that it is right so")
    await expect(page.get_by_text("Ana said that it is right so")).to_be_visible()
    await visit.open("/")
    await expect(page.get_by_text("tracking may be broken")).to_have_count(0)
    visit.sound()
