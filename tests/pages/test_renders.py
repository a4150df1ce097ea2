"""Pictures in the making as people follow them: live on the campaign's page, and all together on one of their own."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from models.domain.roles import Role
from models.domain.states import RenderState
from tests.api.campaigns import BRIEF, Campaign, create
from tests.api.people import Member
from tests.api.rendering import wanted
from tests.pages.people import PATIENCE_MS, People, Person, Visit, Visits
from tests.pages.views.test_campaign_page import TECHNICAL
from tests.providers.media.requests import World
from tests.servers import Simulator


@pytest.fixture
def world(simulator: Simulator) -> Iterator[World]:
    yield World(simulator.url, simulator.control)
    simulator.control.delete("/media").raise_for_status()


@pytest_asyncio.fixture(loop_scope="session")
async def member(site: str, people: People, owner: Person) -> AsyncIterator[Member]:
    key = await people.api_key(owner)
    async with httpx.AsyncClient(base_url=site, headers={"X-API-Key": key}, timeout=20) as http:
        yield Member(owner.id, owner.workspace_id, owner.email, key, http)


@pytest_asyncio.fixture(loop_scope="session")
async def scriptless(browser: Browser, site: str, owner: Person) -> AsyncIterator[Visit]:
    """The owner in a browser that runs no script."""
    context = await browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    visit = Visit(await context.new_page(), site)
    await visit.log_in(owner)
    yield visit
    await context.close()


async def finish_all(world: World) -> None:
    """Whatever is at work with the simulated provider ends at once."""
    books = world.control.get("/media/books").json()
    for job in books["replicate"]["jobs"]:
        if job["state"] in ("queued", "running"):
            world.finish(job["id"])


async def choose_three_cheap_squares(item: Locator) -> None:
    for shape in ("Portrait", "Full screen", "Wide"):
        await item.get_by_role("checkbox", name=shape).uncheck()
    await item.get_by_label("Made by").select_option("replicate/flux-schnell")
    await item.get_by_label("Variants of each").fill("3")


async def test_pictures_appear_by_themselves_and_new_ones_are_ordered_with_their_price_in_view(
    visit: Visit, member: Member, world: World
) -> None:
    page = visit.page
    world.change(service="replicate", queue_s=0, render_s=3_600)
    brief = {**BRIEF, "languages": ["en"], "allow_ai_images": True}
    campaign = Campaign(member, (await create(member, None, **brief)).json()["id"])
    await campaign.until(
        lambda seen: len(seen["items"]) > 4 and all(job["stage"] == "rendering" for job in seen["items"]),
        "/renders?limit=100",
    )
    await campaign.until(lambda seen: seen["step"] is None, "/progress")
    await visit.open(f"/campaigns/{campaign.id}")
    await page.evaluate("window.loadedOnce = true")
    first, second = page.locator("details.item").nth(0), page.locator("details.item").nth(1)
    await expect(second).to_contain_text("Replicate is making it")
    await visit.usable()

    await first.get_by_text("Make new pictures").click()
    await first.get_by_label("What should it show").fill("At dawn")
    await finish_all(world)

    await expect(second.locator(".ad img").first).to_be_visible(timeout=PATIENCE_MS)
    await expect(second).not_to_contain_text("Replicate is making it", timeout=PATIENCE_MS)
    assert await page.evaluate("window.loadedOnce")
    assert await first.get_by_label("What should it show").input_value() == "At dawn"

    await choose_three_cheap_squares(first)
    await expect(first.locator("[data-total]")).to_have_text("With everything above: USD 0.009")
    await campaign.until(lambda seen: seen["step"] is None, "/progress")
    await first.get_by_role("button", name="Make them").click()
    await visit.until("It appears here as soon as it is ready")
    await expect(first).to_contain_text("FLUX.1 schnell by Replicate")

    await first.get_by_role("button", name="Cancel").click()
    await visit.until("It is being stopped")
    await visit.open("/renders")
    await visit.until("Cancelled")
    await expect(page.locator("#spend")).to_contain_text("of USD 50.00")
    await visit.usable()
    visit.sound()


async def test_another_result_is_chosen_for_one_shape_and_the_price_rewritten(
    visit: Visit, member: Member, world: World
) -> None:
    page = visit.page
    world.change(service="replicate", queue_s=0, render_s=0)
    brief = {**BRIEF, "languages": ["en"], "allow_ai_images": True}
    campaign = Campaign(member, (await create(member, None, **brief)).json()["id"])
    await campaign.until(lambda seen: str(seen["waiting_on"]).startswith("Marketer: choose"))
    item = (await campaign.get("/items"))["items"][0]
    drawn = {part["ratio"]: part for part in item["content"]["assets"]}

    await visit.open(f"/campaigns/{campaign.id}/items/{item['key']}")
    await page.get_by_label("Price").fill("SAR 99")
    square = page.locator(".slot").nth(0)
    await square.locator("summary").click()
    await square.locator("select").select_option("plain")
    await visit.usable()
    await visit.press("Save the draft")
    await visit.until("Saved as a draft")
    await campaign.until(lambda seen: seen["step"] is None, "/progress")

    content = (await campaign.get("/items"))["items"][0]["content"]
    now = {part["ratio"]: part for part in content["assets"]}
    assert content["design"]["price"] == "SAR 99"
    assert now["1:1"]["recipe"] is None
    assert now["1:1"]["sha256"] in {base["sha256"] for base in item["content"]["design"]["bases"]}
    assert now["4:5"]["recipe"] not in (None, drawn["4:5"]["recipe"])
    visit.sound()


async def test_trouble_is_told_in_words_and_tried_again_without_any_script(
    scriptless: Visit, people: People, member: Member, world: World
) -> None:
    plain, words = scriptless, "The content filter stopped this. Change the wording."
    world.change(service="replicate", render_s=3_600)
    campaign = Campaign(member, (await create(member, None, **{**BRIEF, "languages": ["en"]})).json()["id"])
    await campaign.until(lambda seen: str(seen["waiting_on"]).startswith("Marketer: choose"))
    item = (await campaign.get("/items"))["items"][0]
    about = {"concept_key": item["content"]["concept"], "items": [item["key"]]}
    failed = await wanted(people.database, campaign, **about, state=RenderState.FAILED, error=words, attempt=3)
    unsure = "It may have been made."
    await wanted(people.database, campaign, **about, state=RenderState.UNKNOWN, error=unsure, attempt=1)

    await plain.open("/renders")
    before = await plain.text()
    await plain.page.locator("article", has_text=words).get_by_role("button", name="Try again").click()
    after = await plain.text()

    assert "Nothing is in the making right now" in before
    assert "Nobody knows whether it was made" in before
    assert before.index(unsure) < before.index(words)
    assert "3 tries of 3" in before
    assert TECHNICAL.search(before) is None
    assert "In the making (1)" in after
    assert (await campaign.get("/renders"))["items"][0]["retry_of"] == str(failed.id)


async def test_clients_are_not_shown_what_pictures_cost(owner: Person, people: People, visits: Visits) -> None:
    client = await people.join("Karim", Role.CLIENT, owner.workspace_id)
    theirs = await visits()
    await theirs.log_in(client)
    answer = await theirs.open("/renders")
    assert answer is not None
    assert answer.status == 403
