"""Pictures and videos in the making, over HTTP: asking, following, cancelling, paying once more, and what it costs."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from models.domain.roles import Role
from models.domain.states import RenderState
from records import ai_usage
from records.database import Database
from settings import Settings
from tests.api.campaigns import BRIEF, Campaign, create
from tests.api.conftest import Serve
from tests.api.people import Join, Member
from tests.api.rendering import FILM, PICTURE, wanted
from tests.api.test_approvals import picture

pytestmark = pytest.mark.usefixtures("working")
RENDERS = "/api/v1/renders"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def written(join: Join, working: None) -> Campaign:
    """A campaign whose items have texts and a picture."""
    owner = await join()
    photo = await owner.http.post("/api/v1/assets", files={"file": ("lamp.png", picture(), "image/png")})
    products = [{**product, "images": [photo.json()["id"]]} for product in BRIEF["products"]]
    found = Campaign(
        owner, (await create(owner, None, **{**BRIEF, "products": products, "languages": ["en"]})).json()["id"]
    )
    await found.until(lambda seen: str(seen["waiting_on"]).startswith("Marketer: choose"))
    return found


async def item_of(campaign: Campaign) -> dict[str, Any]:
    items: list[dict[str, Any]] = (await campaign.get("/items"))["items"]
    return next(item for item in items if item["content"]["format"] == "single_image")


async def ask(campaign: Campaign, body: dict[str, object], key: str | None = None) -> httpx.Response:
    return await campaign.post("/renders", body, **{"Idempotency-Key": key or uuid4().hex})


async def again(member: Member, render_id: object, key: str) -> httpx.Response:
    return await member.http.post(f"{RENDERS}/{render_id}/again", headers={"Idempotency-Key": key})


async def test_new_pictures_are_asked_for_followed_paid_and_taken_by_their_item(written: Campaign) -> None:
    item = await item_of(written)
    body: dict[str, object] = {
        "items": [item["key"]],
        "ratios": ["1:1"],
        "instruction": "In the evening",
        "model": PICTURE,
        "variants": 2,
    }

    asked = await ask(written, body)

    assert asked.status_code == 200, asked.text
    [render_id] = asked.json()["detail"]["renders"]
    made = await written.until(lambda seen: seen["items"][0]["state"] == "succeeded", "/renders")
    [render] = made["items"]
    assert (render["id"], render["ratio"], render["model"], render["progress"]) == (render_id, "1:1", PICTURE, 100)
    assert [(attempt["number"], attempt["outcome"]) for attempt in render["attempts"]] == [(1, "succeeded")]
    assert [output["source"] for output in render["outputs"]] == ["ai", "ai"]
    whole = (await written.member.http.get(f"{RENDERS}/{render_id}")).json()
    assert "In the evening" in whole["prompt"]
    assert any("Submitted as" in line["line"] for line in whole["log"])
    base = render["outputs"][0]["id"]
    await written.until(lambda seen: base in str([one["content"]["design"] for one in seen["items"]]), "/items")
    usage = (await written.member.http.get("/api/v1/workspace/ai-usage")).json()
    costs = {cost["purpose"]: cost["cost_micro_usd"] for cost in usage["purposes"]}
    assert costs["render_image"] == render["cost_micro_usd"] == 6_000
    assert sum(costs.values()) == usage["spent_micro_usd"] < usage["cap_micro_usd"] == 50_000_000


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"model": "replicate/nothing"}, "/model", "no model 'replicate/nothing'"),
        ({"model": FILM}, "/model", "makes no image"),
        ({"model": "replicate/flux-2-pro", "variants": 2}, "/variants", "makes 1 at once"),
    ],
)
async def test_what_no_model_can_make_is_refused_with_those_that_can(
    written: Campaign, body: dict[str, object], field: str, words: str
) -> None:
    before = await written.get("/renders")

    reply = await ask(written, {"items": [(await item_of(written))["key"]], **body})

    assert reply.status_code == 422
    assert words in reply.json()["detail"]
    assert PICTURE in reply.json()["detail"]
    assert reply.json()["errors"][0]["pointer"] == field
    assert await written.get("/renders") == before


async def test_what_has_not_begun_is_cancelled_at_once_and_paid_again_only_on_demand(
    written: Campaign, records: Database
) -> None:
    item, http = await item_of(written), written.member.http
    job = await wanted(
        records,
        written,
        concept_key=item["content"]["concept"],
        items=[item["key"]],
        handed_over_at=datetime.now(UTC),
    )

    early = await again(written.member, job.id, uuid4().hex)
    cancelled = await http.post(f"{RENDERS}/{job.id}/cancel")
    late = await http.post(f"{RENDERS}/{job.id}/cancel")
    key = uuid4().hex
    first, repeated = await again(written.member, job.id, key), await again(written.member, job.id, key)

    assert (early.status_code, early.json()["type"]) == (409, "urn:greenlight:problem:not_allowed")
    assert (cancelled.status_code, cancelled.json()["detail"]["state"]) == (200, "cancelled")
    assert late.status_code == 409
    assert first.status_code == 200, first.text
    assert first.json()["detail"] == repeated.json()["detail"]
    new, old = (await written.get("/renders"))["items"][:2]
    assert (new["retry_of"], new["model"], new["items"]) == (str(job.id), job.model, job.items)
    assert (old["id"], old["state"], old["cost_micro_usd"]) == (str(job.id), "cancelled", 0)


async def test_asking_twice_with_one_key_for_different_things_is_refused(written: Campaign) -> None:
    item, key = (await item_of(written))["key"], uuid4().hex

    first = await ask(written, {"items": [item], "ratios": ["1:1"], "model": PICTURE}, key)
    other = await ask(written, {"items": [item], "ratios": ["4:5"], "model": PICTURE}, key)

    assert (first.status_code, other.status_code) == (200, 409)


async def test_the_monitor_pages_through_all_campaigns_by_state(owner: Member, join: Join, records: Database) -> None:
    campaign = Campaign(owner, (await create(owner)).json()["id"])
    failed = [await wanted(records, campaign, state=RenderState.FAILED, error="It broke.") for _ in range(3)]
    unknown = await wanted(records, campaign, state=RenderState.UNKNOWN)
    await wanted(records, campaign)
    stranger = await join()

    first = (await owner.http.get(RENDERS, params={"state": ["failed", "unknown"], "limit": 2})).json()
    rest = await owner.http.get(
        RENDERS, params={"state": ["failed", "unknown"], "limit": 2, "cursor": first["next_cursor"]}
    )

    found = [render["id"] for render in (*first["items"], *rest.json()["items"])]
    assert found == [str(unknown.id), *(str(job.id) for job in reversed(failed))]
    assert rest.json()["next_cursor"] is None
    assert (await stranger.http.get(RENDERS)).json()["items"] == []
    assert (await stranger.http.get(f"{RENDERS}/{unknown.id}")).status_code == 404
    assert (await stranger.http.post(f"{RENDERS}/{unknown.id}/cancel")).status_code == 404
    assert (await stranger.http.get(f"/api/v1/campaigns/{campaign.id}/renders")).status_code == 404


async def test_clients_see_no_costs_and_only_editors_spend(owner: Member, join: Join, records: Database) -> None:
    campaign = Campaign(owner, (await create(owner)).json()["id"])
    job = await wanted(records, campaign, state=RenderState.FAILED)
    client, viewer = await join(Role.CLIENT, owner.workspace_id), await join(Role.VIEWER, owner.workspace_id)
    reads = (RENDERS, f"{RENDERS}/{job.id}", f"{campaign.path}/renders", "/api/v1/workspace/ai-usage")

    assert {(await client.http.get(path)).status_code for path in reads} == {403}
    assert {(await viewer.http.get(path)).status_code for path in reads} == {200}
    assert (await again(viewer, job.id, uuid4().hex)).status_code == 403
    asked = await viewer.http.post(
        f"{campaign.path}/renders", json={"items": ["a.en"]}, headers={"Idempotency-Key": uuid4().hex}
    )
    assert asked.status_code == 403


async def test_the_models_are_listed_with_what_they_cost_and_whether_they_can_be_used(owner: Member) -> None:
    models = {model["key"]: model for model in (await owner.http.get("/api/v1/render-models")).json()}

    assert models[PICTURE]["output_micro_usd"] == 3_000
    assert models[PICTURE]["most_variants"] == 4
    assert (models[FILM]["kind"], models[FILM]["provider"], models[FILM]["second_micro_usd"]) == (
        "video",
        "fal",
        90_000,
    )
    assert models["runway/gen4_turbo"]["needs_reference"]
    assert all(model["ready"] for model in models.values())


async def test_a_model_without_a_key_is_shown_as_such_and_not_sent_to(
    api_settings: Settings, serve: Serve, written: Campaign
) -> None:
    url = await serve(api_settings.model_copy(update={"replicate_api_token": SecretStr("")}))
    async with httpx.AsyncClient(base_url=url, headers={"X-API-Key": written.member.key}, timeout=20) as http:
        models = (await http.get("/api/v1/render-models")).json()
        body = {"items": [(await item_of(written))["key"]]}
        reply = await http.post(f"{written.path}/renders", json=body, headers={"Idempotency-Key": uuid4().hex})

    assert {model["key"] for model in models if not model["ready"]} >= {PICTURE}
    assert (reply.status_code, "no key is set for Replicate" in reply.json()["detail"]) == (422, True)


async def test_only_the_workspaces_own_spend_counts(owner: Member, join: Join, records: Database) -> None:
    async with records.workspace_transaction(owner.workspace_id) as session:
        call = ai_usage.AiCall(owner.workspace_id, uuid4().hex, "copy", "gpt-5.4", 70_000)
        await ai_usage.reserve(session, call, 1_000_000)

    mine = (await owner.http.get("/api/v1/workspace/ai-usage")).json()
    theirs = (await (await join()).http.get("/api/v1/workspace/ai-usage")).json()

    assert mine["purposes"] == [{"purpose": "copy", "calls": 1, "cost_micro_usd": 70_000}]
    assert (mine["spent_micro_usd"], theirs["spent_micro_usd"]) == (70_000, 0)
