"""Rules on the pages: begun from a template, written without any script, tried on the past, switched on, looked up."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, expect

from settings import Settings
from tests.activities.deciding_desk import DecidingDesk
from tests.api.optimized import store_of
from tests.pages.people import People, Person, Visit
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


async def test_a_template_is_added_with_one_press_and_stays_off_until_a_person_saw_what_it_would_have_done(
    scriptless: Visit, desk: DecidingDesk
) -> None:
    visit, page = scriptless, scriptless.page
    await desk.running(4, 4)
    await desk.decide()
    await visit.open("/rules")
    await expect(page.get_by_role("heading", name="No rule yet")).to_be_visible()
    await visit.usable()

    await page.get_by_role("button", name="Add Stop a money eater").click()
    await expect(page.get_by_text("Added, and off.")).to_be_visible()
    await visit.usable()
    await page.get_by_label("Hours", exact=True).fill("")
    await page.get_by_role("button", name="Save, and see what it would have done").click()

    await expect(page.get_by_text("It held 0 times in 2 looks at budgets")).to_be_visible()
    await expect(page.get_by_text("the campaign has no target cost per result").first).to_be_visible()
    await visit.usable()
    await page.get_by_role("button", name="Switch it on").click()
    await expect(page.get_by_text("It decides from the next run on.")).to_be_visible()
    await expect(page.get_by_text("On", exact=True)).to_be_visible()
    assert not TECHNICAL.search(await visit.text())


async def test_five_conditions_in_two_groups_are_written_without_script_and_every_look_is_told(
    scriptless: Visit, desk: DecidingDesk
) -> None:
    visit, page = scriptless, scriptless.page
    await desk.running(4, 4)
    await desk.decide()
    await visit.open("/rules/new")
    await page.get_by_label("Name").fill("Mine")
    await page.get_by_label("Currency of its amounts").select_option("SAR")
    for row, metric, value in (
        ("g0-0", "spend", "10"),
        ("g0-1", "clicks", "5"),
        ("g0-2", "cost_per_result", "1"),
        ("g1-0", "budget", "99.50"),
        ("g1-1", "ctr", "0.5"),
    ):
        if not await page.locator(f"#{row}-metric").is_visible():
            await page.locator("details.rule-row", has=page.locator(f"#{row}-metric")).locator("summary").first.click()
        await page.locator(f"#{row}-metric").select_option(metric)
        await page.locator(f"#{row}-value").fill(value)
    await page.get_by_label("By how many percent").fill("a lot")
    await page.get_by_role("button", name="Only try it").click()
    await expect(page.get_by_role("heading", name="1 field needs a correction")).to_be_visible()
    await page.get_by_label("By how many percent").fill("10")
    await page.get_by_label("Ad sets", exact=True).fill("set-0")
    await page.get_by_label("Hours", exact=True).fill("")
    await page.get_by_role("button", name="Only try it").click()

    await expect(page.get_by_text("would have acted 1 time, 1 of them unlike what was done")).to_be_visible()
    await expect(page.get_by_text("SAR 100.00 → SAR 90.00")).to_be_visible()
    await visit.usable()
    await page.get_by_role("button", name="Save, and see what it would have done").click()
    await page.get_by_role("button", name="Switch it on").click()
    await desk.decide()

    await page.get_by_role("link", name="What it found").click()
    await expect(page.get_by_text("held for 1 of 1 budget, acted on 1")).to_be_visible()
    await visit.usable()
    assert not TECHNICAL.search(await visit.text())


async def test_on_a_wide_screen_nothing_complains_and_a_rule_is_edited_and_deleted(
    browser: Browser, site: str, owner: Person, desk: DecidingDesk
) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    visit = Visit(await context.new_page(), site)
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    await visit.log_in(owner)
    await visit.open("/rules")
    await visit.page.get_by_role("button", name="Add Feed a winner").click()
    await visit.usable()
    await visit.page.get_by_role("button", name="More rows and groups").click()
    await expect(visit.page.get_by_text("Condition 6")).to_be_visible()
    await visit.page.get_by_text("Delete this rule").click()
    await visit.page.get_by_role("button", name="Delete it").click()

    await expect(visit.page.get_by_text("Deleted. What it did stays in the log.")).to_be_visible()
    await expect(visit.page.get_by_role("heading", name="No rule yet")).to_be_visible()
    await visit.open("/activity")
    await expect(visit.page.get_by_text("deleted a rule")).to_be_visible()
    visit.sound()
    await context.close()
