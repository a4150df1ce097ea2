"""What all bodies and answers share, and the cursor that lists page by."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, PlainSerializer

from api.problems import ApiError, ProblemType
from models.tables.base import Row
from records.paging import Place


def _rfc3339(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


UtcTime = Annotated[datetime, PlainSerializer(_rfc3339, return_type=str, when_used="json")]


Item = TypeVar("Item")


class Body(BaseModel):
    """What a client sends. Unknown fields are errors: a misspelt one must not be dropped in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class View(BaseModel):
    """What a client gets."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Page(View, Generic[Item]):
    """`next_cursor` fetches what follows; null at the end."""

    items: list[Item]
    next_cursor: str | None = None


def place_of(cursor: str | None) -> Place | None:
    """The last row of the page before; None without a cursor. Raises ApiError for what is not one of ours."""
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        moment, _, row_id = base64.urlsafe_b64decode(padded.encode()).decode().partition("|")
        return datetime.fromisoformat(moment), UUID(row_id)
    except (ValueError, binascii.Error, UnicodeError) as error:
        raise ApiError(
            ProblemType.BAD_REQUEST, "The cursor is not one of ours. Start without it, then follow next_cursor."
        ) from error


def cursor_at(place: Place) -> str:
    created_at, row_id = place
    return base64.urlsafe_b64encode(f"{created_at.isoformat()}|{row_id}".encode()).decode().rstrip("=")


def next_cursor(rows: Sequence[Row], limit: int) -> str | None:
    """After the first `limit` rows, where more were found; None at the end."""
    return cursor_at((rows[limit - 1].created_at, rows[limit - 1].id)) if len(rows) > limit else None


class Paging(Body):
    """Query parameters of every list."""

    cursor: str | None = None
    limit: Annotated[int, Query(ge=1, le=100)] = 25

    @property
    def after(self) -> Place | None:
        return place_of(self.cursor)


def etag(version: int) -> str:
    return f'"{version}"'
