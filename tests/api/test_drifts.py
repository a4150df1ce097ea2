"""Differences on the platform: told in people's words, and set back, taken over or left by a person's choice."""

from uuid import UUID

import pytest_asyncio

from models.domain.roles import Role
from models.domain.states import PlatformKind
from models.tables.base import utc_now
from models.tables.drift import Drift
from providers.ads.meta.transport import MetaTransport
from records.database import Database
from settings import Settings
from tests.activities.moving_desk import edit_by_hand, held
from tests.api.optimized import Live, live_campaign
from tests.api.people import Join
from tests.providers.ads.meta.advertiser import Advertiser
from tests.providers.ads.meta.conftest import advertisers, shop, transport

__all__ = ["advertisers", "shop", "transport"]
ALL = "/api/v1/drifts"


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


async def drifted(live: Live, key: str, field: str, expected: object, found: object) -> UUID:
    """As the hourly comparison stores it."""
    row = Drift.model_validate(
        {
            "workspace_id": live.desk.workspace_id,
            "campaign_id": live.desk.campaign_id,
            "object_id": (await live.ids())[key],
            "kind": PlatformKind.AD_SET,
            "name": key.title(),
            "field": field,
            "expected": {"value": expected},
            "found": {"value": found},
            "first_seen_at": utc_now(),
            "last_seen_at": utc_now(),
        }
    )
    async with live.desk.database.workspace_transaction(live.desk.workspace_id) as session:
        session.add(row)
    return row.id


async def test_a_budget_that_somebody_changed_is_set_back_once(live: Live) -> None:
    await edit_by_hand(live.desk, "look", daily_budget=25_000)
    drift_id = await drifted(live, "look", "daily_budget", 10_000, 25_000)
    path, key = f"{ALL}/{drift_id}", {"Idempotency-Key": "set-it-back"}

    shown = (await live.owner.http.get(path)).json()
    done = await live.owner.http.post(f"{path}/revert", headers=key, timeout=40)
    again = await live.owner.http.post(f"{path}/revert", headers=key, timeout=40)

    assert shown["words"] == "Look: daily budget USD 250.00 on Meta, USD 100.00 as approved."
    assert shown["choices"] == ["revert", "adopt", "ignore"]
    assert (done.status_code, done.json()["result"]["applied"]) == (200, 1), done.text
    assert (again.status_code, again.json()["id"]) == (200, done.json()["id"])
    assert (await held(live.desk))["look"] == 10_000
    assert (await live.owner.http.get(path)).json()["state"] == "reverted"


async def test_one_choice_is_made_by_those_who_may_and_told_to_whoever_comes_late(live: Live, join: Join) -> None:
    drift_id = await drifted(live, "cart", "status", "ACTIVE", "PAUSED")
    path = f"{ALL}/{drift_id}"
    client, approver = [await join(role, live.desk.workspace_id) for role in (Role.CLIENT, Role.APPROVER)]
    stranger = await join()

    refused = [
        (await person.http.post(f"{path}/{choice}")).status_code
        for person in (client, approver, stranger)
        for choice in ("revert", "adopt", "ignore")
    ]
    no_change = await live.owner.http.post(f"{path}/adopt")
    ignored = [(await live.owner.http.post(f"{path}/ignore", headers={"Idempotency-Key": "let-it-be"})) for _ in "ab"]
    late = await live.owner.http.post(f"{path}/revert")

    assert refused == [403] * 6 + [404] * 3
    assert (no_change.status_code, "Set it back, or ignore it" in no_change.json()["detail"]) == (409, True)
    assert [reply.status_code for reply in ignored] == [200, 200]
    assert (late.status_code, "Ana chose to ignore it" in late.json()["detail"]) == (409, True)
    found = (await live.owner.http.get(ALL, params={"state": "ignored"})).json()["items"]
    assert [(one["id"], one["decided_by"], one["choices"]) for one in found] == [(str(drift_id), "Ana", [])]
