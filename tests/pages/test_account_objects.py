"""What runs in an ad account: read in, looked through, and completed from an exported report."""

import re
from datetime import UTC, datetime, timedelta

import httpx
from playwright.async_api import FilePayload, expect

from models.domain.roles import Role
from tests.api.advertisers import connect, new_advertiser
from tests.api.people import Member
from tests.pages.people import People, Person, Visit, Visits
from tests.servers import Simulator

DAY = (datetime.now(UTC) - timedelta(days=5)).date()


async def crowded(site: str, people: People, person: Person, simulator: Simulator) -> str:
    """The person's workspace gets an ad account in which others run a campaign with thirty ad sets; its page."""
    advertiser = new_advertiser(simulator)
    account = f"meta/accounts/{advertiser.account_id}"
    simulator.control.post(f"{account}/crowd", json={"campaigns": 1, "adsets": 30}).raise_for_status()
    simulator.control.post(f"{account}/advance", json={"hours": 30}).raise_for_status()
    key = await people.api_key(person)
    async with httpx.AsyncClient(base_url=site, headers={"X-API-Key": key}, timeout=20) as http:
        member = Member(person.id, person.workspace_id, person.email, key, http)
        return f"/ad-accounts/{(await connect(member, advertiser))['id']}"


async def test_a_person_reads_an_account_in_and_completes_it_from_an_exported_report(
    visit: Visit, site: str, people: People, owner: Person, simulator: Simulator
) -> None:
    page = visit.page
    await visit.open(await crowded(site, people, owner, simulator))
    await visit.press("What runs in it")
    await visit.press("Read what runs here")
    await visit.until("1 campaign, 30 ad sets, 30 ads, read")
    await expect(page.get_by_text("the optimizer is off for them")).to_be_visible()
    await visit.usable()

    await visit.press("Crowd 0")
    await expect(page.locator("li.card .badge").filter(has_text="Read-only").first).to_be_visible()
    assert await page.locator("li.card").count() == 25
    assert re.search(r"SAR [\d,.]+ spent", await visit.text())
    name = (await page.locator("li.card h2").first.inner_text()).strip()
    await visit.usable()
    await visit.press("Older ones")
    assert await page.locator("li.card").count() == 5
    await visit.press(await page.locator("li.card h2").first.inner_text())
    await expect(page.locator("li.card")).to_have_count(1)

    await visit.press("What runs in it")
    report = (
        f"Set;When;Amount spent (SAR);Impressions;Clicks (all)\n{name};{DAY:%d.%m.%Y};1.234,50;900;30\nGone;;1;1;1\n"
    )
    file = FilePayload(name="ads.csv", mimeType="text/csv", buffer=report.encode())
    await page.locator("input[type=file]").set_input_files(file)
    await visit.press("Look at it")
    await expect(page.get_by_text("Which column holds the day?")).to_be_visible()
    await visit.usable()
    await page.locator("[name=ad_set_name]").select_option("Set")
    await page.locator("[name=day]").select_option("When")
    await visit.press("Read it again")
    await expect(page.locator("main")).to_contain_text("SAR 1,234.50 spent")
    await expect(page.locator("main")).to_contain_text("There is no ad set named 'Gone' in this account")
    await visit.press("Take the good rows over")
    await expect(page.get_by_role("status")).to_contain_text("taken over")
    await expect(page.locator("main")).to_contain_text("1 figure is new")
    await visit.press("Take it back")
    await expect(page.locator(".heading .badge")).to_have_text("Discarded")
    await visit.usable()
    visit.sound()


async def test_who_may_not_edit_reads_but_finds_no_button(
    visits: Visits, people: People, owner: Person, site: str, simulator: Simulator
) -> None:
    account = await crowded(site, people, owner, simulator)
    theirs = await visits()
    await theirs.log_in(await people.join("Omar", Role.APPROVER, owner.workspace_id))

    await theirs.open(f"{account}/objects")

    await expect(theirs.page.get_by_text("Not read yet").first).to_be_visible()
    await expect(theirs.page.locator("main form")).to_have_count(0)


async def test_a_file_that_is_no_report_is_refused_where_it_was_chosen(
    visit: Visit, site: str, people: People, owner: Person, simulator: Simulator
) -> None:
    await visit.open(f"{await crowded(site, people, owner, simulator)}/objects")
    file = FilePayload(name="ads.xlsx", mimeType="text/csv", buffer=b"PK\x03\x04 rest")
    await visit.page.locator("input[type=file]").set_input_files(file)

    await visit.press("Look at it")

    await expect(visit.page.get_by_role("alert")).to_contain_text("save it as CSV")
