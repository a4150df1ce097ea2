"""Comment threads as clients send and see them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, JsonValue, StringConstraints

from api.schemas.base import Body, UtcTime, View
from api.schemas.commands import ItemKey
from models.domain.states import Scope
from models.tables.approval import Comment, CommentThread, Visibility

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
Share = Annotated[float, Field(ge=0, le=1)]


class TextAnchor(Body):
    """A range of one field, in Unicode code points."""

    kind: Literal["text"]
    field: Annotated[str, Field(max_length=60, examples=["primary_text"])]
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]


class ImageAnchor(Body):
    """A rectangle of the picture, in shares of its sides."""

    kind: Literal["image"]
    left: Share
    top: Share
    right: Share
    bottom: Share


class VideoAnchor(Body):
    """A moment of the video."""

    kind: Literal["video"]
    seconds: Annotated[float, Field(ge=0, le=86_400)]


Anchor = Annotated[TextAnchor | ImageAnchor | VideoAnchor, Field(discriminator="kind")]


class OpenThreadBody(Body):
    """`client` threads are seen by clients too; a client's own always are."""

    body: Words
    scope: Scope | None = None
    item: ItemKey | None = None
    anchor: Anchor | None = None
    visibility: Visibility = Visibility.INTERNAL


class CommentBody(Body):
    body: Words


class CommentView(View):
    id: UUID
    author_name: str
    body: str
    created_at: UtcTime


class ThreadView(View):
    id: UUID
    scope: Scope | None
    item: str | None
    anchor: JsonValue
    visibility: Visibility
    resolved_at: UtcTime | None
    created_at: UtcTime
    comments: list[CommentView]

    @classmethod
    def of(cls, thread: CommentThread, comments: list[Comment]) -> "ThreadView":
        return cls(
            id=thread.id,
            scope=thread.scope,
            item=thread.item_key,
            anchor=thread.anchor,
            visibility=thread.visibility,
            resolved_at=thread.resolved_at,
            created_at=thread.created_at,
            comments=[CommentView.model_validate(comment) for comment in comments],
        )
