"""People, workspaces and who belongs where."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.roles import Role
from models.domain.states import Scope
from models.tables.base import JsonObject
from models.tables.identity import Membership, UserAccount, Workspace
from records.database import Database
from records.passwords import hash_password, store_password_hash


class LoginTaken(Exception):
    """Another person has this e-mail address or username."""


async def create_user(database: Database, user: UserAccount, password: str) -> UserAccount:
    """Raises LoginTaken. The user belongs to no workspace yet."""
    user.email = user.email.strip()
    hashed = await hash_password(password)
    try:
        async with database.user_transaction(user.id) as session:
            session.add(user)
            await session.flush()
            await store_password_hash(session, user.id, hashed)
    except IntegrityError as error:
        if "uq_user_account_" in str(error.orig):
            raise LoginTaken("This e-mail address or username is taken; choose another or log in with it.") from error
        raise
    return user


async def create_workspace(
    database: Database, name: str, owner_id: UUID, settings: JsonObject | None = None, workspace_id: UUID | None = None
) -> Workspace:
    workspace = Workspace(id=workspace_id or uuid4(), name=name, settings=settings or {})
    async with database.workspace_transaction(workspace.id) as session:
        session.add(workspace)
        await session.flush()
        await add_member(session, workspace.id, owner_id, Role.OWNER, tuple(Scope))
    return workspace


async def add_member(
    session: AsyncSession, workspace_id: UUID, user_id: UUID, role: Role, scopes: Sequence[Scope] = ()
) -> Membership:
    """`scopes` are the approvals that this person may decide."""
    member = Membership(workspace_id=workspace_id, user_id=user_id, role=role, scopes=[scope.value for scope in scopes])
    session.add(member)
    await session.flush()
    return member


async def remove_member(session: AsyncSession, user_id: UUID) -> bool:
    """Ends the person's sessions and API keys in this workspace with the membership; False when there was none."""
    member = await session.scalar(select(Membership).where(Membership.user_id == user_id).with_for_update())
    if member is None:
        return False
    await session.delete(member)
    return True


async def members(session: AsyncSession) -> list[tuple[Membership, UserAccount]]:
    """Of the current workspace, by name."""
    found = (
        select(Membership, UserAccount)
        .join(UserAccount, col(UserAccount.id) == col(Membership.user_id))
        .order_by(col(UserAccount.first_name), col(UserAccount.last_name), col(UserAccount.email))
    )
    return [(member, user) for member, user in (await session.execute(found)).all()]


async def workspaces_of(database: Database, user_id: UUID) -> list[tuple[Workspace, Membership]]:
    found = (
        select(Workspace, Membership)
        .join(Membership, col(Membership.workspace_id) == col(Workspace.id))
        .where(Membership.user_id == user_id)
        .order_by(col(Workspace.name))
    )
    async with database.user_transaction(user_id) as session:
        return [(workspace, member) for workspace, member in (await session.execute(found)).all()]
