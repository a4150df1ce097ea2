"""Row-level security as callers meet it. Every connection here is the app role."""

from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import col, select

from models.domain.roles import Role
from models.tables.ad_account import AdAccount
from models.tables.base import utc_now
from models.tables.brand import Brand
from models.tables.campaign import Campaign
from models.tables.identity import Membership, UserAccount, UserCredential, UserSession, Workspace
from records import identity
from records.database import Database, ForeignWorkspace
from tests.records.conftest import make_user

INSUFFICIENT_PRIVILEGE = "42501"


def sqlstate(error: DBAPIError) -> str | None:
    return error.orig.sqlstate if isinstance(error.orig, psycopg.Error) else None


async def add_brand(db: Database, workspace_id: UUID, name: str = "Dates & Co") -> Brand:
    async with db.workspace_transaction(workspace_id) as session:
        brand = Brand(workspace_id=workspace_id, name=name)
        session.add(brand)
    return brand


async def test_a_workspace_sees_its_own_rows_only(db: Database, workspace: Workspace, stranger: Workspace) -> None:
    mine = await add_brand(db, workspace.id)
    await add_brand(db, stranger.id)

    async with db.workspace_transaction(workspace.id) as session:
        brands = (await session.scalars(select(Brand))).all()

    assert [brand.id for brand in brands] == [mine.id]


async def test_a_foreign_row_cannot_be_read_by_its_id(db: Database, workspace: Workspace, stranger: Workspace) -> None:
    foreign = await add_brand(db, stranger.id)

    async with db.workspace_transaction(workspace.id) as session:
        assert await session.get(Brand, foreign.id) is None


async def test_a_row_cannot_be_written_into_a_foreign_workspace(
    db: Database, workspace: Workspace, stranger: Workspace
) -> None:
    with pytest.raises(DBAPIError) as caught:
        async with db.workspace_transaction(workspace.id) as session:
            session.add(Brand(workspace_id=stranger.id, name="smuggled"))

    assert sqlstate(caught.value) == INSUFFICIENT_PRIVILEGE


async def test_a_row_cannot_be_moved_into_a_foreign_workspace(
    db: Database, workspace: Workspace, stranger: Workspace
) -> None:
    mine = await add_brand(db, workspace.id)

    with pytest.raises(DBAPIError) as caught:
        async with db.workspace_transaction(workspace.id) as session:
            await session.execute(sa.update(Brand).where(col(Brand.id) == mine.id).values(workspace_id=stranger.id))

    assert sqlstate(caught.value) == INSUFFICIENT_PRIVILEGE


async def test_an_update_of_a_foreign_row_touches_nothing(
    db: Database, workspace: Workspace, stranger: Workspace
) -> None:
    foreign = await add_brand(db, stranger.id)

    async with db.workspace_transaction(workspace.id) as session:
        statement = (
            sa.update(Brand).where(col(Brand.id) == foreign.id).values(name="taken over").returning(col(Brand.id))
        )
        changed = (await session.scalars(statement)).all()

    assert changed == []


async def test_without_a_workspace_there_is_nothing_to_see(db: Database, workspace: Workspace) -> None:
    await add_brand(db, workspace.id)

    async with db.system_transaction() as session:
        for table in (Brand, Workspace, UserAccount):
            assert (await session.scalars(select(table))).all() == []


async def test_a_connection_forgets_the_workspace_at_the_end_of_its_transaction(
    db: Database, workspace: Workspace
) -> None:
    """Afterwards the setting is '' and not null, so a policy that cast it would raise instead of hiding rows."""
    single = Database(db.url, pool_size=1)
    await add_brand(single, workspace.id)

    async with single.system_transaction() as session:
        setting = await session.scalar(sa.text("select current_setting('app.workspace_id', true)"))
        visible = (await session.scalars(select(Brand))).all()
    await single.close()

    assert setting == ""
    assert visible == []


async def test_connections_that_the_server_dropped_are_replaced(db: Database, workspace: Workspace) -> None:
    """As after a restart of Postgres: the pool still holds them, and nobody who asks may notice."""
    pooled = Database(db.url, pool_size=1)
    async with pooled.system_transaction() as session:
        pid = await session.scalar(sa.text("select pg_backend_pid()"))
    async with db.system_transaction() as session:
        await session.execute(sa.text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid})

    await add_brand(pooled, workspace.id)
    await pooled.close()


async def test_an_error_rolls_the_whole_transaction_back(db: Database, workspace: Workspace) -> None:
    async def crash_half_way() -> None:
        async with db.workspace_transaction(workspace.id) as session:
            session.add(Brand(workspace_id=workspace.id, name="half done"))
            await session.flush()
            raise RuntimeError("crash")

    with pytest.raises(RuntimeError):
        await crash_half_way()

    async with db.workspace_transaction(workspace.id) as session:
        assert (await session.scalars(select(Brand))).all() == []


async def test_a_foreign_key_cannot_leave_the_workspace(
    db: Database, workspace: Workspace, stranger: Workspace
) -> None:
    """Foreign keys ignore row-level security; only the composite key stops this."""
    foreign = await add_brand(db, stranger.id)
    campaign = Campaign(
        workspace_id=workspace.id, name="Ramadan", create_key="k", request_hash="h", brand_id=foreign.id
    )

    with pytest.raises(IntegrityError, match="fk_campaign_workspace_id_brand_id"):
        async with db.workspace_transaction(workspace.id) as session:
            session.add(campaign)


