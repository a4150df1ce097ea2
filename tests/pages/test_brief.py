"""The brief form: it loses nothing and makes one campaign."""

from datetime import UTC, datetime, timedelta

from playwright.async_api import expect

from tests.pages.people import Person, Visit

MAIL = """Oud & Amber, winter

Hello team, we want sales of our coffee set in Saudi Arabia, in Arabic and English.
Budget 900 SAR a day. Please never say "cheap". — سارة"""


async def fill_in_part(visit: Visit) -> None:
    page = visit.page
    await page.get_by_label("The client's words").fill(MAIL)
    await page.locator("#name").fill("Winter coffee")
    for heading in ("What it is for", "What is sold", "Who and where", "Money and dates", "How it sounds"):
        await page.locator("summary", has_text=heading).click()
    await page.get_by_label("Goal").select_option("sales")
    await page.locator("[name=product_name]").first.fill("Brass dallah")
    await page.locator("[name=product_price]").first.fill("249.00")
    await page.get_by_label("Places").fill("Saudi Arabia\nRiyadh, SA, 40 km")
    await page.get_by_label("Languages of the ads").fill("ar, en")
    await page.get_by_label("Not to people who are customers").check()
    await page.get_by_label("None of these").check()
    await page.get_by_label("It is for").select_option("daily")
    await page.get_by_label("Currency").fill("SAR")
    await page.get_by_label("Time zone").fill("Asia/Riyadh")


async def test_a_mistake_keeps_every_field_and_says_what_to_do(visit: Visit) -> None:
    await visit.open("/campaigns/new")
    await fill_in_part(visit)
    await visit.page.locator("#budget_amount").fill("-900")
    await visit.page.locator("[name=end]").fill("2026-01-01T09:00")
    await visit.page.locator("[name=start]").fill("2026-02-01T09:00")
    await visit.page.get_by_label("Places").fill("Saudi Arabia\nAtlantis")
    await visit.page.get_by_role("button", name="Create the campaign").last.click()

    alert = visit.page.get_by_role("alert")
    await expect(alert).to_contain_text("nothing you typed is lost")
    await expect(alert).to_contain_text("Atlantis")
    await expect(visit.page.get_by_label("The client's words")).to_have_value(MAIL)
    await expect(visit.page.locator("[name=product_name]").first).to_have_value("Brass dallah")
    await expect(visit.page.locator("[name=product_price]").first).to_have_value("249.00")
    await expect(visit.page.locator("#budget_amount")).to_have_value("-900")
    await expect(visit.page.locator("#places")).to_have_value("Saudi Arabia\nAtlantis")
    await expect(visit.page.locator("[name=end]")).to_have_value("2026-01-01T09:00")
    await expect(visit.page.get_by_label("Not to people who are customers")).to_be_checked()
    await expect(visit.page.locator("#goal")).to_have_value("sales")
    await visit.usable()
    visit.sound()


async def test_more_rows_for_products_keep_what_was_typed(visit: Visit) -> None:
    await visit.open("/campaigns/new")
    await fill_in_part(visit)

    await visit.press("More products")

    await expect(visit.page.locator("[name=product_name]").first).to_have_value("Brass dallah")
    assert await visit.page.locator("[name=product_name]").count() == 6
    await expect(visit.page.get_by_label("The client's words")).to_have_value(MAIL)


async def test_the_same_form_sent_twice_makes_one_campaign(visit: Visit) -> None:
    await visit.open("/campaigns/new")
    await visit.page.locator("#name").fill("Only once")
    await visit.press("Create the campaign")
    await visit.until("Only once")
    first = visit.page.url.partition("?")[0]

    await visit.page.go_back()
    await visit.page.locator("#name").fill("Only once")
    await visit.press("Create the campaign")
    await visit.until("Only once")

    assert visit.page.url.partition("?")[0] == first
    await visit.open("/campaigns")
    assert (await visit.text()).count("Only once") == 1


async def test_words_typed_in_a_session_that_ended_are_found_again_by_going_back(visit: Visit, owner: Person) -> None:
    await visit.open("/campaigns/new")
    await visit.page.locator("#raw_text").fill(MAIL)
    await visit.page.context.clear_cookies()
    await visit.press("Create the campaign")
    await expect(visit.page.locator("main")).to_contain_text("it is not lost")

    await visit.page.go_back()

    await expect(visit.page.locator("#raw_text")).to_have_value(MAIL)


async def test_the_brief_says_where_each_field_was_read(visit: Visit) -> None:
    await visit.open("/campaigns/new")
    await visit.page.get_by_label("The client's words").fill(MAIL)
    await visit.press("Create the campaign")
    await visit.until("Complete the brief")

    await visit.press("Complete the brief")

    text = await visit.text()
    assert "read from the text: “900 SAR a day”" in text.replace("Budget 900", "900")
    await expect(visit.page.locator("#budget_amount")).to_have_value("900.00")
    await expect(visit.page.locator("#name")).to_have_value("Oud & Amber, winter")
    visit.sound()


async def test_a_stale_form_shows_what_changed_and_keeps_what_was_typed(visit: Visit) -> None:
    await visit.open("/campaigns/new")
    await visit.page.locator("#name").fill("Two at once")
    await visit.press("Create the campaign")
    await visit.until("Complete the brief")
    await visit.press("Complete the brief")
    mine, address = visit.page, visit.page.url
    theirs = await mine.context.new_page()
    await theirs.goto(address)
    start = datetime.now(UTC) + timedelta(days=5)
    await theirs.locator("#tone").fill("calm")
    await theirs.get_by_role("button", name="Save the draft").last.click()
    await theirs.get_by_text("Saved as a draft").wait_for()

    await mine.locator("#tone").fill("loud")
    await mine.locator("#start").fill(f"{start:%Y-%m-%dT09:00}")
    await mine.get_by_role("button", name="Save the draft").last.click()

    await expect(mine.get_by_role("alert")).to_contain_text("Somebody else has changed this meanwhile")
    await expect(mine.get_by_role("alert")).to_contain_text("calm")
    await expect(mine.locator("#tone")).to_have_value("loud")
    await expect(mine.locator("#start")).to_have_value(f"{start:%Y-%m-%dT09:00}")
    await mine.get_by_role("button", name="Save the draft").last.click()
    await mine.get_by_text("Saved as a draft").wait_for()
