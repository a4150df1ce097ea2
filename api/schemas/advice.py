"""Advice of a language model, as clients ask for it."""

from typing import Literal
from uuid import UUID

from api.schemas.base import Body, View


class WorkspaceAdviceBody(Body):
    on: bool


class WorkspaceAdviceView(View):
    """Whether campaigns may be put to a language model. Off unless somebody switched it on."""

    on: bool


class AdviceView(View):
    """`done`: `suggestion_id` holds it, decided on like any suggestion. `working`: look at the suggestions in a moment.

    `failed`: nothing was changed; `words` say why and what to do.
    """

    state: Literal["done", "working", "failed"]
    suggestion_id: UUID | None = None
    words: str
