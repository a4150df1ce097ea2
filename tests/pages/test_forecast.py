"""What to expect, beside the money that is asked for: on a phone, on a wide screen and without script."""

import re
from datetime import UTC, date, datetime

from playwright.async_api import Browser, expect

from models.domain.forecast import Forecast, ForecastSource, Outcome, Range
from models.domain.metrics import Counts
from models.domain.roles import Role
from models.tables.evidence import CampaignForecast
from records import forecasts
from tests.activities.past_desk import ran_before
from tests.office import open_office
from tests.pages.people import PASSWORD, People, Person, Visit, Visits
from tests.readings import market
from tests.records.campaigns.desk import Desk

FEW = Counts(spend_minor=60_000, impressions=9_000, clicks=120, conversions=1)


async def test_an_approver_sees_beside_the_money_what_it_is_expected_to_bring(visits: Visits, people: People) -> None:
    office = await open_office(people.database)
    desk = Desk(office)
    await desk.drafted()
    await ran_before(office.db, office.workspace_id, office.account_id, campaigns=4, day=FEW)
    manager = await people.join("Dana", Role.MANAGER, office.workspace_id)
    visit = await visits()
    await visit.log_in(manager)

    await visit.open(f"/campaigns/{desk.campaign_id}")
    assert "Nothing was foretold yet." in await visit.text()
    await visit.press("Foretell it anew")
    await visit.until("Four of five times the truth lies in such a range")

    for width in (390, 1280):
        await visit.page.set_viewport_size({"width": width, "height": 900})
        await visit.usable()
    words = await visit.text()
    assert re.search(r"\d+ to \d+", words)
    assert "It rests on 4 campaigns of this ad account" in words
    assert "unlikely to bring 50 results within a week" in words
    visit.sound()


async def test_a_client_reads_nothing_of_what_other_campaigns_cost(visits: Visits, people: People) -> None:
    office = await open_office(people.database)
    desk = Desk(office)
    await desk.drafted()
    await desk.submitted()
    told = Forecast(
        source=ForecastSource.HISTORY,
        currency="USD",
        first_day=date(2026, 11, 1),
        days=5,
        spend_minor=50_000,
        total=Outcome(clicks=Range(low=1, high=9)),
    )
    row = CampaignForecast(
        workspace_id=office.workspace_id,
        campaign_id=desk.campaign_id,
        made_at=datetime.now(UTC),
        source="history",
        body=told.model_dump(mode="json"),
        words="",
    )
    async with people.database.workspace_transaction(office.workspace_id) as session:
        await forecasts.store(session, row)
    seen = []
    for role in (Role.APPROVER, Role.CLIENT):
        visit = await visits()
        await visit.log_in(await people.join("Karim", role, office.workspace_id))
        await visit.open(f"/campaigns/{desk.campaign_id}")
        assert "Where the money goes" in await visit.text()
        seen.append("What to expect" in await visit.text())

    assert seen == [True, False]


async def test_what_came_stands_beside_what_was_expected_by_now(visit: Visit, people: People, owner: Person) -> None:
    ads = await market(people.database, owner.workspace_id, running_days=10)
    ad_set = await ads.add("Broad")
    for ago in range(1, 6):
        await ads.read(ad_set, ago, spend_minor=9_000, impressions=10_000, clicks=100, conversions=10)
    clicks = Range(low=1, high=9)
    told = Forecast(
        source=ForecastSource.HISTORY,
        currency="SAR",
        first_day=ads.day(5),
        days=5,
        spend_minor=50_000,
        until=[Outcome(results=Range(low=8 * day, high=18 * day), clicks=clicks) for day in range(1, 6)],
    )
    row = CampaignForecast(
        workspace_id=owner.workspace_id,
        campaign_id=ads.campaign.id,
        made_at=ads.clock(11, 0),
        source="history",
        body=told.model_dump(mode="json"),
        words="",
    )
    async with people.database.workspace_transaction(owner.workspace_id) as session:
        await forecasts.store(session, row)

    for width in (390, 1280):
        await visit.page.set_viewport_size({"width": width, "height": 900})
        await visit.open(f"/campaigns/{ads.campaign.id}/performance")
        await visit.usable()
    words = await visit.text()

    assert "It spent SAR 450.00 of the SAR 500.00 that the forecast took for granted." in words
    assert re.search(r"Results\s+40 to 90\s+50\s+as expected", words)
    assert re.search(r"Clicks\s+1 to 9\s+500\s+above", words)
    visit.sound()


async def test_without_script_a_forecast_is_made_and_read(browser: Browser, site: str, people: People) -> None:
    office = await open_office(people.database)
    desk = Desk(office)
    await desk.drafted()
    await ran_before(office.db, office.workspace_id, office.account_id, campaigns=4)
    manager = await people.join("Dana", Role.MANAGER, office.workspace_id)
    context = await browser.new_context(java_script_enabled=False, locale="en")
    page = await context.new_page()

    await page.goto(f"{site}/login")
    await page.get_by_label("E-mail address").fill(manager.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await page.goto(f"{site}/campaigns/{desk.campaign_id}")
    await page.get_by_role("button", name="Foretell it anew").click()

    await expect(page.get_by_text("it is", exact=False).first).to_be_attached()
    await expect(page.get_by_text("that a result costs no more than").first).to_be_visible()
    await context.close()
