"""Undo: shown before it is done, done once, and told honestly."""

from datetime import UTC, datetime, timedelta

import pytest_asyncio

from models.domain.roles import Role
from providers.ads.meta.transport import MetaTransport
from records.database import Database
from settings import Settings
from tests.activities.moving_desk import edit_by_hand, held
from tests.api.optimized import Live, live_campaign
from tests.api.people import Join
from tests.providers.ads.meta.advertiser import Advertiser
from tests.providers.ads.meta.conftest import advertisers, shop, transport

__all__ = ["advertisers", "shop", "transport"]
SHIFT = {"broad": (10_000, 11_500), "look": (10_000, 9_000), "cart": (10_000, 9_500)}
EVEN = {"broad": 10_000, "look": 10_000, "cart": 10_000}


@pytest_asyncio.fixture(loop_scope="session")
async def live(
    records: Database,
    api_settings: Settings,
    shop: Advertiser,
    transport: MetaTransport,
    join: Join,
    working: None,
) -> Live:
    return await live_campaign(records, api_settings, shop, transport, join)


async def test_everything_since_a_time_is_shown_then_set_back_once(live: Live, join: Join) -> None:
    await live.move(SHIFT)
    body = {"campaign_id": str(live.desk.campaign_id), "since": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}
    key = {"Idempotency-Key": "undo-once"}

    preview = (await live.owner.http.post("/api/v1/undo/preview", json=body)).json()
    untouched = await held(live.desk)
    unseen = await live.owner.http.post("/api/v1/undo", json={**body, "seen_hash": "0" * 64}, headers=key)
    seen = {**body, "seen_hash": preview["hash"]}
    done = await live.owner.http.post("/api/v1/undo", json=seen, headers=key, timeout=40)
    again = await live.owner.http.post("/api/v1/undo", json=seen, headers=key, timeout=40)
    nothing_left = await live.owner.http.post("/api/v1/undo/preview", json=body)

    steps = {step["name"]: step for step in preview["steps"]}
    assert all(step["possible"] for step in steps.values()), preview
    assert (steps["Broad"]["now"], steps["Broad"]["after"]) == ({"amount_minor": 11_500}, {"amount_minor": 10_000})
    assert "A raise cannot be undone for today" in steps["Broad"]["words"]
    assert (unseen.status_code, unseen.json()["type"]) == (409, "urn:greenlight:problem:stale_hash")
    assert untouched == {"broad": 11_500, "look": 9_000, "cart": 9_500}
    assert (done.status_code, done.json()["result"]["applied"]) == (200, 3), done.text
    assert again.json() == done.json()
    assert await held(live.desk) == EVEN
    assert (nothing_left.status_code, "taken back already" in nothing_left.json()["detail"]) == (409, True)
    stranger = await join()
    looked = await stranger.http.get(f"/api/v1/move-requests/{done.json()['id']}")
    assert looked.status_code == 404, "what others wished is nobody's business"


async def test_what_a_colleague_changed_since_stays_and_is_named(live: Live) -> None:
    set_id = await live.move(SHIFT)
    await edit_by_hand(live.desk, "look", daily_budget=9_900)

    done = await live.owner.http.post(
        "/api/v1/undo", json={"move_set_id": str(set_id)}, headers={"Idempotency-Key": "undo-foreign"}, timeout=40
    )

    assert done.status_code == 200
    assert (await held(live.desk))["look"] == 9_900
    told = done.json()
    dropped = [
        action["error"]
        for move_id in told["result"]["move_set_ids"]
        for action in (await live.owner.http.get(f"/api/v1/moves/{move_id}")).json()["actions"]
        if action["state"] == "dropped"
    ]
    assert "not done" in told["words"] or told["result"]["refused"], told
    assert dropped or told["result"]["refused"]


async def test_undo_names_one_target_and_needs_the_right(live: Live, join: Join) -> None:
    set_id = str(await live.move(SHIFT))
    client = await join(Role.CLIENT, live.desk.workspace_id)
    stranger = await join()
    key = {"Idempotency-Key": "undo-rights"}

    both = await live.owner.http.post("/api/v1/undo/preview", json={"move_set_id": set_id, "action_id": set_id})
    statuses = [
        (await person.http.post("/api/v1/undo", json={"move_set_id": set_id}, headers=key)).status_code
        for person in (client, stranger)
    ]

    assert both.status_code == 422
    assert statuses == [403, 404]
    assert (await held(live.desk))["broad"] == 11_500
