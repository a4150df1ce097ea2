"""The optimizer on demand, its log with the reasons, and what it may do."""

import asyncio

import pytest
import pytest_asyncio

from models.domain.roles import Role
from models.domain.states import AdAccountState, CampaignStatus, Gate, OptimizerMode
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from records.database import Database
from settings import Settings
from tests.activities.deciding_desk import DecidingDesk
from tests.api.campaigns import Campaign as Working
from tests.api.optimized import store_of
from tests.api.people import Join, Member


@pytest_asyncio.fixture(loop_scope="session")
async def desk(records: Database, api_settings: Settings, owner: Member) -> DecidingDesk:
    desk = DecidingDesk(records, store_of(api_settings), owner.workspace_id)
    await desk.open_account()
    return desk


async def run_now(member: Member, desk: DecidingDesk) -> tuple[int, str]:
    reply = await member.http.post(f"/api/v1/ad-accounts/{desk.account_id}/optimize", timeout=30)
    return reply.status_code, reply.json()["detail"]


async def test_a_run_begins_on_demand_and_is_never_doubled(desk: DecidingDesk, owner: Member, working: None) -> None:
    campaign_id = await desk.running(1, 2)

    ways = (f"/api/v1/campaigns/{campaign_id}/optimize", f"/api/v1/ad-accounts/{desk.account_id}/optimize")
    answers = await asyncio.gather(*(owner.http.post(way, timeout=30) for way in ways))

    assert [answer.status_code for answer in answers] == [202, 202], [answer.text for answer in answers]
    assert {answer.json()["state"] for answer in answers} == {"started", "already_running"}
    assert {answer.json()["run"]["trigger"] for answer in answers} == {"manual"}
    assert len({answer.json()["run"]["id"] for answer in answers}) == 1
    runs = (await owner.http.get("/api/v1/optimizer-runs", params={"ad_account_id": str(desk.account_id)})).json()
    assert len(runs["items"]) == 1


async def test_where_nothing_would_be_decided_it_says_why(desk: DecidingDesk, owner: Member, join: Join) -> None:
    nothing_live = await run_now(owner, desk)
    campaign_id = await desk.running(1, 2)
    await desk.change(AdAccount, desk.account_id, gate=Gate.STOPPED)
    stopped = await run_now(owner, desk)
    await desk.change(AdAccount, desk.account_id, gate=Gate.OPEN, state=AdAccountState.DISCONNECTED)
    disconnected = await run_now(owner, desk)
    await desk.change(Campaign, campaign_id, status=CampaignStatus.PAUSED)
    paused = await owner.http.post(f"/api/v1/campaigns/{campaign_id}/optimize")
    approver = await join(Role.APPROVER, desk.workspace_id)

    assert nothing_live == (409, "Nothing of Lamps is live, so there is nothing to measure or move.")
    assert stopped == (409, "Everything on Lamps is stopped. Release the stop first.")
    assert disconnected == (409, "Lamps is disconnected. Connect it again.")
    assert (paused.status_code, paused.json()["state"]) == (409, "paused")
    assert (await run_now(approver, desk))[0] == 403


async def test_the_log_tells_what_moved_what_did_not_and_why_budget_by_budget(
    desk: DecidingDesk, owner: Member, join: Join
) -> None:
    moving, resting = await desk.running(2, 8), await desk.running(4, 4)
    run = await desk.begin()
    await desk.decide(run)
    client = await join(Role.CLIENT, desk.workspace_id)

    [proposed] = (await owner.http.get(f"/api/v1/campaigns/{moving}/moves")).json()["items"]
    [left] = (await owner.http.get(f"/api/v1/campaigns/{resting}/moves")).json()["items"]
    none = await owner.http.get(f"/api/v1/campaigns/{moving}/moves", params={"state": "applied"})
    reasons = await owner.http.get(f"/api/v1/optimizer-runs/{run.run_id}/reasons", params={"campaign_id": str(moving)})

    assert (proposed["state"], proposed["run_id"], proposed["currency"]) == ("proposed", str(run.run_id), "SAR")
    assert [action["after"]["amount_minor"] for action in proposed["actions"]] == [8_100, 11_900]
    assert (left["state"], left["actions"]) == ("no_action", [])
    assert left["reason"]
    assert none.json()["items"] == []
    [pool] = reasons.json()["pools"]
    assert {reasons.json()["names"][owner["object_id"]] for owner in pool["owners"]} == {"set-0", "set-1"}
    assert all(owner["words"] for owner in pool["owners"])
    assert (await client.http.get(f"/api/v1/campaigns/{moving}/moves")).status_code == 403
    assert (await client.http.get(f"/api/v1/optimizer-runs/{run.run_id}")).status_code == 403


