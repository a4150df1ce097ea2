"""Stops: nothing is sent from the moment of the answer, whatever else is down, and releasing starts nothing."""

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio

from models.domain.roles import Role
from models.domain.states import Gate
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from records.database import Database
from settings import Settings
from stack.ports import free_port
from tests.activities.deciding_desk import DecidingDesk
from tests.api.optimized import store_of
from tests.api.people import Join, Member

STOPS = "/api/v1/stops"


@pytest_asyncio.fixture(loop_scope="session")
async def desk(records: Database, api_settings: Settings, owner: Member) -> DecidingDesk:
    desk = DecidingDesk(records, store_of(api_settings), owner.workspace_id)
    await desk.open_account()
    return desk


async def gates(desk: DecidingDesk, campaign_id: UUID) -> tuple[Gate, Gate]:
    """Of the account and of the campaign."""
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        account = await session.get_one(AdAccount, desk.account_id)
        campaign = await session.get_one(Campaign, campaign_id)
        return account.gate, campaign.gate


async def test_a_stop_holds_while_temporal_is_away_and_says_what_is_still_to_come(
    desk: DecidingDesk, owner: Member, api_settings: Settings, serve: Callable[[Settings], Awaitable[str]]
) -> None:
    campaign_id = await desk.running(1, 2)
    nothing = f"127.0.0.1:{free_port()}"
    url = await serve(api_settings.model_copy(update={"temporal_address": nothing}))

    async with httpx.AsyncClient(base_url=url, headers={"X-API-Key": owner.key}, timeout=30) as cut_off:
        body = {"scope": "campaign", "campaign_id": str(campaign_id), "reason": "The shop is closed"}
        stopped = await cut_off.post(STOPS, json=body)

    assert stopped.status_code == 201, stopped.text
    assert "Nothing new is sent any more" in stopped.json()["words"]
    assert "begins by itself as soon as that is back" in stopped.json()["words"]
    assert await gates(desk, campaign_id) == (Gate.OPEN, Gate.STOPPED)
    shown = (await owner.http.get(f"{STOPS}/{stopped.json()['id']}")).json()
    assert (shown["state"], shown["reason"], shown["requested_by"]) == ("stopping", "The shop is closed", "Ana")


async def test_a_repeat_is_the_same_stop_and_release_is_a_persons_act(desk: DecidingDesk, owner: Member) -> None:
    campaign_id = await desk.running(1, 2)
    body, key = {"scope": "account", "ad_account_id": str(desk.account_id)}, {"Idempotency-Key": "stop-once"}

    first, repeat = [await owner.http.post(STOPS, json=body, headers=key) for _ in range(2)]
    once_more = await owner.http.post(STOPS, json=body)
    closed = await gates(desk, campaign_id)
    stop = f"{STOPS}/{first.json()['id']}"
    released = [await owner.http.post(f"{stop}/release", headers={"Idempotency-Key": "release-it"}) for _ in range(2)]
    too_late = await owner.http.post(f"{stop}/release")

    assert first.json()["id"] == repeat.json()["id"] == once_more.json()["id"]
    assert closed == (Gate.STOPPED, Gate.OPEN)
    assert await gates(desk, campaign_id) == (Gate.OPEN, Gate.OPEN)
    assert [reply.status_code for reply in released] == [200, 200]
    assert "Nothing starts by itself" in released[0].json()["words"]
    assert (too_late.status_code, "released already, by Ana" in too_late.json()["detail"]) == (409, True)
    assert [one["id"] for one in (await owner.http.get(STOPS, params={"state": "released"})).json()["items"]] == [
        first.json()["id"]
    ]


async def test_a_stop_of_the_workspace_covers_accounts_and_holds_back_their_release(
    desk: DecidingDesk, owner: Member
) -> None:
    campaign_id = await desk.running(1, 2)
    account = await owner.http.post(STOPS, json={"scope": "account", "ad_account_id": str(desk.account_id)})
    everything = await owner.http.post(STOPS, json={"scope": "workspace"})

    held_back = await owner.http.post(f"{STOPS}/{account.json()['id']}/release")

    assert everything.status_code == 201
    assert (held_back.status_code, "release that one first" in held_back.json()["detail"]) == (409, True)
    assert (await gates(desk, campaign_id))[0] is Gate.STOPPED


async def test_who_may_stop_and_who_may_release(desk: DecidingDesk, owner: Member, join: Join) -> None:
    await desk.running(1, 2)
    people = {role: await join(role, desk.workspace_id) for role in Role}
    body = {"scope": "account", "ad_account_id": str(desk.account_id)}

    stops = {role: (await person.http.post(STOPS, json=body)).status_code for role, person in people.items()}
    stop = (await owner.http.get(STOPS)).json()["items"][0]["id"]
    refused = [
        (await people[role].http.post(f"{STOPS}/{stop}/release")).status_code
        for role in (Role.APPROVER, Role.CLIENT, Role.VIEWER)
    ]
    stranger = await join()

    assert stops == {Role.OWNER: 201, Role.MANAGER: 201, Role.APPROVER: 201, Role.CLIENT: 403, Role.VIEWER: 403}
    assert refused == [403, 403, 403]
    assert (await stranger.http.get(f"{STOPS}/{stop}")).status_code == 404
    assert (await stranger.http.post(STOPS, json=body)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"scope": "campaign"},
        {"scope": "workspace", "campaign_id": str(uuid4())},
        {"scope": "campaign", "ad_account_id": str(uuid4())},
        {"scope": "everything"},
    ],
)
async def test_a_stop_names_exactly_what_it_stops(owner: Member, body: dict[str, str]) -> None:
    assert (await owner.http.post(STOPS, json=body)).status_code == 422


async def test_whoever_used_up_their_requests_can_still_stop(
    desk: DecidingDesk, owner: Member, api_settings: Settings, serve: Callable[[Settings], Awaitable[str]]
) -> None:
    campaign_id = await desk.running(1, 2)
    url = await serve(api_settings.model_copy(update={"rate_limit_per_minute": 2}))

    async with httpx.AsyncClient(base_url=url, headers={"X-API-Key": owner.key}, timeout=30) as busy:
        replies = [(await busy.get("/api/v1/campaigns")).status_code for _ in range(3)]
        body = {"scope": "campaign", "campaign_id": str(campaign_id)}
        stopped = await busy.post(STOPS, json=body)

    assert replies == [200, 200, 429]
    assert stopped.status_code == 201
    assert (await gates(desk, campaign_id))[1] is Gate.STOPPED
