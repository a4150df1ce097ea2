"""One campaign from the brief to live ads, entirely through the pages, on a phone."""

from playwright.async_api import expect
from sqlmodel import select

from models.domain.roles import Role
from models.domain.states import PlatformKind
from models.tables.base import utc_now
from models.tables.campaign import Campaign
from models.tables.drift import Drift
from models.tables.ledger import PlatformObject
from records.campaigns import facts as campaign_facts
from records.campaigns.running import running_schedule
from tests.pages.people import PATIENCE_MS, People, Person, Visit, Visits, connected
from tests.servers import Simulator


async def write_brief(visit: Visit) -> None:
    page = visit.page
    await visit.open("/campaigns/new")
    await page.locator("#name").fill("Bayt Qahwa: winter")
    for heading in ("What it is for", "What is sold", "Who and where", "Money and dates", "How it sounds"):
        await page.locator("summary", has_text=heading).click()
    await page.locator("#goal").select_option("sales")
    await page.locator("#location").select_option("website")
    await page.locator("#event").fill("PURCHASE")
    await page.locator("#landing_urls").fill("https://shop.baytqahwa.example/winter")
    await page.locator("[name=product_name]").first.fill("Brass dallah")
    await page.locator("[name=product_url]").first.fill("https://shop.baytqahwa.example/dallah")
    await page.locator("[name=product_price]").first.fill("249")
    await page.locator("#offer_text").fill("20 % off everything")
    await page.locator("[name=picture]").first.check()
    await page.locator("#places").fill("Saudi Arabia")
    await page.locator("#languages").fill("ar, en")
    await page.locator("#budget_amount").fill("900")
    await page.locator("#budget_kind").select_option("daily")
    await page.get_by_label("None of these").check()
    await page.get_by_role("button", name="Create the campaign").last.click()


async def look_at_drafts(visit: Visit) -> None:
    """What it costs comes first; Arabic runs from right to left."""
    page = visit.page
    await visit.until("Everything is drafted")
    await expect(page.get_by_text("Total, not approved yet")).to_be_visible()
    await expect(page.locator(".client")).to_contain_text("Highest possible day")
    await expect(page.locator(".client")).to_contain_text("SAR 1,575.00")
    await expect(page.locator(".ad[lang=ar]").first).to_have_attribute("dir", "rtl")
    assert await page.locator(".ad[lang=ar] .headline").first.evaluate("e => getComputedStyle(e).direction") == "rtl"
    await visit.usable()


async def send_one_back(visit: Visit) -> None:
    """One item is sent back with words, another one approved."""
    page = visit.page
    await visit.until("for your decision")
    first = page.locator("details.item").first
    await first.get_by_text("Request changes").click()
    await first.get_by_label("What should be different?").first.fill("The offer is 20 %, not 30 %.")
    await first.get_by_role("button", name="Send back").click()
    await expect(page.get_by_text("Sent back with your words.")).to_be_visible()
    await expect(page.locator("details.item").first).to_contain_text("Asked for: The offer is 20 %, not 30 %.")
    await page.locator("details.item").nth(1).get_by_role("button", name="Approve").click()
    await expect(page.locator("details.item").nth(1)).to_contain_text("Approved")


async def have_it_rewritten(visit: Visit) -> None:
    first = visit.page.locator("details.item").first
    await first.get_by_text("Have it rewritten").click()
    await first.get_by_role("button", name="Rewrite").click()
    await visit.until("There are newer drafts|Changes were requested")


async def pause_and_end(visit: Visit) -> None:
    await visit.press("Pause")
    await visit.until("Nothing is being spent.")
    await visit.press("End")
    await expect(visit.page.get_by_role("heading", name="End this campaign?")).to_be_visible()
    await visit.press("End the campaign")
    await visit.until("Nothing is being spent any more.")


async def take_over_what_somebody_changed(visit: Visit, people: People, owner: Person) -> None:
    """A budget that was raised in Ads Manager becomes a change of the campaign, which is then dropped."""
    async with people.database.workspace_transaction(owner.workspace_id) as session:
        campaign = (await session.scalars(select(Campaign))).one()
        ad_sets = select(PlatformObject).where(PlatformObject.kind == PlatformKind.AD_SET)
        ad_set = (await session.scalars(ad_sets.limit(1))).one()
        schedule = await running_schedule(session, await campaign_facts.load(session, campaign.id))
        assert schedule is not None
        present = next(part.initial_minor for part in schedule.split if part.plan_key == ad_set.plan_key)
        session.add(
            Drift(
                workspace_id=owner.workspace_id,
                campaign_id=campaign.id,
                object_id=ad_set.id,
                kind=PlatformKind.AD_SET,
                name=ad_set.name,
                field="daily_budget",
                expected={"value": present},
                found={"value": present + 5_000},
                first_seen_at=utc_now(),
                last_seen_at=utc_now(),
            )
        )
    await visit.open("/drifts")
    await visit.press("Propose it as a change")
    await visit.until("It is proposed as a change of the campaign")
    await visit.open(f"/campaigns/{campaign.id}")
    await expect(visit.page.locator("#changes")).to_contain_text("Takes over what was changed on the platform")
    await visit.press("Drop this change")
    await visit.until("The change was dropped")


async def test_a_marketer_takes_a_brief_to_live_ads_and_ends_them(
    visit: Visit, owner: Person, people: People, site: str, simulator: Simulator, photo: bytes
) -> None:
    page = visit.page
    await connected(site, people, owner, simulator)
    await visit.open("/assets")
    await page.locator("[name=file]").set_input_files({"name": "dallah.jpg", "mimeType": "image/jpeg", "buffer": photo})
    await visit.press("Upload")
    await expect(page.locator(".gallery")).to_contain_text("dallah", timeout=PATIENCE_MS)

    await write_brief(visit)
    await look_at_drafts(visit)
    await visit.press("Ask for approval")
    await send_one_back(visit)
    await have_it_rewritten(visit)
    await visit.press("Ask for approval")
    await visit.until("Approve everything and publish")
    await visit.usable()
    await visit.press("Approve everything and publish")
    await visit.until("Starts on|Runs until")

    await expect(page.locator(".client")).to_contain_text("Total approved")
    await expect(page.locator("#ads")).to_contain_text("On Meta now: 1 campaign")
    assert "Dana" in await page.locator("#history").inner_text()
    await take_over_what_somebody_changed(visit, people, owner)
    await pause_and_end(visit)
    await visit.open("/campaigns")
    await expect(page.locator(".row").first).to_contain_text("Ended")
    await visit.open("/activity")
    said = await visit.text()
    assert all(words in said for words in ("started publishing", "paused the campaign", "ended the campaign"))
    visit.sound()


async def test_a_client_who_was_asked_nothing_sees_nothing(visits: Visits, owner: Person, people: People) -> None:
    client = await people.join("Karim", Role.CLIENT, owner.workspace_id)
    theirs = await visits()
    await theirs.log_in(client)

    await expect(theirs.page.get_by_role("heading", name="Nothing to look at yet")).to_be_visible()
    answer = await theirs.open("/activity")

    assert answer is not None
    assert answer.status == 403
