"""Who is calling: passwords, browser sessions and API keys.

Tokens and keys are random, so their SHA-256 is stored; passwords are not, so theirs is argon2id.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.roles import Role
from models.domain.states import Scope
from models.tables.base import utc_now
from models.tables.identity import ApiKey, Membership, UserAccount, UserSession
from records.database import Database
from records.passwords import hash_password, needs_rehash, password_matches, store_password_hash

SESSION_LIFE = timedelta(hours=12)
API_KEY_MARK = "glk_"
PREFIX_LENGTH = len(API_KEY_MARK) + 8


class SignInRefused(Exception):
    """Wrong login or password, a deactivated person, or one without a workspace: outside they look the same."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified person in one workspace. Exactly one of `session_id` and `api_key_id` is set."""

    user_id: UUID
    workspace_id: UUID
    role: Role
    scopes: frozenset[Scope]
    name: str
    email: str
    session_id: UUID | None = None
    api_key_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`token` goes into the cookie and is stored nowhere."""

    token: str
    user_id: UUID
    workspace_id: UUID
    expires_at: datetime


async def sign_in(database: Database, login: str, password: str, workspace_id: UUID | None = None) -> SignedIn:
    """`login` is an e-mail address or username. Without a workspace the person's oldest membership is entered.

    Raises:
        SignInRefused: say that login or password is wrong, and no more.
    """
    lookup = sa.text("select user_id, password_hash from login_lookup(:login)")
    async with database.system_transaction() as session:
        found = (await session.execute(lookup, {"login": login.strip()})).one_or_none()
    matches = await password_matches(found.password_hash if found else None, password)
    if found is None or not matches:
        raise SignInRefused
    upgraded = await hash_password(password) if needs_rehash(found.password_hash) else None
    async with database.user_transaction(found.user_id) as session:
        if upgraded:
            await store_password_hash(session, found.user_id, upgraded)
        return await _open_session(session, found.user_id, workspace_id)


async def _open_session(session: AsyncSession, user_id: UUID, workspace_id: UUID | None) -> SignedIn:
    memberships = select(Membership).where(Membership.user_id == user_id).order_by(col(Membership.created_at))
    if workspace_id is not None:
        memberships = memberships.where(Membership.workspace_id == workspace_id)
    member = (await session.scalars(memberships.limit(1))).one_or_none()
    if member is None:
        raise SignInRefused
    user = await session.get_one(UserAccount, user_id)
    user.last_login_at = utc_now()
    await session.execute(sa.delete(UserSession).where(col(UserSession.expires_at) < utc_now()))
    token = secrets.token_urlsafe(32)
    row = UserSession(
        token_hash=_digest(token),
        user_id=user_id,
        current_workspace_id=member.workspace_id,
        expires_at=utc_now() + SESSION_LIFE,
    )
    session.add(row)
    await session.flush()
    return SignedIn(token, user_id, member.workspace_id, row.expires_at)


async def caller_by_session(database: Database, token: str) -> Caller | None:
    lookup = sa.text("select * from session_lookup(:hash)")
    async with database.system_transaction() as session:
        found = (await session.execute(lookup, {"hash": _digest(token)})).mappings().one_or_none()
    return _caller(found, session_id=found["session_id"]) if found else None


async def caller_by_api_key(database: Database, key: str) -> Caller | None:
    lookup = sa.text("select * from api_key_lookup(:hash)")
    async with database.system_transaction() as session:
        found = (await session.execute(lookup, {"hash": _digest(key)})).mappings().one_or_none()
    return _caller(found, api_key_id=found["api_key_id"]) if found else None


async def switch_workspace(database: Database, caller: Caller, workspace_id: UUID) -> bool:
    """False when the caller is no member there or came with an API key."""
    async with database.user_transaction(caller.user_id) as session:
        member = select(Membership.id).where(
            Membership.user_id == caller.user_id, Membership.workspace_id == workspace_id
        )
        row = await session.get(UserSession, caller.session_id) if caller.session_id else None
        if row is None or await session.scalar(member) is None:
            return False
        row.current_workspace_id = workspace_id
        return True


async def sign_out(database: Database, caller: Caller) -> None:
    async with database.user_transaction(caller.user_id) as session:
        await session.execute(sa.delete(UserSession).where(col(UserSession.id) == caller.session_id))


async def set_password(database: Database, user_id: UUID, password: str) -> None:
    """Ends all of the person's sessions."""
    hashed = await hash_password(password)
    async with database.user_transaction(user_id) as session:
        await store_password_hash(session, user_id, hashed)
        await session.execute(sa.delete(UserSession).where(col(UserSession.user_id) == user_id))


async def create_api_key(
    session: AsyncSession,
    workspace_id: UUID,
    user_id: UUID,
    name: str,
    *,
    key: str | None = None,
    key_id: UUID | None = None,
) -> tuple[ApiKey, str]:
    """The row and the key itself, which is shown once and stored nowhere. Only a demo brings its own `key`."""
    key = key or API_KEY_MARK + secrets.token_urlsafe(32)
    row = ApiKey(
        id=key_id or uuid4(),
        workspace_id=workspace_id,
        user_id=user_id,
        name=name,
        prefix=key[:PREFIX_LENGTH],
        key_hash=_digest(key),
    )
    session.add(row)
    await session.flush()
    return row, key


async def api_key(session: AsyncSession, api_key_id: UUID) -> ApiKey | None:
    return await session.get(ApiKey, api_key_id)


async def api_keys_of(session: AsyncSession, user_id: UUID) -> list[ApiKey]:
    """Newest first."""
    found = select(ApiKey).where(ApiKey.user_id == user_id).order_by(col(ApiKey.created_at).desc())
    return list(await session.scalars(found))


async def deactivate_api_key(session: AsyncSession, api_key_id: UUID) -> bool:
    """False when this workspace has no such key."""
    row = await session.get(ApiKey, api_key_id, with_for_update=True)
    if row is None:
        return False
    row.is_active = False
    return True


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _caller(found: Mapping[Any, Any], *, session_id: UUID | None = None, api_key_id: UUID | None = None) -> Caller:
    return Caller(
        user_id=found["user_id"],
        workspace_id=found["workspace_id"],
        role=Role(found["role"]),
        scopes=frozenset(Scope(scope) for scope in found["scopes"]),
        name=found["name"] or found["email"],
        email=found["email"],
        session_id=session_id,
        api_key_id=api_key_id,
    )
