"""Faults that come and go: what somebody dismissed stays so, and something new is told again."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest_asyncio

from models.contracts.base import Actor
from models.domain.states import AnomalyKind, Channel
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.identity import Workspace
from models.tables.signals import Anomaly
from records import signs
from records.database import Database
from records.signs import Seen

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest_asyncio.fixture
async def account(db: Database, workspace: Workspace) -> AdAccount:
    row = AdAccount(
        workspace_id=workspace.id, platform="meta", external_id=uuid4().hex, name="Shop", currency="USD", timezone="UTC"
    )
    async with db.workspace_transaction(workspace.id) as session:
        session.add(row)
    return row


async def look(db: Database, account: AdAccount, hour: int, campaign_id: UUID | None = None) -> int:
    """One that finds lost conversions; answers with how many faults are new."""
    now = NOON + timedelta(hours=hour)
    fault = Seen(AnomalyKind.TRACKING, now - timedelta(hours=6), 4.0, True, "clicks without conversions", campaign_id)
    async with db.workspace_transaction(account.workspace_id) as session:
        return len((await signs.settle(session, account, now, [fault]))[0])


async def nothing_wrong(db: Database, account: AdAccount, hour: int) -> None:
    async with db.workspace_transaction(account.workspace_id) as session:
        await signs.settle(session, account, NOON + timedelta(hours=hour), [])


async def dismiss(db: Database, account: AdAccount) -> None:
    async with db.workspace_transaction(account.workspace_id) as session:
        (row,) = await signs.open_of(session, account.id)
        await signs.dismiss(session, row.id, Actor(name="Ana", channel=Channel.WEB), uuid4().hex)


async def freezing(db: Database, account: AdAccount) -> list[Anomaly]:
    async with db.workspace_transaction(account.workspace_id) as session:
        return [row for row in await signs.open_of(session, account.id) if row.dismissed_at is None]


async def test_a_dismissed_fault_that_was_gone_for_an_hour_stays_dismissed(db: Database, account: AdAccount) -> None:
    assert await look(db, account, 0) == 1
    await dismiss(db, account)
    await nothing_wrong(db, account, 1)

    assert await look(db, account, 2) == 0

    assert await freezing(db, account) == []


async def test_what_comes_back_after_days_is_told_and_freezes_again(db: Database, account: AdAccount) -> None:
    await look(db, account, 0)
    await dismiss(db, account)
    await nothing_wrong(db, account, 1)

    assert await look(db, account, 72) == 1

    assert len(await freezing(db, account)) == 1


async def test_what_flickers_for_longer_than_a_week_is_told_again(db: Database, account: AdAccount) -> None:
    await look(db, account, 0)
    await dismiss(db, account)
    found = []
    for hour in range(24, 24 * 9, 24):
        await nothing_wrong(db, account, hour)
        found.append(await look(db, account, hour + 1))

    assert found == [0] * 6 + [1, 1]


async def test_a_dismissed_fault_of_the_account_covers_what_is_left_of_it_in_one_campaign(
    db: Database, account: AdAccount
) -> None:
    campaign = Campaign(workspace_id=account.workspace_id, name="Lamps", create_key=uuid4().hex, request_hash="0")
    async with db.workspace_transaction(account.workspace_id) as session:
        session.add(campaign)
    await look(db, account, 0)
    await dismiss(db, account)

    assert await look(db, account, 1, campaign.id) == 0

    assert await freezing(db, account) == []


async def test_a_fault_goes_on_while_no_result_at_all_is_counted(db: Database, account: AdAccount) -> None:
    """Also where so few were counted for so long that nothing is missed any more."""
    await look(db, account, 0)
    async with db.workspace_transaction(account.workspace_id) as session:
        assert await signs.settle(session, account, NOON + timedelta(days=9), [], {None}) == ([], 0)

    assert len(await freezing(db, account)) == 1
    await nothing_wrong(db, account, 24 * 9 + 1)
    assert await freezing(db, account) == []
