"""Approvals over HTTP: what was seen is what is decided, and nobody sees what is not theirs to see."""

import io
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from models.domain.roles import Role
from tests.api.advertisers import connect_whole, new_advertiser
from tests.api.campaigns import BRIEF, Campaign, create
from tests.api.people import Join
from tests.servers import Simulator

pytestmark = pytest.mark.usefixtures("working")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def submitted(join: Join, simulator: Simulator, working: None) -> Campaign:
    """A campaign of six items, drafted by the workflow and put up for approval. Tests leave it undecided."""
    owner = await join()
    await connect_whole(owner, new_advertiser(simulator))
    asset = await owner.http.post("/api/v1/assets", files={"file": ("lamp.png", picture(), "image/png")})
    products = [{**product, "images": [asset.json()["id"]]} for product in BRIEF["products"]]
    found = Campaign(owner, (await create(owner, None, **{**BRIEF, "products": products})).json()["id"])
    await found.until(lambda seen: str(seen["waiting_on"]).startswith("Marketer: ask"))
    reply = await found.post("/submit", {})
    assert reply.status_code == 200, reply.text
    await found.until(lambda seen: seen["scopes"]["ads"]["requested"] and seen["step"] is None, "/progress")
    return found


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (1200, 1200), "gold").save(buffer, "PNG")
    return buffer.getvalue()


async def hash_of(campaign: Campaign, scope: str) -> str:
    return str((await campaign.get("/progress"))["scopes"][scope]["hash"])


async def test_a_drafted_campaign_shows_everything_that_will_run_and_cost(submitted: Campaign) -> None:
    items = (await submitted.get("/items"))["items"]
    cost = await submitted.get("/cost")
    plan = await submitted.get("/plan")

    assert len(items) >= 2
    assert all(item["content"]["texts"] and item["hash"] for item in items)
    assert {item["language"] for item in items} == {"ar", "en"}
    assert cost["currency"] == "SAR"
    assert 0 < cost["worst_day_minor"] <= cost["total_minor"]
    assert plan["dry_run"]["passed"], plan["dry_run"]
    assert plan["dry_run"]["current"]


async def test_a_decision_on_something_else_than_what_was_seen_is_refused_with_the_present_hash(
    submitted: Campaign,
) -> None:
    body = {"scope": "strategy", "verdict": "approve", "seen_hash": "0" * 64}

    reply = await submitted.post("/decisions", body)

    problem = reply.json()
    assert (reply.status_code, problem["type"]) == (409, "urn:greenlight:problem:stale_hash")
    assert await hash_of(submitted, "strategy") in str(problem)
    assert (await submitted.get("/approvals"))["scopes"][0]["ballots"] == []


async def test_asking_for_changes_needs_a_reason_that_somebody_can_act_on(submitted: Campaign) -> None:
    seen = await hash_of(submitted, "strategy")

    reply = await submitted.post("/decisions", {"scope": "strategy", "verdict": "request_changes", "seen_hash": seen})

    assert reply.status_code == 422
    assert "what should change" in reply.json()["detail"]


async def test_publishing_before_the_approvals_says_what_is_missing(submitted: Campaign) -> None:
    reply = await submitted.post("/publish")

    assert (reply.status_code, reply.json()["type"]) == (409, "urn:greenlight:problem:not_allowed")


async def test_a_client_sees_strategy_content_and_schedule_and_nothing_internal(
    submitted: Campaign, join: Join
) -> None:
    client = await join(Role.CLIENT, submitted.member.workspace_id)

    async def status(suffix: str) -> int:
        return (await client.http.get(submitted.path + suffix)).status_code

    assert [await status(suffix) for suffix in ("/strategy", "/items", "/schedule", "/cost")] == [200] * 4
    assert [await status(suffix) for suffix in ("/plan", "/publish", "/audit", "/brief")] == [403] * 4
    scopes = (await client.http.get(f"{submitted.path}/approvals")).json()["scopes"]
    assert [view["scope"] for view in scopes] == ["strategy", "content", "schedule"]


async def test_a_viewer_cannot_decide(submitted: Campaign, join: Join) -> None:
    viewer = await join(Role.VIEWER, submitted.member.workspace_id)
    body = {"scope": "strategy", "verdict": "approve", "seen_hash": await hash_of(submitted, "strategy")}

    reply = await viewer.http.post(f"{submitted.path}/decisions", json=body)

    assert (reply.status_code, reply.json()["type"]) == (403, "urn:greenlight:problem:forbidden")


async def edited_schedule(campaign: Campaign, **changes: object) -> Any:  # noqa: ANN401 - JSON
    schedule = (await campaign.get("/schedule"))["content"]
    reply = await campaign.put("/schedule", {**schedule, **changes}, "*")
    return reply.status_code, reply.json()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"start": "2020-01-01T00:00:00Z", "end": None}, "past"),
        ({"start": "2031-01-01T00:00:00Z", "end": "2030-01-01T00:00:00Z"}, "the end is not after the start"),
        ({"daily_cap_minor": 1}, "split adds up"),
        ({"currency": "USD"}, "SAR"),
        ({"zone": "Mars/Olympus"}, "IANA"),
        ({"total_cap_minor": -1}, "above 0"),
    ],
    ids=["past start", "end before start", "split", "currency", "zone", "negative"],
)
async def test_a_schedule_that_cannot_be_is_refused_in_words(
    submitted: Campaign, changes: dict[str, object], words: str
) -> None:
    status, problem = await edited_schedule(submitted, **changes)

    assert status == 422
    assert words in str(problem), problem


async def test_an_item_that_does_not_exist_is_named_with_those_that_do(submitted: Campaign) -> None:
    reply = await submitted.post("/items/regenerate", {"items": ["nowhere.xx"]})

    assert reply.status_code == 404
    assert "nowhere.xx" in reply.json()["detail"]


async def test_a_decision_on_an_old_text_is_answered_with_what_changed(submitted: Campaign) -> None:
    """Changes the last item; the others stay as they are."""
    item = (await submitted.get("/items"))["items"][-1]
    texts = [{**text, "headline": "A new headline"} for text in item["content"]["texts"]]
    edited = await submitted.put(f"/items/{item['key']}", {**item["content"], "texts": texts}, "*")
    assert edited.status_code == 200, edited.text
    await submitted.post("/submit", {"scopes": ["content"]})
    body = {"scope": "content", "item": item["key"], "verdict": "approve", "seen_hash": item["hash"]}

    reply = await submitted.post("/decisions", body)

    assert reply.status_code == 409
    assert "A new headline" in str(reply.json()["changes"])


async def test_a_picture_whose_hash_is_not_its_own_is_refused(submitted: Campaign) -> None:
    item = (await submitted.get("/items"))["items"][0]
    assets = [{**asset, "sha256": "0" * 64} for asset in item["content"]["assets"]]

    reply = await submitted.put(f"/items/{item['key']}", {**item["content"], "assets": assets}, "*")

    assert (reply.status_code, reply.json()["type"]) == (422, "urn:greenlight:problem:invalid")
    assert item["content"]["assets"][0]["asset_id"] in reply.json()["pictures"]
