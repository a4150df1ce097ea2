"""Edits of one document through a form: what it was made from, what somebody else changed since, and saving it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from api.errors import TRANSLATED, translate
from api.pages.rendering import render
from api.pages.views.problems import ProblemWords, problem_words
from api.pages.views.typed import Typed
from api.pages.visitor import Visitor, text_of
from models.domain.diff import Change, diff
from settings import Settings

D = TypeVar("D", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Edit(Generic[D]):
    """`present` is the document now and `version` the campaign's; `base` is what the form was made from."""

    present: D
    version: int
    base: D
    changes: list[Change]

    @classmethod
    def begun(cls, present: D, version: int) -> "Edit[D]":
        return cls(present, version, present, [])

    @property
    def moved(self) -> bool:
        """Somebody else saved this document after the form was made."""
        return self.base != self.present

    @property
    def base_text(self) -> str:
        """The base as a hidden field carries it."""
        return self.base.model_dump_json()

    def of(self, form: FormData) -> "Edit[D]":
        """The edit as the form began it."""
        try:
            base = type(self.present).model_validate_json(text_of(form, "base"))
        except ValidationError:
            base = self.present
        return replace(self, base=base, changes=diff(base, self.present))

    def acknowledged(self) -> "Edit[D]":
        """The changes are shown now, so saving once more is meant."""
        return replace(self, base=self.present)


@dataclass(frozen=True, slots=True)
class EditForm(Generic[D]):
    """A document's form for one person. `values` are what its template shows beside the fields."""

    template: str
    settings: Settings
    visitor: Visitor
    typed: Typed
    edit: Edit[D] | None
    values: dict[str, object] = field(default_factory=dict)

    @property
    def begun(self) -> Edit[D]:
        if self.edit is None:
            raise ValueError("this form makes something new, there is nothing that it edits")
        return self.edit

    def show(self, *, status: int = 200, problem: ProblemWords | None = None) -> Response:
        return render(
            self.template,
            self.settings,
            self.visitor,
            status=status,
            typed=self.typed,
            edit=self.edit,
            problem=problem,
            **self.values,
        )

    async def save(self, document: D | None, send: Callable[[D, int], Awaitable[None]], back: str) -> Response:
        """Sends the document on unless something is wrong, it is the same, or somebody else changed it meanwhile.

        Whatever stands in the way, the form comes back with everything that was typed.
        """
        edit = self.begun
        if document is None:
            return self.show(status=422)
        seen = replace(self, edit=edit.acknowledged())
        if edit.moved:
            return seen.show(status=412)
        if document == edit.present:
            return RedirectResponse(back.format(done="unchanged"), status_code=303)
        try:
            await send(document, edit.version)
        except TRANSLATED as error:
            refused = translate(error)
            return seen.show(status=refused.status_code, problem=problem_words(refused))
        return RedirectResponse(back.format(done="saved"), status_code=303)
