"""Rules over HTTP: written, tried on recorded hours, switched on by a person, and what every look found."""

import gzip
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from models.domain.roles import Role
from models.domain.states import MoveState, OptimizerMode
from models.tables.optimization import OptimizerRun
from providers.storage.keys import run_key
from records import audit
from records.database import Database
from settings import Settings
from tests.activities.deciding_desk import DecidingDesk
from tests.api.optimized import store_of
from tests.api.people import Join, Member

SPENDS = {"metric": "spend", "comparison": "at_least", "value": 0}
EATER = {"metric": "cost_per_result", "comparison": "surely_above", "value": 4_000, "least_clicks": 50}
CUT = {"kind": "cut", "by_bp": 2_000}


def rule(*conditions: dict[str, object], **more: object) -> dict[str, object]:
    groups = [{"joined": "all", "conditions": list(conditions or (EATER,))}]
    return {"name": "Stop the eater", "currency": "SAR", "groups": groups, "action": CUT, **more}


async def write(member: Member, body: dict[str, object], key: str = "", **more: object) -> httpx.Response:
    headers = {"Idempotency-Key": key or uuid4().hex}
    return await member.http.post("/api/v1/rules", json={"rule": body, **more}, headers=headers)


@pytest_asyncio.fixture(loop_scope="session")
async def desk(records: Database, api_settings: Settings, owner: Member) -> DecidingDesk:
    desk = DecidingDesk(records, store_of(api_settings), owner.workspace_id)
    await desk.open_account()
    return desk


async def test_a_rule_is_written_switched_on_edited_and_thrown_away_and_all_of_it_is_audited(
    owner: Member, records: Database
) -> None:
    made = await write(owner, rule())
    address = made.headers["Location"]
    enabled = await owner.http.post(f"{address}/enable")
    edited = await owner.http.put(address, json={"rule": rule(name="Other"), "seen_version": 1})
    stale = await owner.http.put(address, json={"rule": rule(), "seen_version": 1})
    gone = await owner.http.delete(address)

    assert (made.status_code, made.json()["enabled"], made.json()["version"]) == (201, False, 1)
    assert made.json()["words"] == {
        "conditions": ["cost per result surely above SAR 40.00 (last 7 days, from 50 clicks on)"],
        "action": "cut the budget by 20 %",
        "schedule": "every day, every hour on the ad account's clock",
    }
    assert enabled.json()["enabled"] is True
    # Nobody has seen yet what the other rule would have done.
    assert (edited.json()["enabled"], edited.json()["version"], edited.json()["rule"]["name"]) == (False, 2, "Other")
    assert (stale.status_code, stale.json()["type"].rpartition(":")[2]) == (412, "version_mismatch")
    assert (gone.status_code, (await owner.http.get(address)).status_code) == (204, 404)
    assert (await owner.http.get("/api/v1/rules")).json() == []
    async with records.workspace_transaction(owner.workspace_id) as session:
        events = await audit.trail(session, made.json()["id"])
    assert [event.action for event in events] == ["delete_rule", "edit_rule", "enable_rule", "create_rule"]


async def test_a_repeated_creation_makes_one_rule(owner: Member) -> None:
    first, again = [(await write(owner, rule(), key="the same key")).json() for _ in range(2)]

    other = await write(owner, rule(name="Other"), key="the same key")

    assert first == again
    assert (other.status_code, other.json()["type"].rpartition(":")[2]) == (409, "idempotency_conflict")
    assert len((await owner.http.get("/api/v1/rules")).json()) == 1


