"""Programs bring figures for a campaign; they are kept apart from the platform's."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest_asyncio
from sqlmodel import select
from sqlmodel.sql.expression import SelectOfScalar

from models.domain.roles import Role
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign as CampaignRow
from models.tables.metrics import MetricReading
from records.database import Database
from records.optimizing import pool_facts
from records.optimizing.pool_facts import PoolFacts
from tests.api.advertisers import connect, new_advertiser
from tests.api.campaigns import Campaign
from tests.api.people import Join
from tests.api.running import LONG_AGO, NEXT_DAY, published
from tests.servers import Simulator

FIGURES = {"day": str(LONG_AGO), "spend_minor": 1_250, "impressions": 900, "clicks": 30, "conversions": 2}


@pytest_asyncio.fixture(loop_scope="session")
async def account_id(campaign: Campaign, simulator: Simulator) -> UUID:
    return UUID(str((await connect(campaign.member, new_advertiser(simulator)))["id"]))


@pytest_asyncio.fixture(loop_scope="session")
async def path(campaign: Campaign, account_id: UUID, records: Database) -> str:
    """Where figures for a campaign with one campaign and one ad set on the platform go."""
    await published(records, campaign.member.workspace_id, UUID(campaign.id), account_id, "77")
    return f"/api/v1/campaigns/{campaign.id}/metrics"


def readings_of(account_id: UUID) -> SelectOfScalar[MetricReading]:
    return select(MetricReading).where(MetricReading.ad_account_id == account_id)


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


async def test_what_is_posted_is_stored_beside_the_platforms_figures_and_decides_nothing(
    campaign: Campaign, path: str, account_id: UUID, records: Database
) -> None:
    http, body = campaign.member.http, {"figures": [{**FIGURES, "object_id": "277"}, {**FIGURES, "leads": 4}]}

    reply = await http.post(path, json=body, headers=key())

    answer = reply.json()
    assert reply.status_code == 201, reply.text
    assert (answer["source"], answer["changed"], answer["drives_decisions"]) == ("posted", 2, False)
    assert [(row["object_id"], row["level"], row["leads"]) for row in answer["figures"]] == [
        ("277", "ad_set", None),
        ("177", "campaign", 4),
    ]
    async with records.workspace_transaction(campaign.member.workspace_id) as session:
        rows = (await session.scalars(readings_of(account_id))).all()
        assert {(row.external_id, row.source, row.spend_minor, row.campaign_id) for row in rows} == {
            ("277", "posted", 1_250, UUID(campaign.id)),
            ("177", "posted", 1_250, UUID(campaign.id)),
        }


async def test_a_repeat_with_its_key_answers_the_same_and_another_body_is_a_conflict(
    campaign: Campaign, path: str
) -> None:
    http, once = campaign.member.http, key()
    first = await http.post(path, json={"figures": [FIGURES]}, headers=once)
    await http.post(path, json={"figures": [{**FIGURES, "spend_minor": 9}]}, headers=key())

    again = await http.post(path, json={"figures": [FIGURES]}, headers=once)
    other = await http.post(path, json={"figures": [{**FIGURES, "clicks": 31}]}, headers=once)

    assert (again.status_code, again.json()) == (201, first.json())
    assert (other.status_code, other.json()["type"]) == (409, "urn:greenlight:problem:idempotency_conflict")
    assert (await http.post(path, json={"figures": [FIGURES]})).status_code == 400


async def test_each_row_that_does_not_fit_is_named_and_then_nothing_is_stored(
    campaign: Campaign, path: str, account_id: UUID, records: Database
) -> None:
    tomorrow = str((datetime.now(UTC) + timedelta(days=2)).date())
    rows = [FIGURES, FIGURES, {**FIGURES, "object_id": "12345"}, {**FIGURES, "day": tomorrow}]

    reply = await campaign.member.http.post(path, json={"figures": rows}, headers=key())

    assert reply.status_code == 422
    assert [error["pointer"] for error in reply.json()["errors"]] == [
        "/figures/1",
        "/figures/2/object_id",
        "/figures/3/day",
    ]
    for wrong in ({"clicks": -1}, {"spend_minor": 1.5}, {"day": "yesterday"}, {"roas": 2}, {"attribution": "7 days"}):
        refused = await campaign.member.http.post(path, json={"figures": [{**FIGURES, **wrong}]}, headers=key())
        assert refused.status_code == 422, wrong
    async with records.workspace_transaction(campaign.member.workspace_id) as session:
        assert (await session.scalars(readings_of(account_id))).all() == []


async def test_a_campaign_with_several_on_the_platform_must_say_which(
    campaign: Campaign, path: str, account_id: UUID, records: Database
) -> None:
    await published(records, campaign.member.workspace_id, UUID(campaign.id), account_id, "78")

    reply = await campaign.member.http.post(path, json={"figures": [FIGURES]}, headers=key())

    assert reply.status_code == 422
    assert "177, 178" in reply.json()["errors"][0]["message"]


async def test_posted_figures_reach_decisions_only_where_the_workspace_says_so(
    campaign: Campaign, path: str, account_id: UUID, records: Database, join: Join
) -> None:
    http, setting = campaign.member.http, "/api/v1/workspace/posted-metrics"
    figures = {"figures": [{**FIGURES, "object_id": "277", "day": str(NEXT_DAY)}]}
    await http.post(path, json=figures, headers=key())

    assert (await http.get(setting)).json() == {"decide": False}
    assert await decided_on(campaign, account_id, records) == {}
    approver = await join(Role.APPROVER, campaign.member.workspace_id)
    assert (await approver.http.put(setting, json={"decide": True})).status_code == 403
    assert (await http.put(setting, json={"decide": True})).json() == {"decide": True}

    assert (await http.post(path, json=figures, headers=key())).json()["drives_decisions"] is True
    assert await decided_on(campaign, account_id, records) == {"277": "posted"}


async def decided_on(campaign: Campaign, account_id: UUID, records: Database) -> dict[str, str]:
    """The source of the figures that a decision about the campaign would rest on, by ad set."""
    async with records.workspace_transaction(campaign.member.workspace_id) as session:
        account = await session.get_one(AdAccount, account_id)
        row = await session.get_one(CampaignRow, UUID(campaign.id))
        facts = PoolFacts(row, schedule=None, approved=True, tree=[], moved_at=None, proposed_at=None)
        found = await pool_facts.figures(session, account, [facts], datetime.now(UTC))
    return {number: days[0].source for number, days in found.days.items()}


async def test_only_editors_of_the_workspace_may_post_and_only_for_what_is_published(
    campaign: Campaign, untouched: Campaign, path: str, join: Join
) -> None:
    body = {"figures": [FIGURES]}
    approver, stranger = await join(Role.APPROVER, campaign.member.workspace_id), await join()

    assert (await approver.http.post(path, json=body, headers=key())).status_code == 403
    assert (await stranger.http.post(path, json=body, headers=key())).status_code == 404
    unpublished = f"/api/v1/campaigns/{untouched.id}/metrics"
    refused = await untouched.member.http.post(unpublished, json=body, headers=key())
    assert (refused.status_code, "Publish it first" in refused.json()["detail"]) == (409, True)