class TestSeveralWorkspaces:
    async def test_a_member_reads_over_all_of_theirs(
        self, db: Database, user: UserAccount, workspace: Workspace, stranger: Workspace
    ) -> None:
        second = await identity.create_workspace(db, "Agency Three", user.id)
        for one in (workspace, second, stranger):
            await add_brand(db, one.id)

        async with db.member_transaction(user.id) as session:
            brands = (await session.scalars(select(Brand))).all()
            workspaces = (await session.scalars(select(Workspace))).all()

        assert {brand.workspace_id for brand in brands} == {workspace.id, second.id}
        assert {one.id for one in workspaces} == {workspace.id, second.id}

    async def test_the_list_narrows_it(self, db: Database, user: UserAccount, workspace: Workspace) -> None:
        second = await identity.create_workspace(db, "Agency Three", user.id)
        for one in (workspace, second):
            await add_brand(db, one.id)

        async with db.member_transaction(user.id, [second.id]) as session:
            brands = (await session.scalars(select(Brand))).all()

        assert [brand.workspace_id for brand in brands] == [second.id]

    async def test_a_foreign_id_in_the_list_is_refused(
        self, db: Database, user: UserAccount, workspace: Workspace, stranger: Workspace
    ) -> None:
        with pytest.raises(ForeignWorkspace):
            async with db.member_transaction(user.id, [workspace.id, stranger.id]):
                pytest.fail("the transaction was opened")

    async def test_an_unknown_id_is_refused_like_a_foreign_one(self, db: Database, user: UserAccount) -> None:
        with pytest.raises(ForeignWorkspace):
            async with db.member_transaction(user.id, [uuid4()]):
                pytest.fail("the transaction was opened")

    async def test_nothing_can_be_written(self, db: Database, user: UserAccount, workspace: Workspace) -> None:
        with pytest.raises(DBAPIError, match="read-only transaction"):
            async with db.member_transaction(user.id) as session:
                session.add(Brand(workspace_id=workspace.id, name="by the back door"))

    async def test_the_list_gives_no_right_to_write_even_without_read_only(
        self, db: Database, workspace: Workspace
    ) -> None:
        async def write_in_a_listed_workspace() -> None:
            async with db.system_transaction() as session:
                listed = {"ids": f"{{{workspace.id}}}"}
                await session.execute(sa.text("select set_config('app.workspaces', :ids, true)"), listed)
                session.add(Brand(workspace_id=workspace.id, name="by the back door"))

        with pytest.raises(DBAPIError) as caught:
            await write_in_a_listed_workspace()

        assert sqlstate(caught.value) == INSUFFICIENT_PRIVILEGE


class TestPeople:
    async def test_colleagues_are_visible_and_strangers_are_not(
        self, db: Database, user: UserAccount, workspace: Workspace, stranger: Workspace
    ) -> None:
        colleague = await make_user(db, "Lina")
        async with db.workspace_transaction(workspace.id) as session:
            await identity.add_member(session, workspace.id, colleague.id, Role.APPROVER)

        async with db.workspace_transaction(workspace.id) as session:
            people = (await session.scalars(select(UserAccount))).all()

        assert {person.id for person in people} == {user.id, colleague.id}

    async def test_a_colleague_cannot_be_changed(self, db: Database, user: UserAccount, workspace: Workspace) -> None:
        async with db.workspace_transaction(workspace.id) as session:
            statement = sa.update(UserAccount).where(col(UserAccount.id) == user.id).values(first_name="Mallory")
            changed = (await session.scalars(statement.returning(col(UserAccount.id)))).all()

        assert changed == []

    async def test_nobody_makes_themselves_a_member(
        self, db: Database, user: UserAccount, workspace: Workspace, stranger: Workspace
    ) -> None:
        joining = Membership(workspace_id=stranger.id, user_id=user.id, role=Role.OWNER)
        for transaction in (db.user_transaction(user.id), db.workspace_transaction(workspace.id)):
            with pytest.raises(DBAPIError) as caught:
                async with transaction as session:
                    session.add(joining.model_copy())

            assert sqlstate(caught.value) == INSUFFICIENT_PRIVILEGE

    async def test_a_session_cannot_be_opened_for_somebody_else(
        self, db: Database, user: UserAccount, workspace: Workspace
    ) -> None:
        thief = await make_user(db, "Mallory")

        with pytest.raises(DBAPIError) as caught:
            async with db.user_transaction(thief.id) as session:
                session.add(
                    UserSession(
                        token_hash="x", user_id=user.id, current_workspace_id=workspace.id, expires_at=utc_now()
                    )
                )

        assert sqlstate(caught.value) == INSUFFICIENT_PRIVILEGE

    async def test_a_foreign_workspace_cannot_be_renamed(
        self, db: Database, user: UserAccount, workspace: Workspace, stranger: Workspace
    ) -> None:
        statement = sa.update(Workspace).values(name="Renamed").returning(col(Workspace.id))
        async with db.workspace_transaction(workspace.id) as session:
            renamed = (await session.scalars(statement)).all()

        assert renamed == [workspace.id]

    async def test_password_hashes_cannot_be_read_at_all(self, db: Database, user: UserAccount) -> None:
        with pytest.raises(DBAPIError) as caught:
            async with db.user_transaction(user.id) as session:
                await session.scalars(select(UserCredential))

        assert sqlstate(caught.value) == INSUFFICIENT_PRIVILEGE


async def test_an_ad_account_is_connected_once_in_the_whole_installation(
    db: Database, workspace: Workspace, stranger: Workspace
) -> None:
    def account(workspace_id: UUID) -> AdAccount:
        return AdAccount(
            workspace_id=workspace_id, platform="meta", external_id="act_1", name="A", currency="SAR", timezone="UTC"
        )

    async with db.workspace_transaction(workspace.id) as session:
        session.add(account(workspace.id))

    with pytest.raises(IntegrityError, match="uq_ad_account_connection"):
        async with db.workspace_transaction(stranger.id) as session:
            session.add(account(stranger.id))
