"""What a campaign is expected to bring, through the API: made on demand, held against what came."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest_asyncio

from models.domain.roles import Role
from models.domain.strategy import Objective
from models.tables.campaign import Campaign
from models.tables.evidence import CampaignForecast
from records import forecasts
from records.database import Database
from tests.activities.past_desk import ran_before
from tests.api.campaigns import Campaign as Working
from tests.api.people import Join, Member
from tests.office import Office, open_office
from tests.readings import market
from tests.records.campaigns.desk import Desk


@pytest_asyncio.fixture(loop_scope="session")
async def office(records: Database) -> Office:
    return await open_office(records)


async def path_of(desk: Desk) -> str:
    await desk.drafted()
    return f"/api/v1/campaigns/{desk.campaign_id}/forecast"


async def test_a_forecast_is_made_on_demand_and_ages_with_its_plan(office: Office, join: Join, working: None) -> None:
    owner, desk = await join(Role.MANAGER, office.workspace_id), Desk(office)
    path = await path_of(desk)
    await ran_before(office.db, office.workspace_id, office.account_id, campaigns=4)

    before = (await owner.http.get(path)).json()
    made = await owner.http.post(path)
    found = (await owner.http.get(path)).json()["forecast"]

    assert before == {"forecast": None, "making": False, "compared": None}
    assert made.status_code == 201, made.text
    assert (found["id"], found["outdated"]) == (made.json()["forecast"]["id"], False)
    assert found["forecast"]["source"] == "history"
    assert found["forecast"]["total"]["results"]["low"] < found["forecast"]["total"]["results"]["high"]


async def test_without_a_plan_there_is_nothing_to_foretell(campaign: Working) -> None:
    refused = await campaign.post("/forecast")

    assert (refused.status_code, refused.json()["state"]) == (409, "draft")
    assert "Choose an ad account first" in refused.json()["detail"]


async def test_who_may_not_edit_makes_none_and_clients_read_none(office: Office, join: Join) -> None:
    approver, client = await join(Role.APPROVER, office.workspace_id), await join(Role.CLIENT, office.workspace_id)
    path = await path_of(Desk(office))

    assert (await approver.http.post(path)).status_code == 403
    assert (await client.http.get(path)).status_code == 403
    assert (await approver.http.get(path)).status_code == 200


async def test_what_came_is_held_against_what_was_foretold_before_it_began(owner: Member, records: Database) -> None:
    ads = await market(records, owner.workspace_id, running_days=10)
    ad_set = await ads.add("Broad")
    for ago in range(1, 6):
        await ads.read(ad_set, ago, spend_minor=9_000, impressions=10_000, clicks=100, conversions=10)
    async with records.workspace_transaction(owner.workspace_id) as session:
        campaign = await session.get_one(Campaign, ads.campaign.id)
        campaign.objective = Objective.SALES.value
        began = campaign.live_at or datetime.now(UTC)
        for made_at, high in ((began - timedelta(days=1), 60), (datetime.now(UTC), 1_000)):
            row = CampaignForecast(
                id=uuid4(),
                workspace_id=owner.workspace_id,
                campaign_id=campaign.id,
                made_at=made_at,
                source="history",
                body=_body(high),
                words="…",
            )
            await forecasts.store(session, row)

    compared = (await owner.http.get(f"/api/v1/campaigns/{ads.campaign.id}/forecast")).json()["compared"]

    assert (compared["days"], compared["results"], compared["clicks"]) == (5, 50, 500)
    assert (compared["spent_minor"], compared["planned_minor"]) == (45_000, 50_000)
    assert compared["expected"]["results"] == {"low": 5.0, "high": 60.0}


def _body(high: float) -> dict[str, Any]:
    until = [{"results": {"low": float(day), "high": high}} for day in range(1, 11)]
    return {
        "source": "history",
        "currency": "SAR",
        "first_day": "2026-11-01",
        "days": 10,
        "spend_minor": 100_000,
        "until": until,
    }
