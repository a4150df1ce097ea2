"""Suggestions: decided once, by those who may, inside what is approved, and told what became of them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import httpx
import pytest_asyncio
import sqlalchemy as sa
from sqlmodel import col

from models.domain.roles import Role
from models.tables.identity import Membership
from models.tables.optimization import Suggestion
from providers.ads.meta.transport import MetaTransport
from records.database import Database
from records.platform_clock import platform_now
from settings import Settings
from stack.ports import free_port
from tests.activities.moving_desk import held
from tests.api.optimized import Live, live_campaign
from tests.api.people import Join
from tests.providers.ads.meta.advertiser import Advertiser
from tests.providers.ads.meta.conftest import advertisers, shop, transport

__all__ = ["advertisers", "shop", "transport"]
ALL = "/api/v1/suggestions"
SHIFT = {"broad": 11_500, "look": 9_000, "cart": 9_500}


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


async def test_two_people_and_a_repeat_apply_a_suggestion_once(live: Live, join: Join) -> None:
    proposed = await live.suggest(**SHIFT)
    second = await join(Role.MANAGER, live.desk.workspace_id)
    path, key = f"{ALL}/{proposed.id}/approve", {"Idempotency-Key": "approve-once"}

    answers = await asyncio.gather(
        *(person.http.post(path, headers=key, timeout=40) for person in (live.owner, second, live.owner))
    )
    again = await live.owner.http.post(path, headers=key, timeout=40)
    other = await second.http.post(path, headers={"Idempotency-Key": "another-key"}, timeout=40)

    assert {answer.status_code for answer in answers} <= {200, 202, 409}, [answer.text for answer in answers]
    assert again.status_code == 200
    assert (again.json()["state"], again.json()["result"]["applied"]) == ("done", 3)
    assert "3 applied" in again.json()["words"]
    assert (other.status_code, other.json()["type"]) == (409, "urn:greenlight:problem:not_allowed")
    assert await held(live.desk) == SHIFT
    shown = (await live.owner.http.get(f"{ALL}/{proposed.id}")).json()
    assert (shown["status"], shown["decided_by"]) == ("applied", "Ana")
    [move] = (await live.owner.http.get(f"{live.campaign}/moves")).json()["items"]
    assert (move["origin"], move["state"], move["suggestion_id"]) == ("suggestion", "applied", str(proposed.id))


async def test_an_approval_outlives_an_outage_of_temporal(
    live: Live, api_settings: Settings, serve: Callable[[Settings], Awaitable[str]]
) -> None:
    proposed = await live.suggest(**SHIFT)
    url = await serve(api_settings.model_copy(update={"temporal_address": f"127.0.0.1:{free_port()}"}))

    async with httpx.AsyncClient(base_url=url, headers={"X-API-Key": live.owner.key}, timeout=30) as cut_off:
        kept = await cut_off.post(f"{ALL}/{proposed.id}/approve")
    later = await live.owner.http.post(f"{ALL}/{proposed.id}/approve", timeout=40)

    assert (kept.status_code, "The approval is kept" in kept.json()["detail"]) == (503, True)
    assert (later.status_code, later.json()["result"]["applied"]) == (200, 3)
    assert await held(live.desk) == SHIFT


async def test_amounts_are_edited_within_the_sum_and_the_approved_limits(live: Live) -> None:
    proposed, ids = await live.suggest(**SHIFT), await live.ids()
    path = f"{ALL}/{proposed.id}"

    async def edit(**amounts: int) -> tuple[int, str]:
        body = {"budgets": [{"object_id": ids[key], "after_minor": amount} for key, amount in amounts.items()]}
        reply = await live.owner.http.put(path, json=body)
        return reply.status_code, reply.json().get("detail", "")

    status, words = await edit(broad=11_800)
    assert (status, "add up to USD 3.00 more" in words) == (409, True), words
    status, words = await edit(broad=12_500, look=8_000)
    assert (status, "above USD 120.00, the approved step within 24 hours" in words) == (422, True), words
    status, _ = await edit(broad=11_000, look=9_500)

    shown = (await live.owner.http.get(path)).json()
    assert status == 200
    assert {row["name"]: (row["after_minor"], row["proposed_minor"]) for row in shown["budgets"]} == {
        "Broad": (11_000, 11_500),
        "Look": (9_500, 9_000),
        "Cart": (9_500, 9_500),
    }


async def test_nobody_approves_amounts_that_they_have_not_seen(live: Live, join: Join) -> None:
    proposed, ids = await live.suggest(**SHIFT), await live.ids()
    path = f"{ALL}/{proposed.id}"
    seen = {"seen_hash": (await live.owner.http.get(path)).json()["hash"]}
    colleague = await join(Role.MANAGER, live.desk.workspace_id)
    budgets = [{"object_id": ids["broad"], "after_minor": 11_000}, {"object_id": ids["look"], "after_minor": 9_500}]

    edited = await colleague.http.put(path, json={"budgets": budgets, **seen})
    approved = await live.owner.http.post(f"{path}/approve", json=seen)
    overwritten = await live.owner.http.put(path, json={"budgets": budgets, **seen})

    assert edited.status_code == 200
    assert (approved.status_code, approved.json()["type"]) == (409, "urn:greenlight:problem:stale_hash")
    assert approved.json()["current_hash"] == edited.json()["hash"]
    assert overwritten.status_code == 409
    assert (await live.owner.http.get(path)).json()["status"] == "open"


async def test_a_person_proposes_and_takes_back_and_repeats_are_one(live: Live) -> None:
    ids = await live.ids()

    async def propose(cart: int, look: int, key: str) -> httpx.Response:
        budgets = [{"object_id": ids["cart"], "after_minor": cart}, {"object_id": ids["look"], "after_minor": look}]
        body = {"title": "More for the carts", "budgets": budgets}
        return await live.owner.http.post(f"{live.campaign}/suggestions", json=body, headers={"Idempotency-Key": key})

    made = [await propose(10_500, 9_500, "propose-once") for _ in range(2)]
    refused = await propose(11_000, 9_500, "not-balanced")
    taken_back = await live.owner.http.delete(f"{ALL}/{made[0].json()['id']}")

    assert [reply.status_code for reply in made] == [201, 201]
    assert made[0].json()["id"] == made[1].json()["id"]
    assert (refused.status_code, "more than before" in refused.json()["detail"]) == (422, True)
    assert taken_back.status_code == 204
    found = (await live.owner.http.get(ALL, params={"status": "dismissed"})).json()
    assert (len(found["items"]), found["counts"]) == (1, {"dismissed": 1})
    assert found["items"][0]["reason"] == "Withdrawn by Ana"


async def test_only_those_who_decide_on_budgets_decide(live: Live, join: Join, records: Database) -> None:
    proposed = await live.suggest(**SHIFT)
    workspace_id = live.desk.workspace_id
    client, approver, manager = [await join(role, workspace_id) for role in (Role.CLIENT, Role.APPROVER, Role.MANAGER)]
    stranger = await join()
    async with records.workspace_transaction(workspace_id) as session:
        await session.execute(
            sa.update(Membership).where(col(Membership.user_id) == manager.user_id).values(scopes=["content"])
        )

    statuses = [
        [
            (await person.http.post(f"{ALL}/{proposed.id}/{verb}", json=body)).status_code
            for verb, body in (("approve", None), ("dismiss", {"reason": "No"}))
        ]
        for person in (client, approver, manager, stranger)
    ]

    assert statuses == [[403, 403], [403, 403], [403, 403], [404, 404]]
    assert (await client.http.get(ALL)).status_code == 403
    assert (await approver.http.get(ALL)).json()["counts"] == {"open": 1}
    without_reason = await live.owner.http.post(f"{ALL}/{proposed.id}/dismiss", json={"reason": ""})
    dismissed = await live.owner.http.post(f"{ALL}/{proposed.id}/dismiss", json={"reason": "A sale starts tomorrow"})
    assert (without_reason.status_code, dismissed.status_code) == (422, 200)
    assert (dismissed.json()["status"], dismissed.json()["reason"]) == ("dismissed", "A sale starts tomorrow")


async def test_what_expired_is_said_so_and_cannot_be_approved(live: Live, records: Database) -> None:
    proposed = await live.suggest(**SHIFT)
    await _expires(live, proposed.id, timedelta(hours=-1))

    shown = (await live.owner.http.get(f"{ALL}/{proposed.id}")).json()
    refused = await live.owner.http.post(f"{ALL}/{proposed.id}/approve")

    assert (shown["status"], shown["expired"]) == ("open", True)
    assert (refused.status_code, "expired" in refused.json()["detail"]) == (409, True)


async def _expires(live: Live, suggestion_id: UUID, within: timedelta) -> None:
    async with live.desk.database.workspace_transaction(live.desk.workspace_id) as session:
        until = await platform_now(session, live.desk.account_id) + within
        mine = col(Suggestion.id) == suggestion_id
        await session.execute(sa.update(Suggestion).where(mine).values(expires_at=until))
