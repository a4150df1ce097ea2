"""What of the library fits a search, and how much of it there is of each kind."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from models.tables.asset import Asset, AssetKind, AssetSource
from models.tables.base import utc_now

MAX_PATTERN = 100
# Only these make PostgreSQL's engine backtrack; without them it is an automaton.
BACK_REFERENCE = re.compile(r"(?<!\\)(?:\\\\)*\\[1-9]")
# Far more than honest patterns need; it also bounds those that unfold into automata of vast size.
PATTERN_TIMEOUT = "1s"
EXPIRES_SOON = timedelta(days=30)
MAX_FACET_VALUES = 40


class BadPattern(Exception):
    """The regular expression cannot be used. The message says why and what to do."""


class Rights(StrEnum):
    """`expiring` ends within 30 days, `limited` later; each asset is in one of the four."""

    UNLIMITED = "unlimited"
    LIMITED = "limited"
    EXPIRING = "expiring"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class AssetQuery:
    """`filename` is a POSIX regular expression in any case. Each word of `q` must be in name, tags or category."""

    kind: AssetKind | None = None
    tags: tuple[str, ...] = ()
    filename: str = ""
    category: str | None = None
    source: AssetSource | None = None
    rights: Rights | None = None
    q: str = ""
    archived: bool = False
    limit: int = 50
    offset: int = 0


@dataclass(slots=True)
class Facets:
    """How many assets fit in all, and of each value; what occurs most comes first."""

    total: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    tags: dict[str, int] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)


def rights_state(until: datetime | None, now: datetime) -> Rights:
    if until is None:
        return Rights.UNLIMITED
    if until <= now:
        return Rights.EXPIRED
    return Rights.EXPIRING if until <= now + EXPIRES_SOON else Rights.LIMITED


async def search(session: AsyncSession, query: AssetQuery) -> list[Asset]:
    """Newest first. Of several versions the newest; stills that belong to a video stay with it.

    Raises:
        BadPattern: nothing else can be done in this transaction then.
    """
    found = select(Asset).where(*_conditions(query))
    newest = found.order_by(col(Asset.created_at).desc(), col(Asset.id).desc())
    async with _bounded(session, query.filename):
        return list(await session.scalars(newest.limit(query.limit).offset(query.offset)))


async def facets(session: AsyncSession, query: AssetQuery) -> Facets:
    """Counts over all that fits, whatever the page.

    Raises:
        BadPattern: nothing else can be done in this transaction then.
    """
    columns = (col(Asset.kind), col(Asset.tags), col(Asset.category), col(Asset.source))
    found = sa.select(*columns).where(*_conditions(query)).cte("found").prefix_with("materialized")
    tag = sa.select(sa.func.unnest(found.c.tags).label("value")).subquery()
    counts: sa.CompoundSelect[str, str | None, int] = sa.union_all(
        sa.select(sa.literal("total"), sa.cast(sa.null(), sa.Text), sa.func.count()).select_from(found),
        _counted("kinds", found.c.kind),
        _counted("tags", tag.c.value),
        _counted("categories", found.c.category),
        _counted("sources", found.c.source),
    )
    async with _bounded(session, query.filename):
        rows = (await session.execute(counts)).all()
    result = Facets()
    for name, value, count in sorted(rows, key=lambda row: (-row[2], str(row[1]))):
        if name == "total":
            result.total = count
        elif value is not None and len(values := getattr(result, name)) < MAX_FACET_VALUES:
            values[str(value)] = count
    return result


def _counted(name: str, column: sa.ColumnElement[Any]) -> sa.Select[str, str | None, int]:
    return sa.select(sa.literal(name), sa.cast(column, sa.Text), sa.func.count()).group_by(column)


def _conditions(query: AssetQuery) -> list[sa.ColumnElement[bool]]:
    successor, video = aliased(Asset), aliased(Asset)
    superseded = sa.exists().where(col(successor.previous_version_id) == col(Asset.id))
    still = sa.exists().where(col(video.poster_asset_id) == col(Asset.id))
    put_away = col(Asset.archived_at)
    found = [~superseded, ~still, put_away.is_not(None) if query.archived else put_away.is_(None)]
    if query.kind:
        found.append(col(Asset.kind) == query.kind)
    if query.tags:
        found.append(col(Asset.tags).contains(list(query.tags)))
    if query.filename:
        found.append(col(Asset.filename).regexp_match(query.filename, flags="i"))
    if query.category:
        found.append(col(Asset.category) == query.category)
    if query.source:
        found.append(col(Asset.source) == query.source)
    if query.rights:
        found.append(_rights(query.rights))
    return found + [_mentions(word) for word in query.q.split()]


def _mentions(word: str) -> sa.ColumnElement[bool]:
    tags = sa.func.array_to_string(col(Asset.tags), " ")
    said = sa.func.concat_ws(" ", col(Asset.filename), tags, col(Asset.category))
    return said.icontains(word, autoescape=True)


def _rights(state: Rights) -> sa.ColumnElement[bool]:
    until, now = col(Asset.rights_until), utc_now()
    soon = now + EXPIRES_SOON
    match state:
        case Rights.UNLIMITED:
            return until.is_(None)
        case Rights.EXPIRED:
            return until <= now
        case Rights.EXPIRING:
            return sa.and_(until > now, until <= soon)
        case Rights.LIMITED:
            return until > soon


@asynccontextmanager
async def _bounded(session: AsyncSession, pattern: str) -> AsyncIterator[None]:
    """Lets no pattern take the database's time."""
    if not pattern:
        yield
        return
    if len(pattern) > MAX_PATTERN:
        raise BadPattern(f"The pattern has {len(pattern)} characters; use {MAX_PATTERN} at most.")
    if BACK_REFERENCE.search(pattern):
        raise BadPattern("A pattern cannot refer back to a group, as \\1 does. Write that part out.")
    await session.execute(sa.text(f"set local statement_timeout = '{PATTERN_TIMEOUT}'"))
    try:
        yield
    except DBAPIError as error:
        match getattr(error.orig, "sqlstate", None):
            case "2201B":
                said = str(error.orig).partition("\n")[0].rpartition(": ")[2]
                message = f"The pattern is no regular expression: {said}. Mend it, or search by words."
                raise BadPattern(message) from error
            case "57014":
                raise BadPattern("The pattern takes too long. Use a simpler one, or search by words.") from error
        raise
