"""The history of budgets: what was set by whom, and what it was when."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from models.domain.budget_history import BudgetHistory
from models.domain.states import PlatformKind, WriteClass, WriteOp
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.identity import Workspace
from models.tables.ledger import LedgerIntent
from records import budgets
from records.budgets import SeenBudget
from records.database import Database

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest_asyncio.fixture
async def account(db: Database, workspace: Workspace) -> AdAccount:
    row = AdAccount(
        workspace_id=workspace.id, platform="meta", external_id=uuid4().hex, name="Shop", currency="USD", timezone="UTC"
    )
    async with db.workspace_transaction(workspace.id) as session:
        session.add(row)
    return row


def seen(hours_ago: float, amount_minor: int, platform_id: str = "1") -> SeenBudget:
    return SeenBudget(platform_id, daily=True, amount_minor=amount_minor, at=NOON - timedelta(hours=hours_ago))


async def known(session: AsyncSession, account: AdAccount, since: datetime = NOON - timedelta(days=7)) -> BudgetHistory:
    return (await budgets.history(session, account.id, ["1"], since)).get("1", BudgetHistory())


async def test_a_reading_counts_only_when_it_says_something_new(db: Database, account: AdAccount) -> None:
    async with db.workspace_transaction(account.workspace_id) as session:
        noted = [
            await budgets.note(session, account, [seen(hours_ago, amount)])
            for hours_ago, amount in ((5, 100), (4, 100), (3, 120), (3, 130), (3.5, 140), (2, 120))
        ]
        history = await known(session, account)

    assert noted == [1, 0, 1, 0, 0, 0]
    assert [value.amount_minor for value in history.values] == [100, 120]


async def test_a_write_of_ours_is_kept_once_however_often_it_is_told(db: Database, account: AdAccount) -> None:
    async with db.workspace_transaction(account.workspace_id) as session:
        ours = SeenBudget("1", daily=True, amount_minor=90, at=NOON, intent_id=await _intent(session, account))
        noted = [await budgets.note(session, account, [row]) for row in (seen(1, 100), ours, ours)]
        history = await known(session, account)

    assert noted == [1, 1, 0]
    assert [value.ours for value in history.values] == [False, True]


async def _intent(session: AsyncSession, account: AdAccount) -> UUID:
    campaign = Campaign(workspace_id=account.workspace_id, name="Lamps", create_key=uuid4().hex, request_hash="0")
    session.add(campaign)
    await session.flush()
    intent = LedgerIntent(
        workspace_id=account.workspace_id,
        campaign_id=campaign.id,
        ad_account_id=account.id,
        object_id=uuid4(),
        object_kind=PlatformKind.AD_SET,
        plan_key="broad",
        op=WriteOp.UPDATE,
        write_class=WriteClass.OPTIMIZER,
        name="Broad",
        marker="gl-1",
        request_hash="0",
    )
    session.add(intent)
    await session.flush()
    return intent.id


async def test_the_value_that_held_before_the_time_asked_for_is_told_too(db: Database, account: AdAccount) -> None:
    async with db.workspace_transaction(account.workspace_id) as session:
        for row in (seen(400, 80), seen(200, 100), seen(30, 110), seen(2, 120)):
            await budgets.note(session, account, [row])
        await budgets.note(session, account, [seen(2, 7, platform_id="2")])
        history = await known(session, account)

    assert [value.amount_minor for value in history.values] == [100, 110, 120]
    assert (history.at(NOON - timedelta(hours=24)), history.at(NOON - timedelta(days=7))) == (110, 100)


async def test_ten_thousand_budgets_are_noted_and_told_at_once(db: Database, account: AdAccount) -> None:
    ids = [str(number) for number in range(10_000)]
    async with db.workspace_transaction(account.workspace_id) as session:
        assert await budgets.note(session, account, [seen(30, 100, i) for i in ids]) == len(ids)
        assert await budgets.note(session, account, [seen(2, 100 + int(i) % 2, i) for i in ids]) == len(ids) // 2
        histories = await budgets.history(session, account.id, ids, NOON - timedelta(days=7))

    assert {i for i in ids if histories[i].edited_at is not None} == {i for i in ids if int(i) % 2}


async def test_another_workspace_sees_none_of_it(db: Database, account: AdAccount, stranger: Workspace) -> None:
    async with db.workspace_transaction(account.workspace_id) as session:
        await budgets.note(session, account, [seen(1, 100)])
    async with db.workspace_transaction(stranger.id) as session:
        assert await budgets.history(session, account.id, ["1"], NOON - timedelta(days=7)) == {}
