"""The library and the brands, as people use them."""

from datetime import UTC, datetime, timedelta

import httpx
from playwright.async_api import Route, expect

from models.domain.roles import Role
from tests.api.test_assets import picture
from tests.imaging.films import film
from tests.pages.people import People, Person, Visit, Visits


async def stored(site: str, people: People, person: Person, name: str, content: bytes, **fields: object) -> str:
    """The id of an asset that a program uploaded."""
    headers = {"X-API-Key": await people.api_key(person)}
    async with httpx.AsyncClient(base_url=site, headers=headers, timeout=20) as http:
        reply = await http.post("/api/v1/assets", files={"file": (name, content)}, data=fields)
    assert reply.status_code == 201, reply.text
    return str(reply.json()["id"])


async def choose(visit: Visit, name: str, kind: str, content: bytes) -> None:
    file = {"name": name, "mimeType": kind, "buffer": content}
    await visit.page.locator("[name=file]").first.set_input_files(file)  # type: ignore[arg-type]


async def test_an_upload_goes_on_after_the_line_broke(visit: Visit) -> None:
    broken = 0

    async def break_once(route: Route) -> None:
        nonlocal broken
        if route.request.method == "PATCH" and not broken:
            broken += 1
            await route.abort("connectionreset")
        else:
            await route.continue_()

    await visit.open("/assets")
    await visit.page.route("**/api/v1/uploads/**", break_once)
    await choose(visit, "steam.mp4", "video/mp4", film(2))
    await visit.press("Upload")

    await expect(visit.page.locator(".gallery")).to_contain_text("steam.mp4")
    await expect(visit.page.locator(".gallery")).to_contain_text("Video")
    assert broken == 1
    await visit.usable()


async def test_an_unusable_file_is_refused_beside_the_button(visit: Visit) -> None:
    await visit.open("/assets")
    await choose(visit, "old.mp4", "video/mp4", film(1, codec="mpeg4"))
    await visit.press("Upload")

    await expect(visit.page.get_by_role("status")).to_contain_text("Export it as MP4 with H.264")


async def test_a_search_is_narrowed_by_links(visit: Visit, site: str, people: People, owner: Person) -> None:
    soon = (datetime.now(UTC) + timedelta(days=12, hours=1)).isoformat()
    await stored(site, people, owner, "oud.png", picture(colour="red"), tags=["summer"], rights_until=soon)
    await stored(site, people, owner, "amber.png", picture(colour="blue"), tags=["summer"], category="product")
    await stored(site, people, owner, "logo.png", picture(colour="white"), category="logo")

    await visit.open("/assets")
    await expect(visit.page.locator(".gallery")).to_contain_text("Expires in 12 days")
    await visit.page.locator("summary", has_text="Tags").click()
    await visit.page.get_by_role("link", name="summer 2").click()
    await expect(visit.page.locator(".gallery li")).to_have_count(2)
    await visit.page.get_by_label("Search the library").fill("amber")
    await visit.page.get_by_role("button", name="Search").click()

    await expect(visit.page.locator(".gallery li")).to_have_count(1)
    await expect(visit.page.get_by_label("Search the library")).to_have_value("amber")
    await visit.open("/assets?filename=(")
    await expect(visit.page.get_by_role("alert")).to_contain_text("Mend it, or search by words")
    await visit.usable()


async def test_an_asset_is_edited_replaced_put_away_and_brought_back(
    visit: Visit, site: str, people: People, owner: Person
) -> None:
    asset_id = await stored(site, people, owner, "oud.png", picture(size=(400, 400)))
    await visit.open(f"/assets/{asset_id}")
    await visit.page.locator("[data-focal]").click(position={"x": 30, "y": 60})
    await visit.page.get_by_label("Tags").fill("summer, tea")
    await visit.page.get_by_label("Last day of the rights").fill("2020-01-31")
    await visit.press("Save")

    await expect(visit.page.get_by_text("Rights expired")).to_be_visible()
    await expect(visit.page.get_by_label("Tags")).to_have_value("summer, tea")
    assert 0 < float(await visit.page.get_by_label("From the left").input_value()) < 50
    await visit.usable()

    await visit.press("Upload a new version")
    await choose(visit, "oud-2.png", "image/png", picture(size=(500, 500)))
    await visit.press("Upload the new version")
    await expect(visit.page.get_by_role("heading", name="oud-2.png")).to_be_visible()
    await expect(visit.page.locator(".versions li")).to_have_count(2)

    await visit.press("Put it away")
    await expect(visit.page.get_by_text("Put away", exact=True)).to_be_visible()
    await visit.press("Bring it back")
    await expect(visit.page.get_by_role("button", name="Put it away")).to_be_visible()
    visit.sound()


async def test_what_is_typed_wrong_is_told_beside_its_field(
    visit: Visit, site: str, people: People, owner: Person
) -> None:
    asset_id = await stored(site, people, owner, "oud.png", picture())
    await visit.open(f"/assets/{asset_id}")
    await visit.page.get_by_label("Countries").fill("Saudi")
    await visit.press("Save")

    await expect(visit.page.locator("#regions-mistake")).to_be_visible()
    await expect(visit.page.get_by_label("Countries")).to_have_value("Saudi")


async def test_a_brand_is_kept_with_its_logo(visit: Visit, site: str, people: People, owner: Person) -> None:
    await stored(site, people, owner, "logo.png", picture())
    await visit.open("/brands")
    await visit.press("New brand")
    await visit.page.get_by_label("Name").fill("Bayt Qahwa")
    await visit.page.locator(".thumb").first.click()
    await visit.page.get_by_label("Colour 1").fill("6d4c1e")
    await visit.page.get_by_label("Words that must not").fill("cheap\nmiracle")
    await visit.press("Save")

    await visit.press("Bayt Qahwa")
    await expect(visit.page.get_by_label("Colour 1")).to_have_value("#6d4c1e")
    await visit.usable()
    await visit.page.get_by_label("Colour 1").fill("brown")
    await visit.press("Save")
    await expect(visit.page.get_by_role("alert")).to_contain_text("is no colour")


async def test_a_client_does_not_see_the_library(visits: Visits, people: People, owner: Person) -> None:
    theirs = await visits()
    await theirs.log_in(await people.join("Karim", Role.CLIENT, owner.workspace_id))

    for path in ("/assets", "/brands"):
        answer = await theirs.open(path)
        assert answer is not None
        assert answer.status == 403
