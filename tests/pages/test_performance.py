"""How campaigns do, as people look at it: overview, one campaign, reports, and the file that they take along."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import expect

from models.domain.roles import Role
from models.domain.states import PlatformKind
from records import changes
from tests.pages.people import PATIENCE_MS, People, Person, Visit, Visits
from tests.readings import Market, market

LONG = "Winter_sales_SA_prospecting_broad__ar_202611_with_a_name_that_somebody_made_very_very_long"
ARABIC = "إعادة الاستهداف"


@pytest_asyncio.fixture(loop_scope="session")
async def ads(people: People, owner: Person) -> AsyncIterator[Market]:
    """Twenty days of two ad sets and an ad, of which yesterday was restated."""
    ads = await market(people.database, owner.workspace_id, name="حملة الشتاء 2026", running_days=20)
    better, worse = await ads.add(LONG), await ads.add(ARABIC)
    ad = await ads.add("Lamp", PlatformKind.AD, parent=better)
    for ago in range(1, 21):
        await ads.read(better, ago, spend_minor=6_000, impressions=40_000, clicks=500, conversions=20)
        await ads.read(worse, ago, spend_minor=2_000, impressions=20_000, clicks=100, conversions=2)
    for hour, conversions in ((0.0, 21), (0.1, 25)):
        day = {"spend_minor": 6_000, "impressions": 40_000, "clicks": 500, "conversions": conversions}
        await ads.read(better, 1, ads.clock(0, hour), **day)
    await ads.read(ad, 1, spend_minor=3_000, impressions=9_000, clicks=90)
    yield ads


async def test_figures_are_read_on_a_phone_and_on_a_wide_screen_and_follow_new_ones(
    visit: Visit, people: People, ads: Market
) -> None:
    page = visit.page
    for width in (390, 1280):
        await page.set_viewport_size({"width": width, "height": 900})
        await visit.open("/")
        await expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        await expect(page.get_by_text("Nothing needs you right now")).to_be_visible()
        await visit.usable()
        await visit.press("حملة الشتاء")
        await expect(page.get_by_role("heading", name="Performance")).to_be_visible()
        chart = page.get_by_role("img", name="Conversions per day from")
        await expect(chart).to_be_visible()
        await page.evaluate("document.querySelectorAll('details:not(.who)').forEach(fold => { fold.open = true })")
        await visit.usable()
    words = await visit.text()
    assert LONG in words
    assert "12 minutes old" in words
    assert "At the present pace" in words
    assert "split equally over 2 budgets" in words

    await page.evaluate("window.loadedOnce = true")
    workspace_id = ads.campaign.workspace_id
    await ads.read(next(iter(ads.nodes)), 0, spend_minor=1_234_500, impressions=1, clicks=1)
    async with people.database.workspace_transaction(workspace_id) as session:
        await changes.notify(session, workspace_id, "ad_account", ads.account.id)

    await expect(page.get_by_text("SAR 12,345.00").first).to_be_attached(timeout=PATIENCE_MS)
    assert await page.evaluate("window.loadedOnce")
    visit.sound()


async def test_clients_read_reports_and_take_a_file_along(
    visits: Visits, people: People, owner: Person, ads: Market
) -> None:
    client = await people.join("Karim", Role.CLIENT, owner.workspace_id)
    await ads.change(metrics_problem="Meta did not answer.")
    theirs = await visits()
    await theirs.log_in(client)

    await theirs.open("/dashboard")
    overview = await theirs.text()
    await theirs.open("/reports")
    await theirs.usable()
    report = await theirs.text()
    async with theirs.page.expect_download() as coming:
        await theirs.press("Download as CSV")
    file = await (await coming.value).path()
    await theirs.press("حملة الشتاء")
    performance = await theirs.text()

    assert "حملة الشتاء 2026" in overview
    assert "Needs somebody" not in overview
    assert "SAR account" not in overview
    assert "The last reading failed: Meta did not answer." in overview
    assert "12 minutes old" in report
    assert "SAR 1,600.00" in report
    assert ",SAR,1600.00," in file.read_text("utf-8-sig")
    assert "The last reading failed: Meta did not answer." in performance
    assert not any(number in performance for number in ads.nodes)
    theirs.sound()


async def test_a_campaign_that_just_began_says_when_figures_come(visit: Visit, people: People, owner: Person) -> None:
    new = await market(people.database, owner.workspace_id, running_days=0)
    await new.change(metrics_read_at=None)

    await visit.open(f"/campaigns/{new.campaign.id}/performance")

    words = await visit.text()
    assert "Figures come within the hour after ads begin to run." in words
    assert "No figures were read yet" in words
    assert await visit.page.locator("svg.chart").count() == 0
    answer = await visit.open(f"/campaigns/{new.campaign.id}/performance?since=soon")
    assert answer is not None
    assert answer.status == 422
    await visit.usable()
