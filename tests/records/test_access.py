from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from models.domain.roles import Role
from models.domain.states import Scope
from models.tables.base import utc_now
from models.tables.identity import ApiKey, UserAccount, UserSession, Workspace
from records import access, identity
from records.access import SignInRefused
from records.database import Database
from records.passwords import store_password_hash
from tests.records.conftest import PASSWORD, make_user


class TestSignIn:
    async def test_the_right_password_opens_a_session_in_the_workspace(
        self, db: Database, user: UserAccount, workspace: Workspace
    ) -> None:
        signed_in = await access.sign_in(db, user.email.upper(), PASSWORD)
        caller = await access.caller_by_session(db, signed_in.token)

        assert caller is not None
        assert (caller.user_id, caller.workspace_id, caller.role) == (user.id, workspace.id, Role.OWNER)
        assert caller.scopes == frozenset(Scope)
        assert caller.name == "Ana"

    async def test_a_username_works_like_the_address(self, db: Database, workspace: Workspace) -> None:
        person = await identity.create_user(db, UserAccount(email="nora@example.com", username="Nora"), PASSWORD)
        async with db.workspace_transaction(workspace.id) as session:
            await identity.add_member(session, workspace.id, person.id, Role.VIEWER)

        assert (await access.sign_in(db, "nora", PASSWORD)).user_id == person.id

    async def test_last_login_is_kept(self, db: Database, user: UserAccount, workspace: Workspace) -> None:
        await access.sign_in(db, user.email, PASSWORD)

        async with db.user_transaction(user.id) as session:
            assert (await session.get_one(UserAccount, user.id)).last_login_at is not None

    @pytest.mark.parametrize("password", ["wrong", "", PASSWORD.upper()])
    async def test_a_wrong_password_is_refused(
        self, db: Database, user: UserAccount, workspace: Workspace, password: str
    ) -> None:
        with pytest.raises(SignInRefused):
            await access.sign_in(db, user.email, password)

    async def test_an_unknown_login_is_refused_in_the_same_way(self, db: Database) -> None:
        with pytest.raises(SignInRefused):
            await access.sign_in(db, "nobody@example.com", PASSWORD)

    async def test_a_deactivated_person_is_refused_and_loses_the_session(
        self, db: Database, user: UserAccount, workspace: Workspace
    ) -> None:
        signed_in = await access.sign_in(db, user.email, PASSWORD)
        async with db.user_transaction(user.id) as session:
            (await session.get_one(UserAccount, user.id)).is_active = False

        assert await access.caller_by_session(db, signed_in.token) is None
        with pytest.raises(SignInRefused):
            await access.sign_in(db, user.email, PASSWORD)

    async def test_a_foreign_workspace_cannot_be_entered(
        self, db: Database, user: UserAccount, workspace: Workspace, stranger: Workspace
    ) -> None:
        with pytest.raises(SignInRefused):
            await access.sign_in(db, user.email, PASSWORD, stranger.id)

    async def test_a_cheap_hash_is_made_anew_at_the_next_login(
        self, db: Database, user: UserAccount, workspace: Workspace, owner_url: str
    ) -> None:
        cheap = PasswordHasher.from_parameters(CHEAPEST).hash(PASSWORD)
        async with db.user_transaction(user.id) as session:
            await store_password_hash(session, user.id, cheap)

        await access.sign_in(db, user.email, PASSWORD)

        async with db.system_transaction() as session:
            lookup = sa.text("select password_hash from login_lookup(:login)")
            stored = str(await session.scalar(lookup, {"login": user.email}))
        assert stored.startswith("$argon2id$")
        assert not PasswordHasher().check_needs_rehash(stored)


class TestSessions:
    async def test_the_token_itself_is_stored_nowhere(
        self, db: Database, user: UserAccount, workspace: Workspace
    ) -> None:
        signed_in = await access.sign_in(db, user.email, PASSWORD)

        async with db.user_transaction(user.id) as session:
            [row] = (await session.scalars(select(UserSession))).all()
        assert signed_in.token not in row.model_dump_json()

    async def test_an_expired_session_is_nobody(self, db: Database, user: UserAccount, workspace: Workspace) -> None:
        signed_in = await access.sign_in(db, user.email, PASSWORD)
        async with db.user_transaction(user.id) as session:
            await session.execute(sa.update(UserSession).values(expires_at=utc_now() - timedelta(seconds=1)))

        assert await access.caller_by_session(db, signed_in.token) is None

    async def test_expired_sessions_are_cleared_away_at_the_next_login(
        self, db: Database, user: UserAccount, workspace: Workspace
    ) -> None:
        await access.sign_in(db, user.email, PASSWORD)
        async with db.user_transaction(user.id) as session:
            await session.execute(sa.update(UserSession).values(expires_at=utc_now() - timedelta(seconds=1)))

        await access.sign_in(db, user.email, PASSWORD)

        async with db.user_transaction(user.id) as session:
            assert len((await session.scalars(select(UserSession))).all()) == 1

    async def test_signing_out_ends_this_session_only(
        self, db: Database, user: UserAccount, workspace: Workspace
    ) -> None:
        phone, laptop = [await access.sign_in(db, user.email, PASSWORD) for _ in range(2)]
        caller = await access.caller_by_session(db, phone.token)
        assert caller is not None

        await access.sign_out(db, caller)

        assert await access.caller_by_session(db, phone.token) is None
        assert await access.caller_by_session(db, laptop.token) is not None

    async def test_a_new_password_ends_all_sessions(
        self, db: Database, user: UserAccount, workspace: Workspace
    ) -> None:
        signed_in = await access.sign_in(db, user.email, PASSWORD)

        await access.set_password(db, user.id, "another long password")

        assert await access.caller_by_session(db, signed_in.token) is None
        assert (await access.sign_in(db, user.email, "another long password")).user_id == user.id

    async def test_leaving_a_workspace_ends_the_session_there(self, db: Database, workspace: Workspace) -> None:
        person = await make_user(db, "Lina")
        async with db.workspace_transaction(workspace.id) as session:
            await identity.add_member(session, workspace.id, person.id, Role.APPROVER)
        signed_in = await access.sign_in(db, person.email, PASSWORD)

        async with db.workspace_transaction(workspace.id) as session:
            assert await identity.remove_member(session, person.id)

        assert await access.caller_by_session(db, signed_in.token) is None

    async def test_switching_goes_to_workspaces_of_ones_own_only(
        self, db: Database, user: UserAccount, workspace: Workspace, stranger: Workspace
    ) -> None:
        second = await identity.create_workspace(db, "Agency Three", user.id)
        token = (await access.sign_in(db, user.email, PASSWORD, workspace.id)).token
        caller = await access.caller_by_session(db, token)
        assert caller is not None

        assert not await access.switch_workspace(db, caller, stranger.id)
        assert await access.switch_workspace(db, caller, second.id)

        moved = await access.caller_by_session(db, token)
        assert moved is not None
        assert moved.workspace_id == second.id


