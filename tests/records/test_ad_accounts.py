from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import NoResultFound

from models.domain.states import AdAccountState, Gate
from models.tables.ad_account import AdAccount
from models.tables.base import utc_now
from models.tables.identity import Workspace
from records import ad_accounts
from records.ad_accounts import AlreadyConnected, Connection, NoToken, Quota
from records.database import Database
from records.secrets import CannotOpen, SecretBox

OLD = SecretBox({"k1": bytes(32)}, "k1")
ROTATED = SecretBox({"k1": bytes(32), "k2": bytes(range(32))}, "k2")


def connection() -> Connection:
    return Connection(
        platform="meta",
        external_id=f"act_{uuid4().int % 10**12}",
        name="Shop SA",
        currency="SAR",
        timezone="Asia/Riyadh",
        token="EAAB-secret",
        granted_scopes=("ads_read",),
    )


async def connect(db: Database, workspace: Workspace, wanted: Connection, box: SecretBox = OLD) -> AdAccount:
    async with db.workspace_transaction(workspace.id) as session:
        return await ad_accounts.connect(session, workspace.id, box, wanted)


async def test_a_token_is_stored_sealed_and_opens_for_its_workspace(db: Database, workspace: Workspace) -> None:
    account = await connect(db, workspace, connection())

    async with db.workspace_transaction(workspace.id) as session:
        stored = await ad_accounts.read(session, account.id)

    assert stored is not None
    assert stored.token_ciphertext is not None
    assert b"EAAB" not in stored.token_ciphertext
    assert ad_accounts.token_of(stored, OLD) == "EAAB-secret"


async def test_a_second_workspace_is_told_that_the_account_is_taken(
    db: Database, workspace: Workspace, stranger: Workspace
) -> None:
    wanted = connection()
    await connect(db, workspace, wanted)

    with pytest.raises(AlreadyConnected, match="disconnect it there first"):
        await connect(db, stranger, wanted)


async def test_after_disconnecting_the_token_is_gone_and_another_workspace_may_connect(
    db: Database, workspace: Workspace, stranger: Workspace
) -> None:
    wanted = connection()
    account = await connect(db, workspace, wanted)
    async with db.workspace_transaction(workspace.id) as session:
        assert await ad_accounts.disconnect(session, account.id)

    await connect(db, stranger, wanted)

    async with db.workspace_transaction(workspace.id) as session:
        [left] = await ad_accounts.all_of_workspace(session)
    assert left.state is AdAccountState.DISCONNECTED
    with pytest.raises(NoToken, match="reconnect"):
        ad_accounts.token_of(left, OLD)


async def test_reconnecting_keeps_the_choices_and_a_stop(db: Database, workspace: Workspace) -> None:
    wanted = connection()
    account = await connect(db, workspace, wanted)
    async with db.workspace_transaction(workspace.id) as session:
        row = await session.get_one(AdAccount, account.id)
        row.page_id, row.gate, row.state = "123", Gate.STOPPED, AdAccountState.NEEDS_RECONNECT

    again = await connect(db, workspace, replace(wanted, token="EAAB-new"))

    assert again.id == account.id
    assert (again.page_id, again.gate, again.state) == ("123", Gate.STOPPED, AdAccountState.CONNECTED)
    assert ad_accounts.token_of(again, OLD) == "EAAB-new"


async def test_a_dead_token_is_reported_once(db: Database, workspace: Workspace) -> None:
    account = await connect(db, workspace, connection())

    reported = []
    for _ in range(2):
        async with db.workspace_transaction(workspace.id) as session:
            reported.append(await ad_accounts.mark_needs_reconnect(session, account.id))

    assert reported == [True, False]


async def test_tokens_move_to_the_new_key_and_the_old_key_can_go(db: Database, workspace: Workspace) -> None:
    account = await connect(db, workspace, connection())

    moved = []
    for _ in range(2):
        async with db.workspace_transaction(workspace.id) as session:
            moved.append(await ad_accounts.reseal(session, ROTATED))

    only_new = SecretBox({"k2": bytes(range(32))}, "k2")
    async with db.workspace_transaction(workspace.id) as session:
        stored = await session.get_one(AdAccount, account.id)
    assert moved == [1, 0]
    assert ad_accounts.token_of(stored, only_new) == "EAAB-secret"
    with pytest.raises(CannotOpen):
        ad_accounts.token_of(stored, OLD)


class TestQuota:
    async def test_what_one_worker_writes_the_next_one_reads(self, db: Database, workspace: Workspace) -> None:
        account = await connect(db, workspace, connection())
        seen = Quota(usage_pct=80, throttled_until=utc_now() + timedelta(minutes=5))
        async with db.workspace_transaction(workspace.id) as session:
            await ad_accounts.store_quota(session, account.id, seen)

        async with db.workspace_transaction(workspace.id) as session:
            assert await ad_accounts.quota(session, account.id) == seen

    async def test_a_late_reply_does_not_cut_a_throttle_short(self, db: Database, workspace: Workspace) -> None:
        account = await connect(db, workspace, connection())
        until = utc_now() + timedelta(minutes=5)
        for seen in (Quota(100, until), Quota(20, None), Quota(30, until - timedelta(minutes=1))):
            async with db.workspace_transaction(workspace.id) as session:
                await ad_accounts.store_quota(session, account.id, seen)

        async with db.workspace_transaction(workspace.id) as session:
            assert await ad_accounts.quota(session, account.id) == Quota(30, until)

    async def test_a_foreign_account_has_no_quota_here(
        self, db: Database, workspace: Workspace, stranger: Workspace
    ) -> None:
        account = await connect(db, workspace, connection())

        with pytest.raises(NoResultFound):
            async with db.workspace_transaction(stranger.id) as session:
                await ad_accounts.quota(session, account.id)
