"""Campaigns are created once, edited by one at a time, and refuse in words."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from api import temporal_calls
from models.domain.roles import Role
from models.tables.campaign import Campaign as CampaignRow
from records.database import Database
from settings import Settings
from stack.ports import free_port
from tests.api.campaigns import CAMPAIGNS, SHORT, Campaign, create
from tests.api.conftest import IDLE
from tests.api.people import Join, Member


def new_key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


async def test_a_campaign_is_created_and_readable_at_once(campaign: Campaign) -> None:
    seen = await campaign.get()

    assert (seen["name"], seen["progress"]["name"]) == ("Lamps for winter", "Lamps for winter")
    assert set(seen["progress"]["scopes"]) == {"strategy", "content", "schedule", "ads"}
    assert (await campaign.get("/brief"))["content"]["offer"]["code"] == "LIGHT20"


@pytest.mark.usefixtures("working")
async def test_the_same_key_and_body_are_one_campaign(owner: Member) -> None:
    key = uuid4().hex

    first, again = await create(owner, key), await create(owner, key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert len((await owner.http.get(CAMPAIGNS)).json()["items"]) == 1


@pytest.mark.usefixtures("working")
async def test_the_same_key_with_another_body_is_refused(owner: Member) -> None:
    key = uuid4().hex
    await create(owner, key)

    reply = await create(owner, key, name="Something else")

    assert (reply.status_code, reply.json()["type"]) == (409, "urn:greenlight:problem:idempotency_conflict")


@pytest.mark.usefixtures("working")
async def test_two_workspaces_may_use_the_same_key(owner: Member, join: Join) -> None:
    key = uuid4().hex

    mine, theirs = await create(owner, key), await create(await join(), key)

    assert mine.json()["id"] != theirs.json()["id"]


async def test_without_a_worker_the_campaign_is_accepted_readable_as_such_and_not_lost(
    owner: Member,
    api_settings: Settings,
    serve: Callable[[Settings], Awaitable[str]],
    monkeypatch: pytest.MonkeyPatch,
    join: Join,
) -> None:
    """In a namespace where nobody works."""
    monkeypatch.setattr(temporal_calls, "ANSWER_WITHIN", timedelta(seconds=1))
    url = await serve(api_settings.model_copy(update={"temporal_namespace": IDLE}))
    key, body = uuid4().hex, {"brief": SHORT}
    headers = {"X-API-Key": owner.key, "Idempotency-Key": key}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=20) as http:
        first = await http.post(CAMPAIGNS, json=body)
        again = await http.post(CAMPAIGNS, json=body)
        look = await http.get(first.headers["location"])
        stranger = await http.get(first.headers["location"], headers={"X-API-Key": (await join()).key})

    assert (first.status_code, again.status_code, look.status_code) == (202, 202, 202)
    assert first.json()["id"] == again.json()["id"] == look.json()["id"]
    assert stranger.status_code == 404


async def test_an_edit_on_an_old_version_is_refused(untouched: Campaign) -> None:
    body = {"brief": {**SHORT, "name": "Lamps for spring"}}

    stale = await untouched.put("", body, '"0"')
    missing = await untouched.put("", body, None)
    odd = await untouched.put("", body, "W/nonsense")

    assert (stale.status_code, stale.json()["type"]) == (412, "urn:greenlight:problem:version_mismatch")
    assert stale.json()["present_version"] >= 1
    assert (missing.status_code, odd.status_code) == (428, 412)
    assert (await untouched.get())["name"] == "Lamps for winter"


async def test_an_edit_on_the_present_version_changes_the_draft(campaign: Campaign) -> None:
    version = (await campaign.get())["version"]

    reply = await campaign.put("", {"brief": {**SHORT, "name": "Lamps for spring"}}, f'"{version}"')

    assert reply.status_code == 200, reply.text
    assert reply.headers["etag"] == f'"{reply.json()["campaign"]["version"]}"'
    assert (await campaign.get())["name"] == "Lamps for spring"


async def test_another_workspaces_campaign_does_not_exist(untouched: Campaign, join: Join) -> None:
    stranger = await join()

    for suffix in ("", "/brief", "/strategy", "/items", "/approvals", "/publish", "/audit", "/progress", "/threads"):
        assert (await stranger.http.get(untouched.path + suffix)).status_code == 404, suffix
    assert (await stranger.http.post(f"{untouched.path}/publish")).status_code == 404
    assert (await stranger.http.delete(untouched.path)).status_code == 404
    edit = await stranger.http.put(untouched.path, json={"brief": SHORT}, headers={"If-Match": "*"})
    assert edit.status_code == 404


async def test_an_unknown_id_is_not_found_and_a_malformed_one_says_so(owner: Member) -> None:
    unknown = await owner.http.get(f"{CAMPAIGNS}/{uuid4()}")
    malformed = await owner.http.get(f"{CAMPAIGNS}/seven")

    assert (unknown.status_code, malformed.status_code) == (404, 422)
    assert "UUID" in malformed.json()["detail"]


async def test_a_command_that_the_state_does_not_allow_says_what_is_allowed(untouched: Campaign) -> None:
    reply = await untouched.post("/resume")

    problem = reply.json()
    assert (reply.status_code, problem["type"]) == (409, "urn:greenlight:problem:not_allowed")
    assert problem["state"] == "draft"
    assert "submit" in problem["allowed"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CLIENT, Role.APPROVER])
async def test_who_may_only_look_or_decide_cannot_edit(untouched: Campaign, join: Join, role: Role) -> None:
    other = await join(role, untouched.member.workspace_id)

    create_reply = await create(other)
    edit = await other.http.put(untouched.path, json={"brief": SHORT}, headers={"If-Match": "*"})
    publish = await other.http.post(f"{untouched.path}/publish")

    assert {create_reply.status_code, edit.status_code, publish.status_code} == {403}
    assert role.value in create_reply.json()["detail"]


async def test_an_unpublished_campaign_is_archived_and_leaves_the_list(campaign: Campaign) -> None:
    reply = await campaign.member.http.delete(campaign.path)

    assert (reply.status_code, reply.json()["campaign"]["archived"]) == (200, True)
    assert (await campaign.member.http.get(CAMPAIGNS)).json()["items"] == []
    archived = (await campaign.member.http.get(CAMPAIGNS, params={"archived": True})).json()["items"]
    assert [found["id"] for found in archived] == [campaign.id]


@pytest.mark.usefixtures("working")
async def test_the_list_pages_newest_first_without_gap_or_repeat(owner: Member) -> None:
    ids = [(await create(owner, name=f"Campaign {number}")).json()["id"] for number in range(5)]

    seen: list[str] = []
    cursor: str | None = ""
    while True:
        page = (await owner.http.get(CAMPAIGNS, params={"limit": 2, "cursor": cursor})).json()
        seen += [found["id"] for found in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == ids[::-1]


async def test_a_made_up_cursor_is_refused_in_words(owner: Member) -> None:
    reply = await owner.http.get(CAMPAIGNS, params={"cursor": "bogus"})

    assert reply.status_code == 400
    assert "next_cursor" in reply.json()["detail"]


async def test_the_history_names_who_did_what(campaign: Campaign) -> None:
    await campaign.post("/rename", {"name": "Lamps 2"})

    events = (await campaign.get("/audit"))["items"]

    renamed = next(event for event in events if event["action"] == "rename")
    assert (renamed["actor_name"], renamed["channel"]) == ("Ana", "api")
    assert renamed["before"] == {"name": "Lamps for winter"}


async def test_a_repeated_command_takes_effect_once_and_another_body_is_refused(campaign: Campaign) -> None:
    key = new_key()

    replies = [await campaign.post("/rename", {"name": name}, **key) for name in ("Once", "Once", "Twice")]

    assert [reply.status_code for reply in replies] == [200, 200, 409]
    renames = [event for event in (await campaign.get("/audit"))["items"] if event["action"] == "rename"]
    assert len(renames) == 1


async def test_progress_comes_from_the_workflow_itself(untouched: Campaign) -> None:
    progress = await untouched.get("/progress")

    assert progress["id"] == untouched.id


@pytest.mark.usefixtures("working")
async def test_a_brief_that_names_things_of_nobody_or_others_is_refused_with_each(owner: Member) -> None:
    nothing = str(uuid4())
    products = [{"name": "Oryx lamp", "images": [nothing]}]

    reply = await create(owner, None, brand_id=nothing, attachments=[nothing], products=products)

    assert reply.status_code == 422
    pointers = {error["pointer"] for error in reply.json()["errors"]}
    assert pointers == {"/brief/brand_id", "/brief/attachments/0", "/brief/products/0/images/0"}


async def test_talk_on_an_item_opens_is_answered_and_is_resolved_once_per_key(campaign: Campaign) -> None:
    key = new_key()
    body = {
        "body": "Darker, please",
        "item": "hero.ar",
        "anchor": {"kind": "text", "field": "headline", "start": 0, "end": 4},
    }

    first = await campaign.post("/threads", body, **key)
    again = await campaign.post("/threads", body, **key)
    other = await campaign.post("/threads", {**body, "body": "Lighter"}, **key)
    thread = first.json()
    await campaign.post(f"/threads/{thread['id']}/resolve")
    resolved = (await campaign.get("/threads?item=hero.ar"))[0]
    await campaign.post(f"/threads/{thread['id']}/comments", {"body": "Still too bright"}, **new_key())
    reopened = (await campaign.get("/threads"))[0]

    assert (first.status_code, again.json()["id"], other.status_code) == (201, thread["id"], 409)
    assert resolved["resolved_at"] is not None
    assert reopened["resolved_at"] is None
    assert [comment["body"] for comment in reopened["comments"]] == ["Darker, please", "Still too bright"]


async def test_a_client_reads_only_threads_that_are_meant_for_clients(campaign: Campaign, join: Join) -> None:
    client = await join(Role.CLIENT, campaign.member.workspace_id)
    await campaign.post("/threads", {"body": "They will never notice"}, **new_key())
    shown = {"body": "Is this your logo?", "visibility": "client"}
    await campaign.post("/threads", shown, **new_key())

    threads = (await client.http.get(f"{campaign.path}/threads")).json()

    assert [thread["comments"][0]["body"] for thread in threads] == ["Is this your logo?"]


async def test_platforms_say_that_they_are_simulated_and_how_they_fare(owner: Member) -> None:
    listed = (await owner.http.get("/api/v1/platforms")).json()
    status = (await owner.http.get("/api/v1/platforms/meta/status")).json()
    unknown = await owner.http.get("/api/v1/platforms/myspace/status")

    assert [(found["id"], found["simulated"]) for found in listed] == [("meta", True)]
    assert (status["status"], status["accounts"]) == ("ok", [])
    assert unknown.status_code == 404


async def test_a_start_in_the_past_is_refused_when_creating(owner: Member) -> None:
    reply = await create(owner, None, flight={"start": "2020-01-01T09:00:00Z"})

    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "/brief/flight/start")


async def test_a_command_without_an_answer_in_time_can_be_repeated_and_takes_effect_once(
    campaign: Campaign, records: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, body = new_key(), {"name": "Patience"}
    monkeypatch.setattr(temporal_calls, "ANSWER_WITHIN", timedelta(seconds=1))
    async with records.workspace_transaction(campaign.member.workspace_id) as session:
        await session.get(CampaignRow, UUID(campaign.id), with_for_update=True)
        stuck = await campaign.post("/rename", body, **key)
    monkeypatch.undo()
    again = await campaign.post("/rename", body, **key)

    assert (stuck.status_code, stuck.json()["type"]) == (504, "urn:greenlight:problem:no_answer_yet")
    assert (again.status_code, again.json()["campaign"]["name"]) == (200, "Patience")
    renames = [event for event in (await campaign.get("/audit"))["items"] if event["action"] == "rename"]
    assert len(renames) == 1


@pytest.mark.parametrize("text", ["nul \u0000", "half a pair \ud800"], ids=["NUL", "surrogate"])
async def test_text_that_cannot_be_stored_is_refused_before_it_reaches_a_workflow(
    untouched: Campaign, text: str
) -> None:
    http = untouched.member.http
    headers = {"Content-Type": "application/json", **new_key()}

    created = await http.post(CAMPAIGNS, content=json.dumps({"brief": {"name": text}}).encode(), headers=headers)
    renamed = await http.post(f"{untouched.path}/rename", content=json.dumps({"name": text}).encode(), headers=headers)
    searched = await http.get("/api/v1/assets", params={"filename": "a\u0000"})

    assert {created.status_code, renamed.status_code, searched.status_code} == {422}
    assert created.json()["errors"][0]["pointer"] == "/brief/name"


async def test_without_temporal_commands_wait_for_it_and_reading_goes_on(
    untouched: Campaign, api_settings: Settings, serve: Callable[[Settings], Awaitable[str]]
) -> None:
    url = await serve(api_settings.model_copy(update={"temporal_address": f"127.0.0.1:{free_port()}"}))
    headers = {"X-API-Key": untouched.member.key, **new_key()}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as http:
        read = await http.get(untouched.path)
        commanded = await http.post(f"{untouched.path}/rename", json={"name": "Later"})
        created = await http.post(CAMPAIGNS, json={"brief": SHORT})
        unknown = await http.get(f"{CAMPAIGNS}/{uuid4()}")

    assert read.status_code == 200
    for reply in (commanded, created, unknown):
        assert (reply.status_code, reply.json()["type"]) == (503, "urn:greenlight:problem:unavailable"), reply.text
        assert "Temporal" not in reply.json()["detail"]
