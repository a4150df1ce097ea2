"""Whether the optimizer earns its keep: the campaigns left alone, the verdicts on its moves, the equal split."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest_asyncio

from models.domain.roles import Role
from models.tables.campaign import Campaign
from models.tables.identity import Workspace
from records.database import Database
from settings import Settings
from tests.activities.moved_desk import DAYS, MovedDesk
from tests.api.campaigns import Campaign as Working
from tests.api.optimized import store_of
from tests.api.people import Join, Member

LONG_AGO = 15
EVEN = [40] * DAYS


@pytest_asyncio.fixture(loop_scope="session")
async def desk(records: Database, api_settings: Settings, owner: Member) -> MovedDesk:
    desk = MovedDesk(records, store_of(api_settings), owner.workspace_id)
    await desk.open_account()
    return desk


async def drawn(desk: MovedDesk, results: Sequence[int], *, held_out: bool = False) -> UUID:
    """A campaign that went live after drawing began; the lot fell on it where it is held out."""
    campaign_id = await desk.ran(results)
    live_at = desk.now - timedelta(days=DAYS + 1)
    await desk.change(Campaign, campaign_id, live_at=live_at, held_out_at=live_at if held_out else None)
    return campaign_id


async def drawing(desk: MovedDesk) -> None:
    since = (desk.now - timedelta(days=60)).isoformat()
    await desk.change(Workspace, desk.workspace_id, settings={"holdout_bp": 2_000, "holdout_since": since})


async def test_nothing_is_claimed_before_anything_was_held_out(desk: MovedDesk, owner: Member) -> None:
    await desk.ran(EVEN)

    found = (await owner.http.get("/api/v1/evidence")).json()

    assert (found["holdout"]["share_bp"], found["holdout"]["effect_bp"]) == (0, None)
    assert "10 to 20 %" in found["holdout"]["words"]
    assert found["verdicts"]["words"].startswith("No move was judged yet.")
    assert found["equal_split"]["campaigns"] == []


async def test_steered_campaigns_that_rose_by_half_show_it_against_those_left_alone(
    desk: MovedDesk, owner: Member
) -> None:
    await drawing(desk)
    rising = [*[40] * 3, *[60] * (DAYS - 3)]
    for _ in range(6):
        await drawn(desk, rising)
        await drawn(desk, EVEN, held_out=True)
    old = await desk.ran(EVEN)
    await desk.change(Campaign, old, live_at=desk.now - timedelta(days=100))

    found = (await owner.http.get("/api/v1/evidence")).json()["holdout"]

    assert (found["enough"], found["steered"], found["held_out"]) == ("yes", 6, 6)
    assert 4_000 < found["effect_bp"] < 6_000
    assert found["low_bp"] > 0
    assert found["words"].startswith("It earns its keep.")
    assert len(found["campaigns"]) == 6


async def test_few_campaigns_are_told_to_be_too_few(desk: MovedDesk, owner: Member) -> None:
    await drawing(desk)
    await drawn(desk, EVEN)
    await drawn(desk, EVEN, held_out=True)

    found = (await owner.http.get("/api/v1/evidence")).json()["holdout"]

    assert (found["enough"], found["effect_bp"]) == ("too_few_held_out", None)
    assert found["words"] == (
        "Not enough campaigns to say: 1 campaign was left alone and had enough results by now; it needs 5."
    )


async def test_the_share_is_set_by_editors_and_bounded(desk: MovedDesk, owner: Member, join: Join) -> None:
    approver = await join(Role.APPROVER, desk.workspace_id)

    saved = (await owner.http.put("/api/v1/workspace/holdout", json={"share_bp": 1_500})).json()
    too_much = await owner.http.put("/api/v1/workspace/holdout", json={"share_bp": 6_000})
    refused = await approver.http.put("/api/v1/workspace/holdout", json={"share_bp": 1_000})
    off = (await owner.http.put("/api/v1/workspace/holdout", json={"share_bp": 0})).json()

    assert (saved["share_bp"], saved["since"] is not None) == (1_500, True)
    assert (too_much.status_code, refused.status_code, off["share_bp"]) == (422, 403, 0)


async def test_only_what_has_gone_live_is_held_out_by_hand(campaign: Working, join: Join, owner: Member) -> None:
    refused = await campaign.put("/holdout", {"held_out": True}, None)
    client = await join(Role.CLIENT, owner.workspace_id)

    assert (refused.status_code, "has gone live" in refused.json()["detail"]) == (409, True)
    assert (await client.http.put(f"{campaign.path}/holdout", json={"held_out": True})).status_code == 403
    assert (await client.http.get("/api/v1/evidence")).status_code == 403


async def test_verdicts_stand_in_the_log_and_are_counted(desk: MovedDesk, owner: Member) -> None:
    better = await desk.ran([*EVEN[:-LONG_AGO], *[80] * LONG_AGO])
    move = await desk.moved(better, LONG_AGO)
    again = await desk.ran(EVEN)
    twice = [await desk.moved(again, LONG_AGO), await desk.moved(again, LONG_AGO - 1)]
    for _ in range(3):
        await desk.ran(EVEN)
    await desk.judge()

    shown = (await owner.http.get(f"/api/v1/moves/{move}")).json()["verdict"]
    untold = (await owner.http.get(f"/api/v1/moves/{twice[0]}")).json()["verdict"]
    counts = (await owner.http.get("/api/v1/evidence")).json()["verdicts"]

    assert shown["verdict"] == "improved"
    assert shown["low_bp"] < shown["effect_bp"] < shown["high_bp"]
    assert (untold["verdict"], untold["effect_bp"]) == ("inconclusive", None)
    assert (counts["improved"], counts["worse"], counts["inconclusive"], counts["not_judged"]) == (1, 0, 0, 2)
    assert "2 could not be judged at all" in counts["words"]
