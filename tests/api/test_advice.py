"""A language model's advice through the API: off by default, once a day, a suggestion and nothing more."""

from collections.abc import Iterator
from uuid import UUID

import pytest
import pytest_asyncio

from models.domain.roles import Role
from models.domain.states import CampaignStatus
from models.tables.campaign import Campaign
from records.database import Database
from settings import Settings
from tests.activities.deciding_desk import DecidingDesk
from tests.api.optimized import store_of
from tests.api.people import Join, Member
from tests.servers import Simulator


@pytest_asyncio.fixture(loop_scope="session")
async def desk(records: Database, api_settings: Settings, owner: Member) -> DecidingDesk:
    desk = DecidingDesk(records, store_of(api_settings), owner.workspace_id)
    await desk.open_account()
    return desk


@pytest.fixture
def faults(simulator: Simulator) -> Iterator[Simulator]:
    yield simulator
    simulator.control.delete("/faults").raise_for_status()


async def switched_on(owner: Member) -> None:
    assert (await owner.http.put("/api/v1/workspace/advice", json={"on": True})).json() == {"on": True}


async def ask(owner: Member, campaign_id: UUID) -> tuple[int, dict[str, str | None]]:
    reply = await owner.http.post(f"/api/v1/campaigns/{campaign_id}/advice", timeout=40)
    return reply.status_code, reply.json()


async def test_it_is_off_until_an_owner_or_manager_switches_it_on(
    desk: DecidingDesk, owner: Member, join: Join
) -> None:
    campaign_id = await desk.running(2, 8)
    approver = await join(Role.APPROVER, desk.workspace_id)

    before = (await owner.http.get("/api/v1/workspace/advice")).json()
    status, refused = await ask(owner, campaign_id)

    assert before == {"on": False}
    assert (status, "switched off" in str(refused["detail"])) == (409, True)
    assert (await approver.http.put("/api/v1/workspace/advice", json={"on": True})).status_code == 403
    assert (await approver.http.post(f"/api/v1/campaigns/{campaign_id}/advice")).status_code == 403


async def test_asking_twice_on_a_day_asks_once_and_ends_in_a_suggestion(
    desk: DecidingDesk, owner: Member, working: None
) -> None:
    campaign_id = await desk.running(2, 8)
    await switched_on(owner)

    status, first = await ask(owner, campaign_id)
    _, again = await ask(owner, campaign_id)

    assert (status, first["state"]) == (200, "done"), first
    assert again["suggestion_id"] == first["suggestion_id"]
    assert "asked today already" in str(again["words"])
    seen = (await owner.http.get(f"/api/v1/suggestions/{first['suggestion_id']}")).json()
    assert (seen["kind"], seen["status"], seen["model"]) == ("move_budget", "open", "gpt-5.4")
    assert sum(row["after_minor"] - row["before_minor"] for row in seen["budgets"]) == 0
    assert await desk.move_sets(campaign_id) == []


async def test_a_model_that_refuses_leaves_words_for_the_people(
    desk: DecidingDesk, owner: Member, working: None, faults: Simulator
) -> None:
    campaign_id = await desk.running(2, 8)
    await switched_on(owner)
    spec = {"service": "openai", "name": "refusal", "path": "*/responses", "times": 5}
    faults.control.post("/faults", json=spec).raise_for_status()

    _, view = await ask(owner, campaign_id)

    assert view["state"] == "failed"
    assert "Nothing was changed; ask again whenever you like." in str(view["words"])
    notices = (await owner.http.get("/api/v1/notifications")).json()
    assert [notice["kind"] for notice in notices] == ["advice_failed"]


async def test_a_campaign_that_does_not_run_has_nothing_to_advise_on(desk: DecidingDesk, owner: Member) -> None:
    campaign_id = await desk.running(2, 8)
    await switched_on(owner)
    await desk.change(Campaign, campaign_id, status=CampaignStatus.ENDED)

    status, refused = await ask(owner, campaign_id)

    assert (status, refused["state"]) == (409, "ended")
