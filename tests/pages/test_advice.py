"""A language model's advice on the pages: switched on in the settings, asked for with a button, read and decided on."""

from settings import Settings
from tests.activities.deciding_desk import DecidingDesk
from tests.api.optimized import store_of
from tests.pages.people import People, Person, Visit


async def test_advice_is_switched_on_asked_for_and_read_like_any_suggestion(
    visit: Visit, people: People, owner: Person, site_settings: Settings
) -> None:
    desk = DecidingDesk(people.database, store_of(site_settings), owner.workspace_id)
    await desk.open_account()
    campaign_id = await desk.running(2, 8)

    await visit.open(f"/campaigns/{campaign_id}/optimizer")
    assert "Ask for advice" not in await visit.text()
    await visit.open("/settings")
    await visit.page.get_by_label("It may be asked").check()
    await visit.page.locator("section[aria-labelledby=advice]").get_by_role("button", name="Save").click()
    await visit.until("Saved")
    for width in (390, 1280):
        await visit.page.set_viewport_size({"width": width, "height": 900})
        await visit.usable()
    await visit.open(f"/campaigns/{campaign_id}/optimizer")
    await visit.usable()
    await visit.press("Ask for advice")
    await visit.until("A language model")

    words = await visit.text()
    assert "“set-1” brought 104 results" in words
    assert "Approve and apply" in words
    for width in (390, 1280):
        await visit.page.set_viewport_size({"width": width, "height": 900})
        await visit.usable()
    visit.sound()
