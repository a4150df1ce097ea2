"""Password hashes: argon2id, made and checked off the event loop because each takes tens of milliseconds."""

import asyncio
from functools import cache
from uuid import UUID

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.ext.asyncio import AsyncSession

HASHER = PasswordHasher()


@cache
def _decoy() -> str:
    """Checked when nobody has the login, so that the answer takes as long as for a wrong password."""
    return HASHER.hash("nobody's password")


async def hash_password(password: str) -> str:
    return await asyncio.to_thread(HASHER.hash, password)


async def password_matches(stored: str | None, password: str) -> bool:
    """False as well for a hash that is not argon2, and for None after the same time as for a real one."""
    try:
        await asyncio.to_thread(lambda: HASHER.verify(stored or _decoy(), password))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the library's recommended cost rose since this hash was made."""
    return HASHER.check_needs_rehash(stored)


async def store_password_hash(session: AsyncSession, user_id: UUID, hashed: str) -> None:
    await session.execute(sa.text("select store_password_hash(:user, :hash)"), {"user": user_id, "hash": hashed})
