"""The page about the score: what serves, how good it is, learning anew and going back; also without script."""

from playwright.async_api import Browser, expect

from models.domain.roles import Role
from tests.pages.people import PASSWORD, People, Visit, Visits
from tests.records.learning.trainings import trained


async def test_a_manager_reads_how_good_the_score_is_and_goes_back_to_the_built_in_model(
    visits: Visits, people: People
) -> None:
    manager = await people.join("Dana", Role.MANAGER)
    await trained(people.database, manager.workspace_id)
    visit: Visit = await visits()
    await visit.log_in(manager)

    await visit.open("/settings")
    await visit.press("Which model scores now, and how good it is")
    for width in (390, 1280):
        await visit.page.set_viewport_size({"width": width, "height": 900})
        await visit.usable()
    words = await visit.text()
    assert "What scores now: model 1" in words
    assert "Campaigns it never saw" in words
    assert "0.781" in words
    await expect(visit.page.get_by_role("img", name="What was said against how often it came")).to_be_visible()

    await visit.press("Go back to the built-in model")
    assert "What scores now: built-in model 1" in await visit.text()
    visit.sound()


async def test_without_script_it_learns_and_says_that_there_is_too_little(
    browser: Browser, site: str, people: People
) -> None:
    manager = await people.join("Dana", Role.MANAGER)
    context = await browser.new_context(java_script_enabled=False, locale="en")
    page = await context.new_page()

    await page.goto(f"{site}/login")
    await page.get_by_label("E-mail address").fill(manager.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await page.goto(f"{site}/score")
    await page.get_by_role("button", name="Learn from our past now").click()

    await expect(page.get_by_text("Too little history to learn from").first).to_be_visible()
    await context.close()


async def test_an_approver_reads_it_and_is_offered_no_button(visits: Visits, people: People) -> None:
    owner = await people.join("Ana")
    await trained(people.database, owner.workspace_id)
    approver = await people.join("Ben", Role.APPROVER, owner.workspace_id)
    visit = await visits()
    await visit.log_in(approver)

    await visit.open("/score")

    assert "What scores now: model 1" in await visit.text()
    assert await visit.page.get_by_role("button", name="Go back to the built-in model").count() == 0
    assert await visit.page.get_by_role("button", name="Learn from our past now").count() == 0
