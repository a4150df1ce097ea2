"""Whether the optimizer earns its keep, on the page: campaigns held out, verdicts, what another engine would do."""

from datetime import timedelta
from uuid import UUID

import pytest_asyncio
from playwright.async_api import expect

from models.domain.brief import Brief
from models.domain.states import DocumentState
from models.tables.campaign import Campaign
from models.tables.strategy import Brief as BriefRow
from optimizer.engines import DEFAULT_ENGINE, ENGINES
from settings import Settings
from tests.activities.moved_desk import DAYS, MovedDesk
from tests.api.optimized import store_of
from tests.pages.people import People, Person, Visit

WIDTHS = (390, 1280)
EVEN = [40] * DAYS


@pytest_asyncio.fixture(loop_scope="session")
async def desk(people: People, site_settings: Settings, owner: Person) -> MovedDesk:
    desk = MovedDesk(people.database, store_of(site_settings), owner.workspace_id)
    await desk.open_account()
    return desk


async def with_brief(desk: MovedDesk, campaign_id: UUID) -> None:
    """Without one a campaign has no page."""
    row = BriefRow(
        workspace_id=desk.workspace_id,
        campaign_id=campaign_id,
        version=1,
        state=DocumentState.SUBMITTED,
        body=Brief(name="Winter").model_dump(mode="json"),
    )
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        session.add(row)


async def test_what_the_optimizer_is_worth_is_read_on_a_phone_and_on_a_wide_screen(
    visit: Visit, desk: MovedDesk
) -> None:
    page = visit.page
    better = await desk.ran([*EVEN[:-15], *[80] * 15], moved=15)
    for _ in range(3):
        await desk.ran(EVEN)
    await desk.judge()

    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        await visit.open("/evidence")
        await expect(page.get_by_role("heading", name="Does the optimizer earn its keep?")).to_be_visible()
        await expect(page.get_by_role("region", name="Against campaigns left alone")).to_contain_text("10 to 20 %")
        await expect(page.get_by_role("region", name="Move by move")).to_contain_text("1 improved their campaign")
        await visit.usable()
        await visit.open(f"/campaigns/{better}/optimizer?show=moved")
        await expect(page.locator(".move")).to_contain_text("The same money brought more")
        await visit.usable()

    await with_brief(desk, better)
    await visit.open(f"/campaigns/{better}")
    await expect(page.locator("main")).to_contain_text("The last judged move of its money. The same money brought more")
    visit.sound()


async def test_a_share_is_held_out_and_a_campaign_shows_it(visit: Visit, desk: MovedDesk) -> None:
    page = visit.page
    held = await desk.ran(EVEN)
    live_at = desk.now - timedelta(days=DAYS)
    await desk.change(Campaign, held, held_out_at=live_at, live_at=live_at, name="Winter")

    await visit.open("/evidence")
    await visit.press("Change how many")
    await page.get_by_label("Percent of new campaigns").fill("15")
    await visit.usable()
    await visit.press("Save")

    await expect(page.get_by_role("status")).to_contain_text("Saved")
    await expect(page.get_by_role("region", name="Against campaigns left alone")).to_contain_text(
        "Not enough campaigns to say"
    )
    await visit.press("Left alone now: 1")
    await visit.press("Winter")
    await expect(page.get_by_role("region", name="Left alone to measure")).to_contain_text("Held out")
    await visit.usable()
    await with_brief(desk, held)
    await visit.open(f"/campaigns/{held}")
    await expect(page.locator("#head")).to_contain_text("Held out from the optimizer")
    visit.sound()


async def test_an_engine_is_compared_and_a_run_is_computed_again(visit: Visit, desk: MovedDesk) -> None:
    page = visit.page
    await desk.running(2, 8, name="حملة الشتاء 2026")
    run = await desk.begin()
    await desk.decide(run)

    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        await visit.open("/what-ifs")
        await page.get_by_role("region", name="Try an engine").get_by_label("Engine").select_option(DEFAULT_ENGINE)
        await visit.usable()
        await visit.press("Compare")
        await visit.until("1 look at a campaign exactly alike")
        await expect(page.get_by_role("region", name="Run by run")).to_be_visible()
        await visit.usable()
        await visit.open(f"/optimizer-runs/{run.run_id}")
        await visit.press("Compute again")
        await expect(page.locator("main")).to_contain_text("The same, bit for bit")
        await visit.usable()

    await visit.open("/what-ifs")
    decides = page.get_by_role("region", name="The engine that decides")
    await visit.press("Switch to another one")
    await decides.get_by_label("Engine").select_option(DEFAULT_ENGINE)
    await decides.get_by_role("button", name="Switch").click()
    await expect(page.get_by_role("status")).to_contain_text("Saved")
    unseen = next(name for name in ENGINES if name != DEFAULT_ENGINE)
    await visit.press("Switch to another one")
    await decides.get_by_label("Engine").select_option(unseen)
    await decides.get_by_role("button", name="Switch").click()
    await expect(page.get_by_role("alert")).to_contain_text(f"See first what {unseen} would have decided")
    await expect(decides.get_by_label("Engine")).to_have_value(unseen)
    visit.sound()