class TestApiKeys:
    async def test_a_key_acts_as_its_person_and_notes_its_use(
        self, db: Database, user: UserAccount, workspace: Workspace
    ) -> None:
        async with db.workspace_transaction(workspace.id) as session:
            row, key = await access.create_api_key(session, workspace.id, user.id, "reporting")

        caller = await access.caller_by_api_key(db, key)

        assert caller is not None
        assert (caller.user_id, caller.workspace_id, caller.api_key_id) == (user.id, workspace.id, row.id)
        async with db.workspace_transaction(workspace.id) as session:
            stored = await session.get_one(ApiKey, row.id)
        assert stored.last_used_at is not None
        assert key.startswith(stored.prefix)
        assert key not in stored.model_dump_json()

    async def test_a_deactivated_key_is_nobody(self, db: Database, user: UserAccount, workspace: Workspace) -> None:
        async with db.workspace_transaction(workspace.id) as session:
            row, key = await access.create_api_key(session, workspace.id, user.id, "reporting")
        async with db.workspace_transaction(workspace.id) as session:
            assert await access.deactivate_api_key(session, row.id)

        assert await access.caller_by_api_key(db, key) is None

    async def test_an_expired_key_is_nobody(self, db: Database, user: UserAccount, workspace: Workspace) -> None:
        past = utc_now() - timedelta(seconds=1)
        async with db.workspace_transaction(workspace.id) as session:
            row, key = await access.create_api_key(session, workspace.id, user.id, "reporting")
            row.expires_at = past

        assert await access.caller_by_api_key(db, key) is None

    async def test_a_foreign_key_cannot_be_deactivated(
        self, db: Database, user: UserAccount, workspace: Workspace, stranger: Workspace
    ) -> None:
        async with db.workspace_transaction(workspace.id) as session:
            row, _ = await access.create_api_key(session, workspace.id, user.id, "reporting")

        async with db.workspace_transaction(stranger.id) as session:
            assert not await access.deactivate_api_key(session, row.id)

    async def test_nonsense_is_nobody(self, db: Database) -> None:
        assert await access.caller_by_api_key(db, "glk_nonsense") is None


class TestPeople:
    async def test_an_address_belongs_to_one_person_in_any_case(self, db: Database, user: UserAccount) -> None:
        with pytest.raises(identity.LoginTaken):
            await identity.create_user(db, UserAccount(email=user.email.upper()), PASSWORD)

    async def test_a_username_belongs_to_one_person_in_any_case(self, db: Database) -> None:
        await identity.create_user(db, UserAccount(email="zee@example.com", username="zee"), PASSWORD)

        with pytest.raises(identity.LoginTaken):
            await identity.create_user(db, UserAccount(email="other-zee@example.com", username="ZEE"), PASSWORD)

    async def test_a_username_cannot_pose_as_an_address(self, db: Database, user: UserAccount) -> None:
        with pytest.raises(IntegrityError, match="username_is_no_email"):
            await identity.create_user(db, UserAccount(email="eve@example.com", username=user.email), PASSWORD)

    async def test_members_are_listed_with_their_roles(
        self, db: Database, user: UserAccount, workspace: Workspace
    ) -> None:
        client = await make_user(db, "Zaid")
        async with db.workspace_transaction(workspace.id) as session:
            await identity.add_member(session, workspace.id, client.id, Role.CLIENT, (Scope.CONTENT,))

        async with db.workspace_transaction(workspace.id) as session:
            listed = await identity.members(session)

        assert [(person.first_name, member.role) for member, person in listed] == [
            ("Ana", Role.OWNER),
            ("Zaid", Role.CLIENT),
        ]

    async def test_a_person_sees_the_list_of_their_own_workspaces(
        self, db: Database, user: UserAccount, workspace: Workspace, stranger: Workspace
    ) -> None:
        listed = await identity.workspaces_of(db, user.id)

        assert [(one.id, member.role) for one, member in listed] == [(workspace.id, Role.OWNER)]


async def test_every_session_row_is_invisible_to_others(db: Database, user: UserAccount, workspace: Workspace) -> None:
    await access.sign_in(db, user.email, PASSWORD)

    async with db.workspace_transaction(workspace.id) as session:
        assert (await session.scalars(select(UserSession).where(col(UserSession.user_id) == user.id))).all() == []