async def test_what_is_believed_of_a_campaign_is_told_in_figures_and_in_words(
    desk: DecidingDesk, owner: Member, join: Join
) -> None:
    campaign_id = await desk.running(2, 8)
    path = f"/api/v1/campaigns/{campaign_id}/optimizer/beliefs"
    before = await owner.http.get(path)
    run = await desk.begin()
    await desk.decide(run)
    client = await join(Role.CLIENT, desk.workspace_id)

    told = (await owner.http.get(path)).json()
    reasons = (await owner.http.get(f"/api/v1/optimizer-runs/{run.run_id}/reasons")).json()

    assert (before.status_code, "No run has looked" in before.json()["detail"]) == (404, True)
    assert told["run_id"] == str(run.run_id)
    assert reasons["explained"] == [told["explained"]]
    assert reasons["pools"] == [told["decision"]]
    by_name = {one["name"]: one for one in told["explained"]["owners"]}
    assert by_name["set-1"]["seen"] == "SAR 1,300.00 spent, 520 clicks, 104 results on 13 days, as now reported."
    assert by_name["set-0"]["bounds"].startswith("Between SAR 80.00 and SAR 120.00 (the step of a day)")
    assert (await client.http.get(path)).status_code == 403


async def test_pages_of_the_log_follow_without_gap_or_repeat(desk: DecidingDesk, owner: Member) -> None:
    campaign_id = await desk.running(4, 4)
    for _ in range(5):
        await desk.decide()

    seen: list[str] = []
    cursor = None
    for _ in range(3):
        params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await owner.http.get(f"/api/v1/campaigns/{campaign_id}/moves", params=params)).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]

    assert cursor is None
    assert seen == [str(row.id) for row in reversed(await desk.move_sets(campaign_id))]


@pytest.mark.parametrize(
    ("limits", "mode", "held_by"),
    [
        (("suggest", None, OptimizerMode.AUTO), "suggest", ["workspace"]),
        (("auto", OptimizerMode.OFF, OptimizerMode.AUTO), "off", ["campaign"]),
        (("auto", None, OptimizerMode.SUGGEST), "suggest", ["envelope"]),
        (("auto", OptimizerMode.SUGGEST, OptimizerMode.SUGGEST), "suggest", ["campaign", "envelope"]),
        (("auto", None, OptimizerMode.AUTO), "auto", []),
    ],
)
async def test_the_lowest_of_three_limits_holds_and_is_named(
    desk: DecidingDesk,
    owner: Member,
    limits: tuple[str, OptimizerMode | None, OptimizerMode],
    mode: str,
    held_by: list[str],
) -> None:
    workspace, campaign, approved = limits
    campaign_id = await desk.running(1, 2, mode_max=approved, optimizer_mode=campaign)

    saved = await owner.http.put("/api/v1/workspace/optimizer", json={"mode": workspace})
    shown = (await owner.http.get(f"/api/v1/campaigns/{campaign_id}/optimizer")).json()

    assert saved.json() == {"mode": workspace}
    assert (shown["mode"], shown["held_by"]) == (mode, held_by)


async def test_a_campaigns_mode_is_a_command_that_the_approved_schedule_bounds(
    campaign: Working, owner: Member, join: Join
) -> None:
    refused = await campaign.put("/optimizer", {"mode": "auto"}, None)
    saved = await campaign.put("/optimizer", {"mode": "off"}, None)
    client = await join(Role.CLIENT, owner.workspace_id)

    assert (refused.status_code, "No schedule is approved yet" in refused.json()["detail"]) == (409, True)
    assert saved.status_code == 200
    assert (await campaign.get("/optimizer"))["campaign_mode"] == "off"
    assert (await client.http.put(f"{campaign.path}/optimizer", json={"mode": "off"})).status_code == 403
    assert (await client.http.put("/api/v1/workspace/optimizer", json={"mode": "auto"})).status_code == 403


async def test_what_a_campaigns_money_is_to_bring_is_chosen_and_shown(campaign: Working) -> None:
    assert (await campaign.get("/optimizer"))["goal"] is None

    saved = await campaign.put("/optimizer/goal", {"goal": "value"}, None)
    unknown = await campaign.put("/optimizer/goal", {"goal": "clicks"}, None)

    assert (saved.status_code, unknown.status_code) == (200, 422)
    assert (await campaign.get("/optimizer"))["goal"] == "value"


async def test_another_workspaces_runs_do_not_exist(desk: DecidingDesk, join: Join) -> None:
    campaign_id = await desk.running(2, 8)
    run = await desk.begin()
    await desk.decide(run)
    stranger = await join()
    move = (await desk.move_sets(campaign_id))[0]

    paths = [
        f"/api/v1/optimizer-runs/{run.run_id}",
        f"/api/v1/optimizer-runs/{run.run_id}/reasons",
        f"/api/v1/moves/{move.id}",
        f"/api/v1/campaigns/{campaign_id}/moves",
        f"/api/v1/campaigns/{campaign_id}/optimizer",
    ]

    assert [(await stranger.http.get(path)).status_code for path in paths] == [404] * len(paths)
    assert (await stranger.http.get("/api/v1/optimizer-runs")).json()["items"] == []
