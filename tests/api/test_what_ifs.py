"""Recorded decisions computed again, other ways of deciding tried out on them, and switching the engine."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest_asyncio

from activities.run_blobs import RunBlob, read_blob, store_blob
from models.domain.roles import Role
from models.tables.evidence import WhatIf
from models.tables.optimization import OptimizerRun
from optimizer.engines import DEFAULT_ENGINE, ENGINES
from records.database import Database
from settings import Settings
from tests.activities.deciding_desk import DecidingDesk
from tests.api.optimized import store_of
from tests.api.people import Join, Member
from tests.api.test_rules import rule, write

OTHER = next((name for name in ENGINES if name != DEFAULT_ENGINE), DEFAULT_ENGINE)


@pytest_asyncio.fixture(loop_scope="session")
async def desk(records: Database, api_settings: Settings, owner: Member) -> DecidingDesk:
    desk = DecidingDesk(records, store_of(api_settings), owner.workspace_id)
    await desk.open_account()
    return desk


async def ended(member: Member, what_if_id: str) -> dict[str, Any]:
    while True:
        found = (await member.http.get(f"/api/v1/what-ifs/{what_if_id}")).json()
        if found["state"] != "working":
            return dict(found)
        await asyncio.sleep(0.05)


async def compared(member: Member, engine: str) -> dict[str, Any]:
    begun = await member.http.post("/api/v1/what-ifs", json={"engine": engine, "days": 2})
    assert begun.status_code == 202, begun.text
    return await ended(member, begun.json()["id"])


async def test_recorded_decisions_recompute_to_the_bit(desk: DecidingDesk, owner: Member) -> None:
    await desk.running(2, 8)
    await desk.running(0, 0, 5)
    run = await desk.begin()
    await desk.decide(run)

    again = (await owner.http.get(f"/api/v1/optimizer-runs/{run.run_id}/replay")).json()

    assert (again["same"], again["differences"], again["engine"]) == (True, [], DEFAULT_ENGINE)
    assert again["words"].startswith("The same, bit for bit")


async def test_what_differs_from_the_record_is_named(desk: DecidingDesk, owner: Member) -> None:
    """As if the engine had been changed under its own name."""
    await desk.running(2, 8)
    run = await desk.begin()
    await desk.decide(run)
    blob = await read_blob(desk.store, desk.workspace_id, (await desk.run_row(run)).inputs_sha256 or "")
    [pool] = blob.decision.pools
    held = [each.model_copy(update={"after_minor": each.before_minor}) for each in pool.owners]
    changed = pool.model_copy(update={"moves": False, "owners": held})
    forged = RunBlob(problem=blob.problem, decision=blob.decision.model_copy(update={"pools": [changed]}))
    sha256 = await store_blob(desk.store, desk.workspace_id, forged)
    await desk.change(OptimizerRun, run.run_id, inputs_sha256=sha256)

    again = (await owner.http.get(f"/api/v1/optimizer-runs/{run.run_id}/replay")).json()

    assert again["same"] is False
    assert any("instead of SAR 100.00" in line for line in again["differences"])


async def test_a_run_without_inputs_or_of_an_engine_that_is_gone_says_so(desk: DecidingDesk, owner: Member) -> None:
    await desk.running(2, 8)
    undecided, gone = await desk.begin(), await desk.begin()
    await desk.decide(gone)
    blob = await read_blob(desk.store, desk.workspace_id, (await desk.run_row(gone)).inputs_sha256 or "")
    old = blob.model_copy(update={"problem": blob.problem.model_copy(update={"engine": "abacus-1"})})
    await desk.change(OptimizerRun, gone.run_id, inputs_sha256=await store_blob(desk.store, desk.workspace_id, old))

    nothing = await owner.http.get(f"/api/v1/optimizer-runs/{undecided.run_id}/replay")
    unknown = await owner.http.get(f"/api/v1/optimizer-runs/{gone.run_id}/replay")

    assert (nothing.status_code, "no stored inputs" in nothing.json()["detail"]) == (404, True)
    assert (unknown.status_code, "abacus-1 decided then" in unknown.json()["detail"]) == (409, True)


async def test_an_engine_is_tried_out_on_recorded_hours_and_then_switched_on(
    desk: DecidingDesk, owner: Member, working: None
) -> None:
    campaign_id = await desk.running(2, 8)
    for _ in range(3):
        await desk.decide()
    before = await owner.http.put("/api/v1/workspace/engine", json={"engine": OTHER})

    found = await compared(owner, OTHER)
    shown = (await owner.http.get("/api/v1/workspace/engine")).json()
    switched = await owner.http.put("/api/v1/workspace/engine", json={"engine": OTHER})

    if OTHER != DEFAULT_ENGINE:
        assert (before.status_code, "See first what" in before.json()["detail"]) == (409, True)
    assert (found["state"], found["runs"], found["runs_in_all"], found["failed"]) == ("done", 3, 3, 0)
    [campaign] = found["campaigns"]
    assert (campaign["campaign_id"], campaign["hours"]) == (str(campaign_id), 3)
    assert [run["campaigns"] for run in found["runs_compared"]] == [1, 1, 1]
    assert "looks at a campaign exactly alike" in found["words"]
    assert shown["compared"] == [OTHER]
    assert (switched.status_code, switched.json()["engine"], switched.json()["chosen"]) == (200, OTHER, OTHER)
    notices = (await owner.http.get("/api/v1/notifications")).json()
    assert "The comparison is done" in [notice["title"] for notice in notices]


async def test_switching_without_a_look_needs_a_reason_and_both_need_an_editor(
    desk: DecidingDesk, owner: Member, join: Join
) -> None:
    approver = await join(Role.APPROVER, desk.workspace_id)

    asked = await approver.http.put("/api/v1/workspace/engine", json={"engine": OTHER, "reason": "It is new."})
    unknown = await owner.http.put("/api/v1/workspace/engine", json={"engine": "oracle", "reason": "It is new."})
    done = await owner.http.put("/api/v1/workspace/engine", json={"engine": OTHER, "reason": "Nothing ran so far."})
    back = await owner.http.put("/api/v1/workspace/engine", json={"engine": None, "reason": "As everybody."})

    assert (asked.status_code, unknown.status_code) == (403, 400)
    assert f"there is {', '.join(ENGINES)}" in unknown.json()["detail"]
    assert (done.json()["engine"], done.json()["chosen"]) == (OTHER, OTHER)
    assert (back.json()["engine"], back.json()["chosen"]) == (DEFAULT_ENGINE, None)


async def test_a_what_if_is_begun_once_per_key_and_only_for_what_is_there(
    desk: DecidingDesk, owner: Member, working: None, join: Join
) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    body = {"engine": DEFAULT_ENGINE}

    twice = [(await owner.http.post("/api/v1/what-ifs", json=body, headers=key)).json()["id"] for _ in range(2)]
    refused = [
        (await owner.http.post("/api/v1/what-ifs", json=wrong)).status_code
        for wrong in (
            {},
            {"engine": "oracle"},
            {"engine": DEFAULT_ENGINE, "rule_ids": [str(uuid4())]},
            {"rule_ids": [str(uuid4())]},
            {"engine": DEFAULT_ENGINE, "ad_account_id": str(uuid4())},
        )
    ]
    stranger = await join()

    assert twice[0] == twice[1]
    assert refused == [422, 400, 422, 404, 404]
    assert len((await owner.http.get("/api/v1/what-ifs")).json()["items"]) == 1
    assert (await stranger.http.get(f"/api/v1/what-ifs/{twice[0]}")).status_code == 404
    nothing = await ended(owner, twice[0])
    assert (nothing["state"], nothing["words"]) == ("done", "No recorded run could be compared.")


async def test_what_nobody_works_on_any_more_can_be_cancelled(desk: DecidingDesk, owner: Member) -> None:
    row = WhatIf(
        id=uuid4(),
        workspace_id=desk.workspace_id,
        kind="engine",
        candidate={"engine": DEFAULT_ENGINE},
        since=desk.now,
        until=desk.now,
        requested_name="Ana",
    )
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        session.add(row)

    cancelled = (await owner.http.post(f"/api/v1/what-ifs/{row.id}/cancel")).json()
    again = (await owner.http.post(f"/api/v1/what-ifs/{row.id}/cancel")).json()

    assert (cancelled["state"], again["state"]) == ("cancelled", "cancelled")
    assert "Nothing was working on it" in cancelled["words"]


async def test_rules_are_tried_out_as_they_stand_whether_they_are_switched_on_or_not(
    desk: DecidingDesk, owner: Member, working: None
) -> None:
    await desk.running(4, 4, 4)
    await desk.decide()
    made = await write(owner, rule({"metric": "spend", "comparison": "at_least", "value": 0}, ad_sets_named="set-0"))
    assert made.status_code == 201, made.text

    begun = await owner.http.post("/api/v1/what-ifs", json={"rule_ids": [made.json()["id"]], "days": 2})
    found = await ended(owner, begun.json()["id"])

    [campaign] = found["campaigns"]
    assert (found["kind"], found["name"]) == ("rules", "Rules: “Stop the eater”")
    assert (campaign["then"]["days"], campaign["candidate"]["days"], campaign["candidate"]["down"]) == (0, 1, 1)
    [cut] = [line for line in campaign["differing"]["lines"] if line["name"] == "set-0"]
    assert (cut["before_minor"], cut["then_minor"], cut["candidate_minor"]) == (10_000, 10_000, 8_000)
