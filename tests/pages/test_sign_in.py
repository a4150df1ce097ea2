"""Getting in, and what strangers see."""

import httpx
import pytest
from playwright.async_api import expect

from models.domain.roles import Role
from tests.pages.people import People, Person, Visit, Visits


async def test_a_person_logs_in_and_comes_to_the_page_they_wanted(visits: Visits, owner: Person) -> None:
    visit = await visits()
    await visit.open("/activity")
    await expect(visit.page.get_by_role("heading", name="Log in")).to_be_visible()

    await visit.page.get_by_label("E-mail address").fill(owner.email)
    await visit.page.get_by_label("Password").fill("correct horse battery")
    await visit.press("Log in")

    await expect(visit.page.get_by_role("heading", name="Activity")).to_be_visible()
    await expect(visit.page.locator(".workspace")).to_have_text("Bayt Qahwa")
    visit.sound()


async def test_a_wrong_password_keeps_the_address_and_says_what_to_do(visits: Visits, owner: Person) -> None:
    visit = await visits()
    await visit.open("/login")
    await visit.page.get_by_label("E-mail address").fill(owner.email)
    await visit.page.get_by_label("Password").fill("wrong horse battery")
    await visit.press("Log in")

    await expect(visit.page.get_by_role("alert")).to_contain_text("password is wrong")
    await expect(visit.page.get_by_label("E-mail address")).to_have_value(owner.email)


async def test_after_logging_out_the_pages_are_closed(visit: Visit) -> None:
    await visit.page.locator(".who summary").click()
    await visit.page.get_by_role("button", name="Log out").click()
    await visit.open("/campaigns")

    await expect(visit.page.get_by_role("heading", name="Log in")).to_be_visible()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
async def test_log_in_leads_to_no_other_site(site: str, owner: Person, target: str) -> None:
    async with httpx.AsyncClient(base_url=site) as browser:
        answer = await browser.post(
            "/login", data={"login": owner.email, "password": "correct horse battery", "next": target}
        )

    assert answer.headers["location"] == "/campaigns"


async def test_a_form_that_another_site_sent_changes_nothing(site: str, visit: Visit) -> None:
    cookies = {cookie["name"]: cookie["value"] for cookie in await visit.page.context.cookies()}
    async with httpx.AsyncClient(base_url=site, cookies=cookies) as forger:
        answer = await forger.post("/campaigns", data={"name": "Forged", "csrf_token": "guessed"})

    assert answer.status_code == 403
    assert "not lost" in answer.text
    await visit.open("/campaigns")
    assert "Forged" not in await visit.text()


async def test_an_unknown_address_is_a_page_that_leads_back(visit: Visit) -> None:
    answer = await visit.open("/campaigns/6a1f0f5e-0000-4000-8000-000000000000")

    assert answer is not None
    assert answer.status == 404
    await visit.press("To the campaigns")
    await expect(visit.page.get_by_role("heading", name="No campaigns yet")).to_be_visible()
    visit.sound()


async def test_who_may_only_decide_is_told_so(visits: Visits, people: People, owner: Person) -> None:
    approver = await people.join("Omar", Role.APPROVER, owner.workspace_id)
    visit = await visits()
    await visit.log_in(approver)

    answer = await visit.open("/campaigns/new")

    assert answer is not None
    assert answer.status == 403
    assert "you can look and decide, not edit" in await visit.text()


async def test_no_page_needs_a_script_or_anything_from_elsewhere(site: str, visit: Visit) -> None:
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    answer = await visit.open("/campaigns")

    assert answer is not None
    policy = (await answer.all_headers())["content-security-policy"]
    assert "unsafe" not in policy
    assert await visit.page.locator("script, [style], [onclick]").count() == 0
    assert [url for url in asked if not url.startswith(site)] == []
    assert len(asked) <= 4, "the page, its two style sheets and the icon"
    await expect(visit.page.get_by_text("Simulated: OpenAI, Replicate, Runway, fal, Meta")).to_be_visible()
    visit.sound()