async def test_the_first_in_order_decides_so_people_order_them(owner: Member) -> None:
    first, second = [(await write(owner, rule(name=name))).json()["id"] for name in ("One", "Two")]

    swapped = await owner.http.put("/api/v1/rules/order", json={"rule_ids": [second, first]})
    incomplete = await owner.http.put("/api/v1/rules/order", json={"rule_ids": [second]})

    assert [found["id"] for found in swapped.json()] == [second, first]
    assert [found["id"] for found in (await owner.http.get("/api/v1/rules")).json()] == [second, first]
    assert incomplete.status_code == 409


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (rule({**EATER, "comparison": "at_least"}), "crossed by luck"),
        (rule(currency=None), "give the `currency`"),
        (rule({**EATER, "metric": "luck"}), "Use one of"),
        (rule(groups=[]), "Give at least 1"),
        (rule(action={"kind": "cut"}), "give `by_bp`"),
        (rule(stop_loss=1), "not known here"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused_with_what_to_do(
    owner: Member, wrong: dict[str, object], words: str
) -> None:
    refused = await write(owner, wrong)

    assert refused.status_code == 422
    assert words in refused.text
    assert (await owner.http.get("/api/v1/rules")).json() == []


async def test_a_rule_for_a_campaign_that_does_not_exist_is_refused(owner: Member) -> None:
    refused = await write(owner, rule(), campaign_id=str(uuid4()))

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/campaign_id"


async def test_rules_are_the_workspaces_own_and_editors_write_them(owner: Member, join: Join) -> None:
    address = (await write(owner, rule())).headers["Location"]
    stranger, client = await join(), await join(Role.CLIENT, owner.workspace_id)
    approver = await join(Role.APPROVER, owner.workspace_id)

    assert (await stranger.http.get(address)).status_code == 404
    assert (await client.http.get(address)).status_code == 403
    assert (await approver.http.get(address)).status_code == 200
    assert (await approver.http.post(f"{address}/enable")).status_code == 403
    assert (await write(approver, rule())).status_code == 403
    assert (await approver.http.delete(address)).status_code == 403


async def test_every_template_can_be_added_as_it_is(owner: Member) -> None:
    templates = (await owner.http.get("/api/v1/rule-templates")).json()

    made = [await write(owner, template["rule"]) for template in templates]

    assert len(templates) >= 6
    assert all(template["why"] and template["words"]["conditions"] for template in templates)
    assert {answer.status_code for answer in made} == {201}


async def test_a_rule_is_tried_on_recorded_hours_beside_what_was_done_and_writes_nothing(
    owner: Member, desk: DecidingDesk
) -> None:
    campaign = await desk.running(1, 4, 4)
    await desk.allow(OptimizerMode.OFF)
    for _ in range(3):
        await desk.decide()
    body = {"rule": rule(SPENDS, ad_sets_named="set-0"), "campaign_id": str(campaign)}

    trial = (await owner.http.post("/api/v1/rules/try", json=body)).json()
    elsewhere = (await owner.http.post("/api/v1/rules/try", json={**body, "rule": rule(ad_sets_named="x")})).json()

    assert (trial["hours"], trial["hours_in_all"], trial["checked"], trial["matched"]) == (3, 3, 3, 3)
    # The two later hours lie within its rest of a day.
    assert (trial["acted"], len(trial["examples"])) == (1, 1)
    (example,) = trial["examples"]
    assert (example["name"], example["before_minor"], example["would_minor"]) == ("set-0", 10_000, 8_000)
    assert trial["moved"] == [{"currency": "SAR", "cut_minor": 2_000, "raised_minor": 0}]
    assert (elsewhere["checked"], elsewhere["matched"], elsewhere["examples"]) == (0, 0, [])
    assert (await owner.http.get("/api/v1/rule-looks")).json()["items"] == []
    assert (await owner.http.get("/api/v1/rules")).json() == []


async def test_hours_of_a_version_that_nobody_understands_any_more_are_left_out_of_a_try(
    owner: Member, desk: DecidingDesk
) -> None:
    await desk.running(1, 4)
    await desk.decide()
    foreign = await desk.begin()
    await desk.decide(foreign)
    await desk.store.put_if_absent(
        run_key(owner.workspace_id, "f" * 64), gzip.compress(b'{"problem": {"version": 9}}'), "application/gzip"
    )
    await desk.change(OptimizerRun, foreign.run_id, inputs_sha256="f" * 64)

    trial = await owner.http.post("/api/v1/rules/try", json={"rule": rule(SPENDS)})

    assert (trial.status_code, trial.json()["hours"], trial.json()["hours_in_all"]) == (200, 1, 2)


async def test_a_try_without_recorded_hours_says_so(owner: Member) -> None:
    trial = (await owner.http.post("/api/v1/rules/try", json={"rule": rule(), "days": 30})).json()

    assert (trial["hours"], trial["since"], trial["matched"]) == (0, None, 0)


async def test_looks_tell_page_by_page_what_failed_and_what_came_of_it(owner: Member, desk: DecidingDesk) -> None:
    campaign = await desk.running(4, 4)
    acting = (await write(owner, rule(SPENDS, ad_sets_named="set-0"))).json()["id"]
    never = (await write(owner, rule({"metric": "clicks", "comparison": "at_most", "value": 1}))).json()["id"]
    for one in (acting, never):
        await owner.http.post(f"/api/v1/rules/{one}/enable")
    for _ in range(2):
        await desk.decide()

    first = (await owner.http.get("/api/v1/rule-looks", params={"campaign_id": str(campaign), "limit": 3})).json()
    last = (await owner.http.get("/api/v1/rule-looks", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    held = (await owner.http.get("/api/v1/rule-looks", params={"rule_id": acting, "matched": True})).json()

    every = [*first["items"], *last["items"]]
    assert (len(first["items"]), len({look["id"] for look in every}), last["next_cursor"]) == (3, 4, None)
    failed = [look for look in every if look["rule_id"] == never]
    assert {detail["failed"] for look in failed for detail in look["details"]} == {"clicks 280, not at most 1"}
    assert [(look["matched"], look["acted"]) for look in held["items"]] == [(1, 0), (1, 1)]
    assert (await desk.move_sets(campaign))[0].state is MoveState.PROPOSED
