"""Ad accounts and pictures."""

import io

import httpx
from PIL import Image
from playwright.async_api import expect

from models.domain.roles import Role
from tests.api.advertisers import new_advertiser
from tests.pages.people import People, Person, Visit, Visits
from tests.servers import Simulator


async def test_a_person_connects_an_account_through_the_consent_dialog(visit: Visit, simulator: Simulator) -> None:
    advertiser = new_advertiser(simulator)
    await visit.open("/ad-accounts")
    await visit.press("Connect an ad account")
    await expect(visit.page.get_by_text("This is a simulation.")).to_be_visible()
    await visit.page.locator("select[name=user]").select_option(advertiser.user_id)
    await visit.page.get_by_role("button", name="Continue").click()

    await visit.press("Connect Tea shop")
    await expect(visit.page.get_by_text("Only reading is allowed so far")).to_be_visible()
    await visit.page.locator("[name=page_id]").select_option(index=1)
    await visit.press("Save and check")

    await expect(visit.page.get_by_text("Ads come from")).to_be_visible()
    await visit.usable()
    await visit.open("/ad-accounts")
    await expect(visit.page.locator(".row")).to_contain_text("Connected")
    visit.sound()


async def test_who_declines_the_consent_reads_what_it_means(visit: Visit, simulator: Simulator) -> None:
    new_advertiser(simulator)
    await visit.open("/ad-accounts")
    await visit.press("Connect an ad account")
    await visit.page.get_by_role("button", name="Cancel").click()

    await expect(visit.page.locator("main")).to_contain_text("nothing was connected")
    await expect(visit.page.get_by_role("link", name="To the campaigns")).to_be_visible()


async def test_a_picture_is_shown_in_the_part_that_was_approved(visit: Visit, site: str, photo: bytes) -> None:
    await visit.open("/assets")
    await visit.page.locator("[name=file]").set_input_files(
        {"name": "dallah.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )
    await visit.press("Upload")
    source = await visit.page.locator(".gallery img").first.get_attribute("src")
    cookies = {cookie["name"]: cookie["value"] for cookie in await visit.page.context.cookies()}

    async with httpx.AsyncClient(base_url=site, cookies=cookies) as browser:
        cut = await browser.get(f"{(source or '').partition('?')[0]}?width=400&crop=0-0-5000-10000")
        browser.cookies.clear()
        stranger = await browser.get(source or "")

    assert cut.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(cut.content)).size == (400, 800)
    assert stranger.status_code == 303
    visit.sound()


async def test_a_file_that_is_no_picture_is_refused_on_the_page(visit: Visit) -> None:
    await visit.open("/assets")
    await visit.page.locator("[name=file]").set_input_files(
        {"name": "dallah.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.7"}
    )
    await visit.press("Upload")

    await expect(visit.page.get_by_role("status")).to_contain_text("neither a JPEG nor a PNG")
    await expect(visit.page.get_by_role("heading", name="Library", exact=True)).to_be_visible()


async def test_clients_see_no_accounts(visits: Visits, people: People, owner: Person) -> None:
    client = await people.join("Karim", Role.CLIENT, owner.workspace_id)
    theirs = await visits()
    await theirs.log_in(client)

    answer = await theirs.open("/ad-accounts")

    assert answer is not None
    assert answer.status == 403
    await expect(theirs.page.get_by_role("link", name="Ad accounts")).to_have_count(0)
