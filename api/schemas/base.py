"""What all bodies and answers share, and the cursor that lists page by."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, PlainSerializer

from api.problems import ApiError, ProblemType


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


class Cursor(View):
    """The last row of a page: lists are ordered by creation time and id, newest first."""

    created_at: datetime
    id: UUID

    def encode(self) -> str:
        return base64.urlsafe_b64encode(f"{self.created_at.isoformat()}|{self.id}".encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        try:
            padded = text + "=" * (-len(text) % 4)
            moment, _, row_id = base64.urlsafe_b64decode(padded.encode()).decode().partition("|")
            return cls(created_at=datetime.fromisoformat(moment), id=UUID(row_id))
        except (ValueError, binascii.Error, UnicodeError) as error:
            raise ApiError(
                ProblemType.BAD_REQUEST, "The cursor is not one of ours. Start without it, then follow next_cursor."
            ) from error


class Paging(Body):
    """Query parameters of every list."""

    cursor: str | None = None
    limit: Annotated[int, Query(ge=1, le=100)] = 25

    @property
    def after(self) -> Cursor | None:
        return Cursor.decode(self.cursor) if self.cursor else None


def etag(version: int) -> str:
    return f'"{version}"'
