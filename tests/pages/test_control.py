"""The optimizer under people's control: the inbox, the log, and the Stop button, on a phone and on a wide screen."""

import re
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, expect

from models.domain.roles import Role
from models.domain.states import OptimizerMode
from settings import Settings
from tests.activities.deciding_desk import DecidingDesk
from tests.api.optimized import store_of
from tests.pages.people import PATIENCE_MS, People, Person, Visit, Visits
from tests.pages.views.test_campaign_page import TECHNICAL


@pytest_asyncio.fixture(loop_scope="session")
async def desk(people: People, site_settings: Settings, owner: Person) -> DecidingDesk:
    desk = DecidingDesk(people.database, store_of(site_settings), owner.workspace_id)
    await desk.open_account()
    return desk


@pytest_asyncio.fixture(loop_scope="session")
async def scriptless(browser: Browser, site: str, owner: Person) -> AsyncIterator[Visit]:
    """The owner with a phone that runs no script."""
    context = await browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    visit = Visit(await context.new_page(), site)
    await visit.log_in(owner)
    yield visit
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def wide(browser: Browser, site: str, owner: Person) -> AsyncIterator[Visit]:
    """The owner at a desk."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    visit = Visit(await context.new_page(), site)
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    await visit.log_in(owner)
    yield visit
    await context.close()


async def test_one_click_stops_a_campaign_without_any_script_and_a_person_releases_it(
    scriptless: Visit, desk: DecidingDesk
) -> None:
    visit, page = scriptless, scriptless.page
    campaign_id = await desk.running(1, 2)
    await visit.open(f"/campaigns/{campaign_id}/optimizer")

    await page.get_by_role("link", name="Stop", exact=True).click()
    await expect(page.get_by_role("heading", name="Stop Autumn sale?")).to_be_visible()
    await expect(page.get_by_text("1 campaign that runs or is about to")).to_be_visible()
    await visit.usable()
    await page.get_by_label("Why?").fill("The shop is closed")
    await page.get_by_role("button", name="Stop this campaign now").click()

    await visit.until("Nothing new is sent any more")
    await expect(page.get_by_text("The shop is closed")).to_be_visible()
    # This account has no connection, which is the most stubborn outage there is.
    await visit.until("Not stopped yet")
    await expect(page.get_by_text("Connect the ad account again")).to_be_visible()
    await visit.usable()
    await visit.open("/settings")
    await expect(page.get_by_label("Stopped").get_by_text("Autumn sale is being stopped")).to_be_visible()

    await page.get_by_role("link", name="How far it is").click()
    await visit.press("Release")
    await visit.until("Nothing starts by this")
    await visit.press("Release it")
    await visit.until("Released: Greenlight sends again")
    await visit.open("/settings")
    await expect(page.get_by_label("Stopped")).to_have_count(0)
    assert not TECHNICAL.search(await visit.text())


async def test_a_suggestion_comes_by_itself_and_is_changed_and_decided_on(wide: Visit, desk: DecidingDesk) -> None:
    visit, page = wide, wide.page
    await desk.allow(OptimizerMode.SUGGEST)
    await visit.open("/suggestions")
    await expect(page.get_by_text("Nothing waits for a decision")).to_be_visible()
    await page.evaluate("window.loadedOnce = true")
    await desk.running(2, 8)
    await desk.decide()

    await expect(page.get_by_role("link", name="Look and decide")).to_be_visible(timeout=PATIENCE_MS)
    assert await page.evaluate("window.loadedOnce")
    await visit.press("Look and decide")
    await expect(page.get_by_role("row", name=re.compile("set-0"))).to_contain_text("SAR 81.00")
    await visit.press("Change the amounts")
    await page.get_by_label("set-0, SAR").fill("85")
    await visit.press("Save the amounts")
    await expect(page.get_by_role("alert")).to_contain_text("SAR 4.00 more than before")
    assert await page.get_by_label("set-0, SAR").input_value() == "85"

    await page.get_by_label("set-1, SAR").fill("115")
    await visit.press("Save the amounts")
    await visit.until("The amounts are changed")
    await expect(page.get_by_role("row", name=re.compile("set-0"))).to_contain_text("proposed SAR 81.00")
    await visit.usable()

    await visit.press("Dismiss")
    await page.get_by_label("Why not?").fill("A sale starts tomorrow")
    await visit.press("Dismiss it")
    await visit.until("Dismissed by Dana")
    await visit.open("/suggestions?status=dismissed")
    await expect(page.get_by_text("A sale starts tomorrow")).to_be_visible()
    visit.sound()


async def test_what_is_believed_now_is_read_without_script_beside_what_its_money_is_for(
    scriptless: Visit, wide: Visit, desk: DecidingDesk
) -> None:
    campaign_id = await desk.running(2, 8)
    await desk.decide()

    for visit in (scriptless, wide):
        page = visit.page
        await visit.open(f"/campaigns/{campaign_id}/optimizer")
        panel = page.locator("#beliefs")
        await expect(panel).to_contain_text("As many results as possible from SAR 200.00 a day")
        await expect(panel).to_contain_text("at most 20 % from what it was 24 hours ago")
        for fold in await panel.locator("summary").all():
            await fold.click()
        await expect(panel).to_contain_text("SAR 1,300.00 spent, 520 clicks, 104 results on 13 days, as now reported.")
        await visit.usable()
    assert not TECHNICAL.search(await scriptless.text())
    await scriptless.press("Change what its money is to bring")
    await expect(scriptless.page.get_by_label("As much as possible of")).to_have_value("")


async def test_the_log_says_what_moved_and_why_budget_by_budget(
    visit: Visit, desk: DecidingDesk, people: People, visits: Visits
) -> None:
    page = visit.page
    await desk.allow(OptimizerMode.AUTO)
    campaign_id = await desk.running(2, 8)
    await desk.decide()

    await visit.open(f"/campaigns/{campaign_id}/optimizer")
    await expect(page.locator(".move")).to_contain_text("SAR 100.00 → SAR 81.00")
    await visit.usable()
    await visit.press("Why, budget by budget")
    await expect(page.get_by_role("heading", name=re.compile("Budget by budget"))).to_be_visible()
    await visit.usable()
    await visit.open(f"/ad-accounts/{desk.account_id}/runs")
    await visit.usable()
    visit.sound()

    client = await visits()
    await client.log_in(await people.join("Carla", Role.CLIENT, desk.workspace_id))
    answer = await client.open(f"/campaigns/{campaign_id}/optimizer")
    assert answer is not None
    assert answer.status == 403
    assert await client.page.get_by_role("link", name="Stop", exact=True).count() == 0
